import { useQuery } from '@tanstack/react-query';
import { kpiQuery } from '../api/analysis-queries.ts';
import type { Kpi } from '../api/types.ts';
import { compareNullable } from '../format/decimal.ts';
import { formatMonth } from '../format/months.ts';
import { formatMoney, formatQuantity, formatShare, type Language } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { Answered } from '../shell/Answered.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import { TopUnitCosts } from './TopUnitCosts.tsx';

/** How well the group knows the costs of the month: each ratio with its formula and what it is made of; and what a unit costs. */
export function Ratios({ choice }: { readonly choice: Choice }) {
  const { t, language } = useWords();
  const query = useQuery(kpiQuery({ ...choice, from: choice.month, to: choice.month }));
  const month = formatMonth(choice.month, language);
  const title = t('kpi.title', { month });
  return (
    <>
      <Answered
        title={title}
        query={query}
        nothing={t('states.emptySelection')}
        isEmpty={({ rows }) => rows.length === 0}
      >
        {({ rows, currency }) => <RatioTable caption={title} rows={rows} currency={currency} />}
      </Answered>
      {query.data !== undefined && (
        <TopUnitCosts rows={query.data.unit_costs} currency={query.data.currency} month={month} />
      )}
    </>
  );
}

interface RatioTableProps {
  readonly caption: string;
  readonly rows: readonly Kpi[];
  readonly currency: string;
}

function RatioTable({ caption, rows, currency }: RatioTableProps) {
  const { t, language } = useWords();
  const columns: Column<Kpi>[] = [
    {
      id: 'ratio',
      header: t('kpi.ratio'),
      value: ({ code }) => t(`kpi.${code}`),
      cell: ({ code }) => t(`kpi.${code}`),
    },
    {
      id: 'value',
      header: t('kpi.value'),
      numeric: true,
      order: (a, b) => compareNullable(a.value, b.value),
      value: ({ value }) => value,
      cell: ({ value }) =>
        value === null ? (
          <span className="soft">{t('states.noValue')}</span>
        ) : (
          <strong className="figure" title={value}>
            {formatShare(value, language)}
          </strong>
        ),
    },
    {
      id: 'numerator',
      header: t('kpi.part'),
      numeric: true,
      wideOnly: true,
      value: ({ numerator }) => numerator,
      cell: (row) => <Made amount={row.numerator} of={row} currency={currency} language={language} />,
    },
    {
      id: 'denominator',
      header: t('kpi.whole'),
      numeric: true,
      wideOnly: true,
      value: ({ denominator }) => denominator,
      cell: (row) => <Made amount={row.denominator} of={row} currency={currency} language={language} />,
    },
    {
      id: 'formula',
      header: t('kpi.formula'),
      value: ({ code }) => t(`kpi.formula_${code}`),
      cell: ({ code }) => <span className="soft">{t(`kpi.formula_${code}`)}</span>,
    },
  ];
  return <DataTable caption={caption} rows={rows} columns={columns} rowKey={({ code }) => code} />;
}

interface MadeProps {
  readonly amount: string | null;
  readonly of: Kpi;
  readonly currency: string;
  readonly language: Language;
}

/** One side of a quotient: money, or a count of facts or publications. */
function Made({ amount, of, currency, language }: MadeProps) {
  const { t } = useWords();
  if (amount === null) return <span className="soft">{t('states.noValue')}</span>;
  return (
    <span className="figure" title={amount}>
      {of.unit === currency ? formatMoney(amount, currency, language, 0) : formatQuantity(amount, language)}
    </span>
  );
}
