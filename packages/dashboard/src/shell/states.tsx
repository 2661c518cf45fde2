import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconAlertCircle, IconInbox } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ApiProblem, OFFLINE } from '../api/problem.ts';
import { useWords } from '../i18n/i18n.ts';
import { refusalWords } from '../i18n/refusals.ts';
import { Panel } from './Panel.tsx';
import { Told } from './Told.tsx';

/** A refusal or failure, as the node explained it: what, why, what to do next, and the reference for whoever looks into it. */
export function Failure({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const { t, language } = useWords();
  const offline = error instanceof ApiProblem && error.code === OFFLINE;
  const problem = error instanceof ApiProblem && !offline ? error : undefined;
  const words = problem === undefined ? undefined : refusalWords(problem, language);
  return (
    <Panel role="alert">
      <Group align="flex-start" wrap="nowrap" gap="md">
        <IconAlertCircle size={24} color="var(--up)" aria-hidden="true" style={{ flex: 'none' }} />
        <Stack gap={6} style={{ minWidth: 0 }}>
          <Title order={2} size="h4">
            {words === undefined ? t('states.errorTitle') : <Told said={words.title} />}
          </Title>
          <Text style={{ overflowWrap: 'anywhere' }}>
            {words === undefined ? offline ? t('states.offline') : String(error) : <Told said={words.detail} />}
          </Text>
          {words?.next !== undefined && (
            <Text>
              <strong>{t('states.nextStep')}</strong> <Told said={words.next} />
            </Text>
          )}
          {problem !== undefined && (
            <Text size="sm" className="soft">
              {t('states.code')} <code>{problem.code}</code>
              {problem.correlationId !== undefined && (
                <>
                  {' · '}
                  {t('states.reference')} <code>{problem.correlationId}</code>
                </>
              )}
            </Text>
          )}
          {retry !== undefined && (
            <Button variant="default" size="xs" onClick={retry} mt={6} style={{ alignSelf: 'flex-start' }}>
              {t('states.retry')}
            </Button>
          )}
        </Stack>
      </Group>
    </Panel>
  );
}

/** Nothing to show, and why. */
export function Nothing({ why, children }: { readonly why: string; readonly children?: ReactNode }) {
  const { t } = useWords();
  return (
    <Stack align="center" gap={6} py={48} px="md" ta="center">
      <IconInbox size={34} stroke={1.4} color="var(--ink-soft)" aria-hidden="true" />
      <Text fw={600}>{t('states.emptyTitle')}</Text>
      <Text className="soft" maw={440}>
        {why}
      </Text>
      {children}
    </Stack>
  );
}

/** Nothing for this selection, with the way out. */
export function NothingSelected() {
  const { t } = useWords();
  const navigate = useNavigate();
  return (
    <Nothing why={t('states.emptySelection')}>
      <Button
        variant="default"
        size="xs"
        mt="xs"
        onClick={() => void navigate({ to: '.', search: ({ lang }) => (lang === undefined ? {} : { lang }) })}
      >
        {t('states.resetSelection')}
      </Button>
    </Nothing>
  );
}

/** The room that figures will take, so that nothing jumps when they arrive. */
export function Waiting({ height }: { readonly height: number }) {
  return (
    <Panel aria-busy="true">
      <Skeleton height={18} width="32%" mb="md" />
      <Skeleton height={height - 34} />
    </Panel>
  );
}

export function NotFound() {
  const { t } = useWords();
  return (
    <Stack p="xl" gap="sm" align="flex-start">
      <Title order={1} size="h2">
        {t('states.notFoundTitle')}
      </Title>
      <Text>{t('states.notFound')}</Text>
      <Link to="/">{t('states.goHome')}</Link>
    </Stack>
  );
}
