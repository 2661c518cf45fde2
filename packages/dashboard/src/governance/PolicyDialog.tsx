import { NativeSelect, NumberInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { rateSetsQuery } from '../api/governance-queries.ts';
import { changePolicy } from '../api/governing.ts';
import type { Policy } from '../api/types.ts';
import { useWords } from '../i18n/i18n.ts';
import { ActionDialog } from './ActionDialog.tsx';

/** Days of a month, as choices. */
export const DAYS = Array.from({ length: 31 }, (_, index) => String(index + 1));
const MOST_DAYS_KEPT = 36_500;

/** Changes how the group takes bundles, by what the form says otherwise than now; no stored fact changes with it. */
export function PolicyDialog({ policy, close }: { readonly policy: Policy; readonly close: () => void }) {
  const { t } = useWords();
  const { data: sets } = useQuery(rateSetsQuery);
  const [unknown, setUnknown] = useState(policy.unknown_product);
  const [dueDay, setDueDay] = useState(policy.due_day);
  const [rateSet, setRateSet] = useState(policy.rate_set);
  const [days, setDays] = useState(policy.quarantine_days);
  const change = {
    ...(unknown === policy.unknown_product ? {} : { unknown_product: unknown }),
    ...(dueDay === policy.due_day ? {} : { due_day: dueDay }),
    ...(rateSet === policy.rate_set ? {} : { rate_set: rateSet }),
    ...(days === policy.quarantine_days ? {} : { quarantine_days: days }),
  };
  const valid = Number.isInteger(days) && days >= 1 && days <= MOST_DAYS_KEPT;
  return (
    <ActionDialog
      title={t('actions.changePolicy')}
      note={t('actions.policyNote')}
      submit={t('actions.save')}
      ready={valid && Object.keys(change).length > 0}
      act={() => changePolicy(change)}
      close={close}
    >
      <NativeSelect
        label={t('governance.unknownProduct')}
        value={unknown}
        data={[
          { value: 'TAKE', label: t('governance.take') },
          { value: 'REFUSE', label: t('governance.refuse') },
        ]}
        onChange={(event) => setUnknown(event.currentTarget.value === 'REFUSE' ? 'REFUSE' : 'TAKE')}
      />
      <NativeSelect
        label={t('governance.dueDay')}
        description={t('actions.dueDayNote')}
        value={String(dueDay)}
        data={DAYS}
        onChange={(event) => setDueDay(Number(event.currentTarget.value))}
      />
      <NativeSelect
        label={t('governance.rateSet')}
        description={t('actions.rateSetNote')}
        value={rateSet === null ? '' : String(rateSet)}
        data={[
          { value: '', label: t('governance.latest') },
          ...(sets?.rows ?? []).map(({ rate_set, source }) => ({
            value: String(rate_set),
            label: `${rate_set} · ${source}`,
          })),
        ]}
        onChange={(event) => setRateSet(event.currentTarget.value === '' ? null : Number(event.currentTarget.value))}
      />
      <NumberInput
        label={t('governance.quarantineDays')}
        value={days}
        min={1}
        max={MOST_DAYS_KEPT}
        allowDecimal={false}
        onChange={(value) => setDays(typeof value === 'number' ? value : Number.NaN)}
      />
    </ActionDialog>
  );
}
