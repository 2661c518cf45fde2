import { compareDecimals, compareNullable } from '../format/decimal.ts';
import { addMonths, formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { Amount } from '../tables/cells.tsx';
import { DataTable } from '../tables/DataTable.tsx';
import type { Bar } from './ranked.ts';

interface BarTableProps {
  readonly caption: string;
  readonly header: string;
  readonly bars: readonly Bar[];
  readonly choice: Choice;
}

/** The bars of a ranking in figures. */
export function BarTable({ caption, header, bars, choice }: BarTableProps) {
  const { language } = useWords();
  const { currency, month } = choice;
  return (
    <DataTable
      caption={caption}
      rows={bars}
      rowKey={({ code }) => code ?? ''}
      columns={[
        {
          id: 'name',
          header,
          value: ({ name }) => name,
          cell: ({ name }) => name,
          order: (a, b) => a.name.localeCompare(b.name),
        },
        {
          id: 'cost',
          header: formatMonth(month, language, 'short'),
          numeric: true,
          order: (a, b) => compareDecimals(a.cost, b.cost),
          value: ({ cost }) => cost,
          unit: currency,
          cell: ({ cost }) => <Amount value={cost} currency={currency} />,
        },
        {
          id: 'previous',
          header: formatMonth(addMonths(month, -1), language, 'short'),
          numeric: true,
          order: (a, b) => compareNullable(a.previous, b.previous),
          value: ({ previous }) => previous,
          unit: currency,
          cell: ({ previous }) => <Amount value={previous} currency={currency} />,
        },
      ]}
    />
  );
}
