import { Alert, Button, Group, Loader, PasswordInput, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { type FormEvent, useCallback, useEffect, useRef, useState } from 'react';
import { answer, api } from '../api/client.ts';
import { ApiProblem, OFFLINE } from '../api/problem.ts';
import { sessionQuery } from '../api/queries.ts';
import { useWords } from '../i18n/i18n.ts';
import { Mark } from '../shell/Brand.tsx';
import { Settings } from '../shell/Settings.tsx';
import classes from './session.module.css';
import { credentialOf, safeNext } from './sign-in.ts';

const route = getRouteApi('/sign-in');

export function SignInPage() {
  const { t } = useWords();
  const { code, ended } = route.useSearch();
  const { signIn, working, refusal } = useSignIn();
  const [secret, setSecret] = useState('');
  const used = useRef<string>(undefined);

  useEffect(() => {
    // A code is good once: not twice, when React mounts the page twice in development.
    if (code === undefined || used.current === code) return;
    used.current = code;
    signIn(code);
  }, [code, signIn]);

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (secret.trim() !== '') signIn(secret.trim());
  }

  return (
    <main className={classes.page}>
      <title>{`${t('session.title')} · ${t('app.name')}`}</title>
      <div className={classes.card}>
        <Group gap="sm" mb="lg">
          <Mark size={40} />
          <span className={classes.name}>{t('app.name')}</span>
        </Group>
        <h1 className={classes.title}>{t('session.title')}</h1>
        <p className={classes.lead}>{t('session.lead')}</p>
        <form onSubmit={submit}>
          <Stack gap="md">
            {ended === true && refusal === undefined && <Alert color="yellow">{t('session.ended')}</Alert>}
            {refusal !== undefined && <Refusal problem={refusal} />}
            <PasswordInput
              label={t('session.secret')}
              description={t('session.hint')}
              value={secret}
              onChange={(event) => setSecret(event.currentTarget.value)}
              autoComplete="off"
              spellCheck={false}
              autoFocus
              required
            />
            <Button type="submit" disabled={working}>
              {working ? (
                <Group gap="xs">
                  <Loader size={14} color="currentColor" /> {t('session.working')}
                </Group>
              ) : (
                t('session.submit')
              )}
            </Button>
          </Stack>
        </form>
        <div className={classes.settings}>
          <Settings />
        </div>
      </div>
    </main>
  );
}

function useSignIn() {
  const router = useRouter();
  const client = useQueryClient();
  const { next } = route.useSearch();
  const [working, setWorking] = useState(false);
  const [refusal, setRefusal] = useState<ApiProblem>();
  const signIn = useCallback(
    (secret: string) => {
      setWorking(true);
      answer(api.POST('/session', { body: credentialOf(secret) }))
        .catch((error: unknown) =>
          // Somebody who is signed in follows a link a second time: its code is spent, the session is not.
          answer(api.GET('/session')).catch(() => {
            throw error;
          }),
        )
        .then((session) => {
          client.clear();
          client.setQueryData(sessionQuery.queryKey, session);
          router.history.replace(safeNext(next));
        })
        .catch((error: unknown) => {
          const unknown = { status: 0, code: OFFLINE, title: '', detail: String(error) };
          setRefusal(error instanceof ApiProblem ? error : new ApiProblem(unknown));
          setWorking(false);
        });
    },
    [client, router, next],
  );
  return { signIn, working, refusal };
}

function Refusal({ problem }: { readonly problem: ApiProblem }) {
  const { t } = useWords();
  const offline = problem.code === OFFLINE;
  return (
    <Alert color="red" role="alert" title={offline ? t('states.errorTitle') : problem.title}>
      <Text size="sm">{offline ? t('states.offline') : problem.detail}</Text>
      {problem.next !== undefined && <Text size="sm">{problem.next}</Text>}
      {!offline && (
        <Text size="xs" mt={4}>
          <code>{problem.code}</code>
        </Text>
      )}
    </Alert>
  );
}
