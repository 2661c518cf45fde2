import { Alert, Textarea } from '@mantine/core';
import { useState } from 'react';
import { lockMonth, reopenMonth } from '../api/governing.ts';
import type { Period } from '../api/types.ts';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { useShortList } from '../i18n/short-list.ts';
import { useSelected } from '../selection/use-selected.ts';
import { ActionDialog } from './ActionDialog.tsx';

/** Locks a month, or reopens it. A reason is asked for where the node asks for one: it stays beside the month. */
export function LockDialog({ period, close }: { readonly period: Period; readonly close: () => void }) {
  const { t, language } = useWords();
  const { nameOf } = useSelected();
  const names = useShortList();
  const [reason, setReason] = useState('');
  const { period_month: month, status, waiting_for } = period;
  const locked = status === 'LOCKED';
  const needed = locked || waiting_for.length > 0;
  const given = reason.trim();
  return (
    <ActionDialog
      title={t(locked ? 'governance.reopenMonth' : 'governance.lockMonth', { month: formatMonth(month, language) })}
      note={t(locked ? 'governance.reopenNote' : 'governance.lockNote')}
      submit={t(locked ? 'governance.reopen' : 'governance.lock')}
      ready={!needed || given !== ''}
      act={() => (locked ? reopenMonth(month, given) : lockMonth(month, given === '' ? undefined : given))}
      close={close}
    >
      {!locked && waiting_for.length > 0 && (
        <Alert color="yellow">
          {t('governance.notClosed', { list: names(waiting_for.map((code) => nameOf('entity', code))) })}
        </Alert>
      )}
      <Reason value={reason} onChange={setReason} needed={needed} />
    </ActionDialog>
  );
}

interface ReasonProps {
  readonly value: string;
  readonly onChange: (reason: string) => void;
  readonly needed: boolean;
}

/** Why: as long as the node takes. */
export function Reason({ value, onChange, needed }: ReasonProps) {
  const { t } = useWords();
  return (
    <Textarea
      label={t('governance.reason')}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      required={needed}
      maxLength={1000}
      autosize
      minRows={2}
      data-autofocus
    />
  );
}
