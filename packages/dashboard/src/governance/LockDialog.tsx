import { Alert, Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { lockMonth, reopenMonth } from '../api/governance-queries.ts';
import { ApiProblem } from '../api/problem.ts';
import type { Period } from '../api/types.ts';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { useSelected } from '../selection/use-selected.ts';

/** Locks a month, or reopens it. A reason is asked for where the node asks for one: it stays beside the month. */
export function LockDialog({ period, close }: { readonly period: Period; readonly close: () => void }) {
  const { t, language } = useWords();
  const { nameOf } = useSelected();
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const { period_month: month, status, waiting_for } = period;
  const locked = status === 'LOCKED';
  const needed = locked || waiting_for.length > 0;
  const given = reason.trim();
  const { mutate, isPending, error } = useMutation({
    mutationFn: async () => {
      if (locked) await reopenMonth(month, given);
      else await lockMonth(month, given === '' ? undefined : given);
    },
    onSuccess: async () => {
      close();
      // Locks change what completeness, flags and totals say.
      await client.invalidateQueries();
    },
  });
  const name = formatMonth(month, language);
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    mutate();
  }
  return (
    <Modal
      opened
      onClose={close}
      title={t(locked ? 'governance.reopenMonth' : 'governance.lockMonth', { month: name })}
      closeButtonProps={{ 'aria-label': t('publications.close') }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm">{t(locked ? 'governance.reopenNote' : 'governance.lockNote')}</Text>
          {!locked && waiting_for.length > 0 && (
            <Alert color="yellow">
              {t('governance.notClosed', { list: waiting_for.map((code) => nameOf('entity', code)).join(', ') })}
            </Alert>
          )}
          <Textarea
            label={t('governance.reason')}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            required={needed}
            maxLength={1000}
            autosize
            minRows={2}
            data-autofocus
          />
          {error !== null && <Refused error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('governance.cancel')}
            </Button>
            <Button type="submit" loading={isPending} disabled={needed && given === ''}>
              {t(locked ? 'governance.reopen' : 'governance.lock')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Refused({ error }: { readonly error: Error }) {
  const { t } = useWords();
  const problem = error instanceof ApiProblem ? error : undefined;
  return (
    <Alert color="red" role="alert" title={problem?.title ?? t('states.errorTitle')}>
      <Text size="sm">{problem?.detail ?? String(error)}</Text>
      {problem?.next !== undefined && <Text size="sm">{problem.next}</Text>}
      {problem !== undefined && (
        <Text size="xs" mt={4}>
          <code>{problem.code}</code>
        </Text>
      )}
    </Alert>
  );
}
