import { Alert, Button, Group, Loader, PasswordInput, Skeleton, Stack, Text } from '@mantine/core';
import { IconLogin2 } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { type SubmitEvent, useCallback, useEffect, useRef, useState } from 'react';
import { answer, api } from '../api/client.ts';
import { ApiProblem, OFFLINE } from '../api/problem.ts';
import { sessionQuery, waysQuery } from '../api/queries.ts';
import { useWords } from '../i18n/i18n.ts';
import { refusalWords } from '../i18n/refusals.ts';
import { Mark } from '../shell/Brand.tsx';
import { Settings } from '../shell/Settings.tsx';
import { Told } from '../shell/Told.tsx';
import classes from './session.module.css';
import { credentialOf, providerLink, safeNext } from './sign-in.ts';

const route = getRouteApi('/sign-in');

export function SignInPage() {
  const { t } = useWords();
  const { code, ended, next } = route.useSearch();
  const { signIn, working, refusal } = useSignIn();
  const { data: ways, isPending } = useQuery(waysQuery);
  const used = useRef<string>(undefined);

  useEffect(() => {
    // A code is good once: not twice, when React mounts the page twice in development.
    if (code === undefined || used.current === code) return;
    used.current = code;
    signIn(code);
  }, [code, signIn]);

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
        <Stack gap="md">
          {ended === true && refusal === undefined && <Alert color="yellow">{t('session.ended')}</Alert>}
          {refusal !== undefined && <Refusal problem={refusal} />}
          {isPending ? (
            <Skeleton height={36} aria-hidden="true" />
          ) : ways?.provider != null ? (
            <Button
              component="a"
              href={providerLink(ways.provider, next)}
              leftSection={<IconLogin2 size={18} aria-hidden="true" />}
            >
              {t('session.provider')}
            </Button>
          ) : (
            // A node that does not say how may still take a token.
            <SecretForm signIn={signIn} working={working} />
          )}
        </Stack>
        <div className={classes.settings}>
          <Settings />
        </div>
      </div>
    </main>
  );
}

/** A one-time code of the node, or a token that somebody was given. */
function SecretForm({ signIn, working }: Pick<ReturnType<typeof useSignIn>, 'signIn' | 'working'>) {
  const { t } = useWords();
  const [secret, setSecret] = useState('');
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (secret.trim() !== '') signIn(secret.trim());
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
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
  const { t, language } = useWords();
  const offline = problem.code === OFFLINE;
  const words = refusalWords(problem, language);
  return (
    <Alert color="red" role="alert" title={offline ? t('states.errorTitle') : <Told said={words.title} />}>
      <Text size="sm">{offline ? t('states.offline') : <Told said={words.detail} />}</Text>
      {words.next !== undefined && (
        <Text size="sm">
          <Told said={words.next} />
        </Text>
      )}
      {!offline && (
        <Text size="xs" mt={4}>
          <code>{problem.code}</code>
        </Text>
      )}
    </Alert>
  );
}
