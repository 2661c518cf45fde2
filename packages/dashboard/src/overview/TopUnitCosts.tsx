import { Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import type { UnitCostRow } from '../api/types.ts';
import { compareDecimals, compareNullable } from '../format/decimal.ts';
import { formatPrice } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import { changed } from '../selection/selection.ts';
import { useSelected } from '../selection/use-selected.ts';
import { Panel } from '../shell/Panel.tsx';
import { Amount } from '../tables/cells.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';

interface TopUnitCostsProps {
  readonly rows: readonly UnitCostRow[];
  readonly currency: string;
  /** As it is written. */
  readonly month: string;
}

/** What a unit of the products that cost most costs: on average, and where it is cheapest and dearest. Nothing where nothing was measured. */
export function TopUnitCosts({ rows, currency, month }: TopUnitCostsProps) {
  const { t, language } = useWords();
  const heading = useId();
  const { nameOf } = useSelected();
  if (rows.length === 0) return null;
  const title = t('kpi.units', { month });
  const price = (value: string | null) =>
    value === null ? (
      <span className="soft">{t('states.noValue')}</span>
    ) : (
      <span className="figure" title={`${value} ${currency}`}>
        {formatPrice(value, currency, language)}
      </span>
    );
  const extreme = (id: 'cheapest' | 'dearest'): Column<UnitCostRow> => ({
    id,
    header: t(`kpi.${id}`),
    numeric: true,
    wideOnly: true,
    value: (row) => endOf(row, id)?.unit_cost ?? null,
    cell: (row) => {
      const end = endOf(row, id);
      if (end === undefined) return <span className="soft">–</span>;
      return (
        <>
          {price(end.unit_cost)}
          <div className="soft">{nameOf('entity', end.entity)}</div>
        </>
      );
    },
  });
  const columns: Column<UnitCostRow>[] = [
    {
      id: 'product',
      header: t('columns.product'),
      order: (a, b) => a.label.localeCompare(b.label),
      value: ({ label }) => label,
      cell: ({ label, unit }) => (
        <>
          {label}
          <div className="soft">{unit}</div>
        </>
      ),
    },
    {
      id: 'average',
      header: t('kpi.unitCost'),
      numeric: true,
      order: (a, b) => compareNullable(a.average_unit_cost, b.average_unit_cost),
      value: ({ average_unit_cost }) => average_unit_cost,
      unit: currency,
      cell: ({ average_unit_cost }) => price(average_unit_cost),
    },
    extreme('cheapest'),
    extreme('dearest'),
    {
      id: 'cost',
      header: t('columns.cost'),
      numeric: true,
      order: (a, b) => compareNullable(a.cost, b.cost),
      value: ({ cost }) => cost,
      unit: currency,
      cell: ({ cost }) => <Amount value={cost} currency={currency} />,
    },
  ];
  return (
    <Panel aria-labelledby={heading}>
      <Title order={2} size="h4" id={heading} mb="sm">
        {title}
      </Title>
      <p className="note">
        {t('kpi.unitsNote')}{' '}
        <Link to="/comparison" search={(before) => changed(before, {})}>
          {t('kpi.toComparison')}
        </Link>
      </p>
      <DataTable
        caption={title}
        rows={rows}
        columns={columns}
        rowKey={({ domain, family, product, unit }) => JSON.stringify([domain, family, product, unit])}
      />
    </Panel>
  );
}

type UnitCostOf = UnitCostRow['entities'][number];

/** The entity that pays least, or most, for a unit; undefined where only one entity buys it. */
function endOf({ entities }: UnitCostRow, end: 'cheapest' | 'dearest'): UnitCostOf | undefined {
  const known = entities.filter(({ unit_cost }) => unit_cost !== null);
  if (known.length < 2) return undefined;
  const sorted = known.toSorted((a, b) => compareDecimals(a.unit_cost ?? '0', b.unit_cost ?? '0'));
  return end === 'cheapest' ? sorted[0] : sorted.at(-1);
}
