import { addDecimals, compareDecimals } from '../format/decimal.ts';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { Amount } from '../tables/cells.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import classes from './series.module.css';
import type { Stacked } from './series.ts';

interface MonthTableProps {
  readonly caption: string;
  readonly stacked: Stacked;
  readonly names: readonly string[];
  readonly choice: Choice;
  /** Whether the months are running totals, which have no sum of their own. */
  readonly adding: boolean;
  /** Where the node writes every category, when the table sums some of them. */
  readonly csv?: string;
  readonly onSelect: (month: string) => void;
}

interface Line {
  readonly month: string;
  readonly index: number;
  readonly total: string;
}

/** The month series in figures. */
export function MonthTable({ caption, stacked, names, choice, adding, csv, onSelect }: MonthTableProps) {
  const { t, language } = useWords();
  const { months, layers, totals } = stacked;
  const rows = months.map((month, index): Line => ({ month, index, total: totals[index] ?? '0' }));
  const amount = (value: string | undefined) => <Amount value={value ?? '0'} currency={choice.currency} places={0} />;
  const columns: Column<Line>[] = [
    {
      id: 'month',
      header: t('columns.month'),
      order: (a, b) => a.index - b.index,
      value: ({ month }) => month,
      cell: ({ month }) => (
        <button
          type="button"
          className={classes.monthButton}
          aria-current={month === choice.month}
          aria-label={t('chart.chooseMonth', { month: formatMonth(month, language) })}
          onClick={() => onSelect(month)}
        >
          {formatMonth(month, language, 'short')}
        </button>
      ),
      ...(adding ? {} : { total: t('columns.total') }),
    },
    {
      id: 'total',
      header: t('columns.total'),
      numeric: true,
      order: (a, b) => compareDecimals(a.total, b.total),
      value: ({ total }) => total,
      unit: choice.currency,
      cell: ({ total }) => amount(total),
      ...(adding ? {} : { total: amount(addDecimals(...totals)) }),
    },
    ...layers.map(
      (layer, at): Column<Line> => ({
        id: `layer ${at}`,
        header: names[at] ?? '',
        numeric: true,
        order: (a, b) => compareDecimals(layer.costs[a.index] ?? '0', layer.costs[b.index] ?? '0'),
        value: ({ index }) => layer.costs[index] ?? '0',
        unit: choice.currency,
        cell: ({ index }) => amount(layer.costs[index]),
        ...(adding ? {} : { total: amount(layer.total) }),
      }),
    ),
  ];
  return (
    <DataTable
      caption={caption}
      rows={rows}
      columns={columns}
      rowKey={({ month }) => month}
      {...(csv === undefined ? {} : { csv })}
    />
  );
}
