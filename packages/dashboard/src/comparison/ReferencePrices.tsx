import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { comparedQuery } from '../api/analysis-queries.ts';
import { priceSetsQuery } from '../api/governance-queries.ts';
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
import { useSelected } from '../selection/use-selected.ts';
import { Failure, Waiting } from '../shell/states.tsx';
import { Amount, Share } from '../tables/cells.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import { useScheme } from '../theme/scheme.ts';

const HEIGHT = 260;

/** The same consumption at the prices that were paid, and at those of a reference: what is left is not a matter of price. */
export function ReferencePrices({ asked }: { readonly asked: Choice }) {
  const { t, language } = useWords();
  const scheme = useScheme();
  const { selection } = useSelected();
  const { data, error, isPending, refetch } = useQuery(comparedQuery(asked, selection.reference));
  const rows = useMemo(() => data?.rows ?? [], [data]);
  const names = useMemo(() => [t('comparison.reported'), t('comparison.atReference')], [t]);
  const option = useMemo(
    () =>
      sideBars({
        names: rows.map(({ label }) => label),
        series: [
          { name: names[0] ?? '', amounts: rows.map(({ measured_cost }) => measured_cost) },
          { name: names[1] ?? '', amounts: rows.map(({ reference_cost }) => reference_cost) },
        ],
        stacked: false,
        currency: asked.currency,
        language,
        scheme,
      }),
    [rows, names, asked.currency, language, scheme],
  );
  if (isPending) return <Waiting height={HEIGHT + 80} />;
  if (error !== null) {
    return (
      <div>
        <Reference />
        <Failure error={error} retry={() => void refetch()} />
      </div>
    );
  }
  const title = t('comparison.prices', { month: formatMonth(asked.month, language) });
  return (
    <Figure
      id="prices"
      title={title}
      controls={<Reference />}
      chart={
        <>
          <p className="note">{t('comparison.pricesNote')}</p>
          <Chart
            option={option}
            label={t('comparison.pricesAlt', { list: rows.map(({ label }) => label).join(', ') })}
            height={HEIGHT}
          />
        </>
      }
      legend={<Legend names={names} />}
      table={<PriceTable caption={title} rows={rows} currency={asked.currency} />}
    />
  );
}

function Reference() {
  const { t } = useWords();
  const { selection, available, change } = useSelected();
  const { data } = useQuery(priceSetsQuery);
  const views = [...new Set((data?.rows ?? []).map(({ name }) => name))];
  return (
    <NativeSelect
      size="xs"
      aria-label={t('comparison.reference')}
      value={selection.reference ?? 'average'}
      onChange={(event) => {
        const { value } = event.currentTarget;
        change({ reference: value === 'average' ? undefined : value });
      }}
      data={[
        { value: 'average', label: t('comparison.averagePrices') },
        ...views.map((name) => ({ value: name, label: t('comparison.viewPrices', { name }) })),
        ...available.entities.map(({ code, label }) => ({
          value: code,
          label: t('comparison.entityPrices', { name: label }),
        })),
      ]}
    />
  );
}

interface PriceTableProps {
  readonly caption: string;
  readonly rows: readonly ComparedRow[];
  readonly currency: string;
}

function PriceTable({ caption, rows, currency }: PriceTableProps) {
  const { t } = useWords();
  const amount = (
    id: 'measured_cost' | 'reference_cost' | 'reference_difference',
    header: string,
  ): Column<ComparedRow> => ({
    id,
    header,
    numeric: true,
    unit: currency,
    order: (a, b) => compareNullable(a[id], b[id]),
    value: (row) => row[id],
    cell: (row) => <Amount value={row[id]} currency={currency} />,
  });
  return (
    <DataTable
      caption={caption}
      rows={rows}
      rowKey={({ entity }) => entity}
      columns={[
        {
          id: 'entity',
          header: t('columns.entity'),
          order: (a, b) => a.label.localeCompare(b.label),
          value: ({ entity }) => entity,
          cell: ({ label, entity }) => <NameAndCode name={label} code={entity} />,
        },
        amount('measured_cost', t('comparison.reported')),
        amount('reference_cost', t('comparison.atReference')),
        amount('reference_difference', t('columns.difference')),
        {
          id: 'coverage',
          header: t('comparison.coverage'),
          numeric: true,
          order: (a, b) => compareNullable(a.reference_coverage, b.reference_coverage),
          value: ({ reference_coverage }) => reference_coverage,
          cell: ({ reference_coverage }) => <Share value={reference_coverage} />,
        },
      ]}
    />
  );
}
