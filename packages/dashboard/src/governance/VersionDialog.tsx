import { Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { setContractVersion } from '../api/governing.ts';
import type { ContractVersion } from '../api/types.ts';
import { useWords } from '../i18n/i18n.ts';
import { ActionDialog } from './ActionDialog.tsx';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Says until when bundles of a version of the contract are taken. */
export function VersionDialog({ row, close }: { readonly row: ContractVersion; readonly close: () => void }) {
  const { t } = useWords();
  const { version } = row;
  const [endless, setEndless] = useState(row.until === undefined);
  const [until, setUntil] = useState(row.until?.slice(0, 10) ?? '');
  return (
    <ActionDialog
      title={t('actions.changeVersion', { version })}
      note={t('actions.versionNote')}
      submit={t('actions.save')}
      ready={endless || DAY.test(until)}
      act={() => setContractVersion(version, endless ? null : until)}
      close={close}
    >
      <Checkbox
        label={t('governance.noEnd')}
        checked={endless}
        onChange={(event) => setEndless(event.currentTarget.checked)}
      />
      {!endless && (
        <TextInput
          type="date"
          label={t('governance.until')}
          description={t('actions.untilNote')}
          value={until}
          required
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
      )}
    </ActionDialog>
  );
}
