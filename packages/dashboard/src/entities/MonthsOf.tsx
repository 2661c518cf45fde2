import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { completenessQuery, monthsQuery } from '../api/queries.ts';
import { compareNullable } from '../format/decimal.ts';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { State } from '../overview/BundleStates.tsx';
import { stateOf } from '../publications/states.ts';
import type { Choice } from '../selection/choice.ts';
import { Panel } from '../shell/Panel.tsx';
import { Failure, Waiting } from '../shell/states.tsx';
import { Amount, Change } from '../tables/cells.tsx';
import { DataTable } from '../tables/DataTable.tsx';

/** Month by month: what the entity published, in which state, and what it cost. */
export function MonthsOf({ choice, entity }: { readonly choice: Choice; readonly entity: string }) {
  const { t, language } = useWords();
  const heading = useId();
  const { from, to } = choice;
  const { data, error, isPending, refetch } = useQuery(completenessQuery({ from, to, entity: [entity] }));
  const { data: months } = useQuery(monthsQuery(choice));
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Waiting height={260} />;
  const costs = new Map(months?.rows.map((row) => [row.period_month, row]));
  const rows = data.rows.map((row) => ({ ...row, figures: costs.get(row.period_month) }));
  const caption = t('entities.months');
  return (
    <Panel aria-labelledby={heading}>
      <Title order={2} size="h4" id={heading} mb="sm">
        {caption}
      </Title>
      <DataTable
        caption={caption}
        rows={rows}
        rowKey={({ period_month }) => period_month}
        sorted={{ id: 'month', desc: true }}
        columns={[
          {
            id: 'month',
            header: t('columns.month'),
            order: (a, b) => a.period_month.localeCompare(b.period_month),
            value: ({ period_month }) => period_month,
            cell: ({ period_month }) => formatMonth(period_month, language),
          },
          {
            id: 'state',
            header: t('columns.status'),
            value: (row) => t(`publications.${stateOf(row)}`),
            cell: (row) => <State row={row} />,
          },
          {
            id: 'cost',
            header: t('columns.cost'),
            numeric: true,
            order: (a, b) => compareNullable(a.figures?.cost ?? null, b.figures?.cost ?? null),
            value: ({ figures }) => figures?.cost ?? null,
            unit: choice.currency,
            cell: ({ figures }) => <Amount value={figures?.cost ?? null} currency={choice.currency} />,
          },
          {
            id: 'change',
            header: t('columns.change'),
            numeric: true,
            order: (a, b) => compareNullable(a.figures?.change ?? null, b.figures?.change ?? null),
            value: ({ figures }) => figures?.change ?? null,
            cell: ({ figures }) => <Change value={figures?.change ?? null} />,
          },
        ]}
      />
    </Panel>
  );
}
