import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { totalQuery } from '../api/analysis-queries.ts';
import type { TotalExplanation, TotalPart } from '../api/types.ts';
import { compareNullable } from '../format/decimal.ts';
import { formatMonth } from '../format/months.ts';
import { formatDifference, formatQuantity } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import { useShortList } from '../i18n/short-list.ts';
import type { Choice } from '../selection/choice.ts';
import { useSelected } from '../selection/use-selected.ts';
import { Failure, NothingSelected } from '../shell/states.tsx';
import { Amount } from '../tables/cells.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import { EvidenceLink } from './EvidenceLink.tsx';
import classes from './explain.module.css';
import { Rate } from './Rate.tsx';

/** What a total is made of: each entity and month in its own currency, the rate, and the publication behind it. */
export function TotalBehind({ choice }: { readonly choice: Choice }) {
  const { t, language } = useWords();
  const { nameOf } = useSelected();
  const list = useShortList();
  const { data, error, isPending, refetch } = useQuery(totalQuery(choice));
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Loader aria-label={t('app.loading')} />;
  if (data.rows.length === 0) return <NothingSelected />;
  // Of no use where every publication is the first of its month.
  const previous: Column<TotalPart> = {
    id: 'previous',
    header: t('explain.sincePrevious'),
    numeric: true,
    wideOnly: true,
    unit: data.currency,
    order: (a, b) => compareNullable(differenceOf(a), differenceOf(b)),
    value: differenceOf,
    cell: (part) =>
      part.previous === null ? (
        <span className="soft">–</span>
      ) : (
        <Amount value={part.previous.cost_difference} currency={data.currency} />
      ),
  };
  const columns: Column<TotalPart>[] = [
    {
      id: 'entity',
      header: t('columns.entity'),
      order: (a, b) => a.entity.localeCompare(b.entity),
      value: ({ entity }) => entity,
      cell: ({ entity, period_month }) => (
        <>
          {nameOf('entity', entity)}
          <div className="soft">{formatMonth(period_month, language, 'short')}</div>
        </>
      ),
      total: t('columns.total'),
    },
    {
      id: 'local',
      header: t('columns.localCost'),
      numeric: true,
      value: ({ local_cost, currency }) => `${local_cost} ${currency}`,
      cell: ({ local_cost, currency }) => <Amount value={local_cost} currency={currency} />,
    },
    {
      id: 'rate',
      header: t('governance.rate'),
      numeric: true,
      value: ({ multiplier }) => multiplier,
      cell: (part) => <Rate {...part} />,
    },
    {
      id: 'cost',
      header: t('columns.cost'),
      numeric: true,
      unit: data.currency,
      value: ({ cost }) => cost,
      order: (a, b) => compareNullable(a.cost, b.cost),
      cell: ({ cost }) => <Amount value={cost} currency={data.currency} />,
      total: <Amount value={data.total.cost} currency={data.currency} />,
    },
    ...(data.rows.some(({ previous }) => previous !== null) ? [previous] : []),
    {
      id: 'evidence',
      header: t('explain.evidence'),
      value: ({ evidence }) => evidence?.manifest_digest ?? null,
      cell: ({ evidence }) => <EvidenceLink evidence={evidence} />,
    },
  ];
  const short = (month: string) => formatMonth(month, language, 'short');
  const missing = data.missing.map(({ period_month, currency }) => `${currency} ${short(period_month)}`);
  const provisional = data.provisional.map(short);
  const count = (value: number) => formatQuantity(String(value), language);
  return (
    <>
      <dl className={classes.facts}>
        <dt>{t('explain.measure')}</dt>
        <dd>{t(`measure.${data.measure}`)}</dd>
        <dt>{t('explain.coverage')}</dt>
        <dd>{t('explain.valued', { valued: count(data.total.valued_rows), all: count(data.total.fact_rows) })}</dd>
        <dt>{t('explain.sincePrevious')}</dt>
        <dd>
          <SincePrevious since={data.since_previous} currency={data.currency} />
        </dd>
      </dl>
      {missing.length > 0 && <p className="note">{t('flags.missingRates', { list: list(missing) })}</p>}
      {provisional.length > 0 && <p className="note">{t('flags.provisional', { list: list(provisional) })}</p>}
      <p className="note">{t('explain.totalNote')}</p>
      <DataTable
        caption={t('explain.total')}
        rows={data.rows}
        columns={columns}
        rowKey={({ entity, period_month, currency }) => `${entity} ${period_month} ${currency}`}
      />
    </>
  );
}

function differenceOf({ previous }: TotalPart): string | null {
  return previous?.cost_difference ?? null;
}

interface SincePreviousProps {
  readonly since: TotalExplanation['since_previous'];
  readonly currency: string;
}

/** By how much the total differs from what the revisions before said; or why that cannot be told. */
function SincePrevious({ since: { slices, difference, unknown }, currency }: SincePreviousProps) {
  const { t, language } = useWords();
  if (slices === 0) return t('explain.sinceNone');
  if (unknown !== null) return t(`explain.since_${unknown}`);
  if (difference === null) return t('explain.sinceRate');
  return (
    <span title={`${difference} ${currency}`}>
      {t('explain.since', { count: slices, amount: formatDifference(difference, currency, language) })}
    </span>
  );
}
