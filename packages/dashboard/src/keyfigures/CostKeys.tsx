import { useQuery } from '@tanstack/react-query';
import { monthsQuery } from '../api/queries.ts';
import { addMonths, formatMonth } from '../format/months.ts';
import { formatMoney } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { Change } from '../tables/cells.tsx';
import { Key, KeyNote, KeyValue } from './Key.tsx';

/** What the month cost, and how that differs from the month before. */
export function CostKeys({ choice }: { readonly choice: Choice }) {
  const { t, language } = useWords();
  const month = formatMonth(choice.month, language);
  const before = formatMonth(addMonths(choice.month, -1), language);
  const yearBefore = formatMonth(addMonths(choice.month, -12), language);
  const { data } = useQuery(monthsQuery(choice));
  const row = data?.rows.find(({ period_month }) => period_month === choice.month);
  const cost = row?.cost ?? null;
  const money = (amount: string) => formatMoney(amount, choice.currency, language, 0);
  return (
    <>
      <Key first label={t('overview.total', { month })} waiting={data === undefined}>
        <KeyValue exact={cost ?? ''}>{cost === null ? t('states.noValue') : money(cost)}</KeyValue>
        <KeyNote>
          {t(`measure.${choice.measure}`)}
          {choice.withoutTax ? ` · ${t('selection.withoutTax')}` : ''}
          {choice.type === undefined ? '' : ` · ${t(`types.${choice.type}`)}`}
        </KeyNote>
      </Key>
      <Key label={t('overview.change', { month: before })} waiting={data === undefined}>
        <KeyValue>
          <Change value={row?.change ?? null} />
        </KeyValue>
        <KeyNote>
          {row?.change_year == null ? null : (
            <>
              <Change value={row.change_year} /> {t('overview.changeYear', { month: yearBefore })}
              <br />
            </>
          )}
          {row?.previous_cost == null || cost === null
            ? t('overview.noChange')
            : t('overview.changeFromTo', { before: money(row.previous_cost), after: money(cost) })}
        </KeyNote>
      </Key>
    </>
  );
}
