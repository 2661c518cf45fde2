import { useState } from 'react';
import { discardQuarantined, replayQuarantined } from '../api/governing.ts';
import type { Quarantined } from '../api/types.ts';
import { formatMonth } from '../format/months.ts';
import { ActionDialog } from '../governance/ActionDialog.tsx';
import { Reason } from '../governance/LockDialog.tsx';
import { useWords } from '../i18n/i18n.ts';
import { useSelected } from '../selection/use-selected.ts';

interface SettleDialogProps {
  readonly row: Quarantined;
  readonly close: () => void;
}

/** Takes a refused bundle through the whole intake again, and says what became of it. */
export function ReplayDialog({ row: { id, file }, close }: SettleDialogProps) {
  const { t, language } = useWords();
  const { nameOf } = useSelected();
  return (
    <ActionDialog
      title={t('actions.replayOf', { file })}
      note={t('actions.replayNote')}
      submit={t('actions.replay')}
      ready
      act={() => replayQuarantined(id)}
      told={({ entity, period_month, revision }) =>
        t('actions.replayTold', {
          entity: nameOf('entity', entity),
          month: formatMonth(period_month, language),
          revision,
        })
      }
      close={close}
    />
  );
}

/** Lets a refused bundle go, with a reason. */
export function DiscardDialog({ row: { id, file }, close }: SettleDialogProps) {
  const { t } = useWords();
  const [reason, setReason] = useState('');
  return (
    <ActionDialog
      title={t('actions.discardOf', { file })}
      note={t('actions.discardNote')}
      submit={t('actions.discard')}
      ready={reason.trim() !== ''}
      act={() => discardQuarantined(id, reason.trim())}
      close={close}
    >
      <Reason value={reason} onChange={setReason} needed />
    </ActionDialog>
  );
}
