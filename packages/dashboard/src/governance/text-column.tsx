import type { RowData } from '@tanstack/react-table';
import type { Column } from '../tables/DataTable.tsx';

interface Options {
  readonly wideOnly?: boolean;
  readonly numeric?: boolean;
}

/** A column that says the same on the screen and in the file; none where there is nothing to say. */
export function textColumn<Row extends RowData>(
  id: string,
  header: string,
  value: (row: Row) => string | null,
  options: Options = {},
): Column<Row> {
  const order = (a: Row, b: Row) => (value(a) ?? '').localeCompare(value(b) ?? '', undefined, { numeric: true });
  return { id, header, value, order, cell: (row) => value(row) ?? <span className="soft">–</span>, ...options };
}
