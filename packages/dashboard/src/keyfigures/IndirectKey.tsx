import { useQuery } from '@tanstack/react-query';
import { monthsQuery } from '../api/queries.ts';
import { addDecimals, ratioOf } from '../format/decimal.ts';
import { formatShare } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { Key, KeyNote, KeyValue } from './Key.tsx';

/** How much of the month was spread from shared platforms; of everything, whichever type the page is narrowed to. */
export function IndirectKey({ choice }: { readonly choice: Choice }) {
  const { t, language } = useWords();
  const month = { ...choice, from: choice.month, to: choice.month };
  const { data: all } = useQuery(monthsQuery({ ...month, type: undefined }));
  const { data: indirect } = useQuery(monthsQuery({ ...month, type: 'INDIRECT' }));
  const whole = all?.total.cost ?? null;
  const part = addDecimals(...(indirect?.rows ?? []).map((row) => row.cost ?? '0'));
  // Without a rate a part of the money is missing on either side; their quotient would be a figure of nothing.
  const isWhole = all?.total.complete === true && indirect?.total.complete === true;
  const share = whole === null || !isWhole ? null : ratioOf(part, whole);
  return (
    <Key label={t('overview.indirect')} waiting={indirect === undefined || all === undefined}>
      <KeyValue>{share === null ? t('states.noValue') : formatShare(share, language)}</KeyValue>
      <KeyNote>{t('overview.indirectHint')}</KeyNote>
    </Key>
  );
}
