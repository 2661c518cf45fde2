import { useQuery } from '@tanstack/react-query';
import { exchangeQuery, rateSetsQuery } from '../api/governance-queries.ts';
import type { Multiplier, RateSet } from '../api/types.ts';
import { compareNullable } from '../format/decimal.ts';
import { formatMonth } from '../format/months.ts';
import { formatQuantity } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { Answered } from '../shell/Answered.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import { ImportRates } from './ImportRates.tsx';
import { textColumn } from './text-column.tsx';

/** Significant decimals of a rate on the screen. */
const RATE_PLACES = 6;

/** Which rates convert each month, and where they come from. */
export function Rates({ choice }: { readonly choice: Choice }) {
  const { t } = useWords();
  const { from, to, currency } = choice;
  const exchange = useQuery(exchangeQuery(from, to, currency));
  const sets = useQuery(rateSetsQuery);
  const isEmpty = ({ rows }: { readonly rows: readonly unknown[] }) => rows.length === 0;
  const title = t('governance.rates', { currency });
  return (
    <>
      <Answered title={title} query={exchange} nothing={t('governance.noRates')} isEmpty={isEmpty}>
        {({ rows }) => <MultiplierTable rows={rows} caption={title} />}
      </Answered>
      <Answered
        title={t('governance.rateSets')}
        query={sets}
        nothing={t('governance.noRates')}
        isEmpty={isEmpty}
        actions={<ImportRates />}
      >
        {({ rows }) => <SetTable rows={rows} />}
      </Answered>
    </>
  );
}

function MultiplierTable({ rows, caption }: { readonly rows: readonly Multiplier[]; readonly caption: string }) {
  const { t, language } = useWords();
  const columns: Column<Multiplier>[] = [
    {
      ...textColumn<Multiplier>('month', t('columns.month'), ({ period_month }) => period_month),
      cell: ({ period_month }) => formatMonth(period_month, language),
    },
    textColumn('currency', t('selection.currency'), ({ currency }) => currency),
    {
      id: 'rate',
      header: t('governance.rate'),
      numeric: true,
      value: ({ multiplier }) => multiplier,
      order: (a, b) => compareNullable(a.multiplier, b.multiplier),
      cell: ({ multiplier }) =>
        multiplier === null ? (
          <span className="soft">{t('governance.noRate')}</span>
        ) : (
          <span className="figure" title={multiplier}>
            {formatQuantity(multiplier, language, RATE_PLACES)}
          </span>
        ),
    },
    textColumn('set', t('governance.rateSet'), ({ rate_set }) => (rate_set === null ? null : String(rate_set)), {
      numeric: true,
      wideOnly: true,
    }),
    textColumn('provisional', t('columns.status'), ({ provisional, multiplier }) =>
      multiplier === null ? null : t(provisional ? 'governance.provisional' : 'governance.final'),
    ),
  ];
  return (
    <DataTable
      caption={caption}
      rows={rows}
      columns={columns}
      rowKey={({ period_month, currency }) => `${period_month} ${currency}`}
      sorted={{ id: 'month', desc: true }}
    />
  );
}

function SetTable({ rows }: { readonly rows: readonly RateSet[] }) {
  const { t, language } = useWords();
  const months = (list: readonly string[]) => list.map((month) => formatMonth(month, language, 'short')).join(', ');
  const columns: Column<RateSet>[] = [
    textColumn('set', t('governance.rateSet'), ({ rate_set }) => String(rate_set), { numeric: true }),
    textColumn('source', t('governance.source'), ({ source }) => source),
    textColumn('days', t('governance.days'), ({ first_day, last_day }) => `${first_day} – ${last_day}`, {
      wideOnly: true,
    }),
    textColumn('currencies', t('governance.currencyCount'), ({ currencies }) => String(currencies), {
      numeric: true,
      wideOnly: true,
    }),
    textColumn('use', t('columns.status'), ({ in_use }) => (in_use ? t('governance.inUse') : null)),
    textColumn(
      'pinned',
      t('governance.pinnedBy'),
      ({ pinned_by }) => (pinned_by.length === 0 ? null : months(pinned_by)),
      {
        wideOnly: true,
      },
    ),
  ];
  return (
    <DataTable
      caption={t('governance.rateSets')}
      rows={rows}
      columns={columns}
      rowKey={({ rate_set }) => String(rate_set)}
      sorted={{ id: 'set', desc: true }}
    />
  );
}
