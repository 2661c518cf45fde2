import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { comparedQuery } from '../api/analysis-queries.ts';
import type { ComparedRow } from '../api/types.ts';
import { Chart } from '../charts/Chart.tsx';
import { Figure } from '../charts/Figure.tsx';
import { Legend } from '../charts/Legend.tsx';
import { sideBars } from '../charts/side-bars.ts';
import { compareNullable } from '../format/decimal.ts';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { NameAndCode } from '../rankings/RankedTable.tsx';
import type { Choice } from '../selection/choice.ts';
import { Failure, NothingSelected, Waiting } from '../shell/states.tsx';
import { Amount, Change, Share } from '../tables/cells.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import { useScheme } from '../theme/scheme.ts';

const HEIGHT = 280;

/** What each entity cost: in all, direct and indirect, as a share, against the average, and since a month and a year ago. */
export function SideBySide({ asked }: { readonly asked: Choice }) {
  const { t, language } = useWords();
  const scheme = useScheme();
  const { data, error, isPending, refetch } = useQuery(comparedQuery(asked, undefined));
  const rows = useMemo(() => data?.rows ?? [], [data]);
  const names = useMemo(() => [t('types.DIRECT'), t('types.INDIRECT')], [t]);
  const option = useMemo(
    () =>
      sideBars({
        names: rows.map(({ label }) => label),
        series: [
          { name: names[0] ?? '', amounts: rows.map(({ direct_cost }) => direct_cost) },
          { name: names[1] ?? '', amounts: rows.map(({ indirect_cost }) => indirect_cost) },
        ],
        stacked: true,
        currency: asked.currency,
        language,
        scheme,
      }),
    [rows, names, asked.currency, language, scheme],
  );
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Waiting height={HEIGHT + 80} />;
  if (rows.length === 0) return <NothingSelected />;
  const title = t('comparison.sideBySide', { month: formatMonth(asked.month, language) });
  const list = rows.map(({ label }) => label).join(', ');
  return (
    <Figure
      id="entities"
      title={title}
      chart={<Chart option={option} label={t('comparison.sideAlt', { list })} height={HEIGHT} />}
      legend={<Legend names={names} />}
      table={<SideTable caption={title} rows={rows} currency={asked.currency} average={data.average_cost} />}
    />
  );
}

interface SideTableProps {
  readonly caption: string;
  readonly rows: readonly ComparedRow[];
  readonly currency: string;
  readonly average: string | null;
}

function SideTable({ caption, rows, currency, average }: SideTableProps) {
  const { t } = useWords();
  const amount = (id: 'cost' | 'direct_cost' | 'indirect_cost', header: string): Column<ComparedRow> => ({
    id,
    header,
    numeric: true,
    unit: currency,
    order: (a, b) => compareNullable(a[id], b[id]),
    value: (row) => row[id],
    cell: (row) => <Amount value={row[id]} currency={currency} />,
    ...(id === 'cost' ? { total: <Amount value={average} currency={currency} /> } : {}),
  });
  const change = (id: 'distance' | 'change' | 'change_year', header: string): Column<ComparedRow> => ({
    id,
    header,
    numeric: true,
    order: (a, b) => compareNullable(a[id], b[id]),
    value: (row) => row[id],
    cell: (row) => <Change value={row[id]} />,
  });
  return (
    <DataTable
      caption={caption}
      rows={rows}
      rowKey={({ entity }) => entity}
      sorted={{ id: 'cost', desc: true }}
      columns={[
        {
          id: 'entity',
          header: t('columns.entity'),
          order: (a, b) => a.label.localeCompare(b.label),
          value: ({ entity }) => entity,
          cell: ({ label, entity }) => <NameAndCode name={label} code={entity} />,
          total: t('comparison.average'),
        },
        amount('cost', t('columns.cost')),
        amount('direct_cost', t('types.DIRECT')),
        amount('indirect_cost', t('types.INDIRECT')),
        {
          id: 'share',
          header: t('columns.share'),
          numeric: true,
          order: (a, b) => compareNullable(a.share, b.share),
          value: ({ share }) => share,
          cell: ({ share }) => <Share value={share} />,
        },
        change('distance', t('comparison.distance')),
        change('change', t('comparison.onMonth')),
        change('change_year', t('comparison.onYear')),
      ]}
    />
  );
}
