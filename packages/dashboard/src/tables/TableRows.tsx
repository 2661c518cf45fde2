import type { RowData } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback } from 'react';
import { type Column, classOf } from './column.ts';

/** Up to here every row is in the page, so that the browser's own search and print find them all. */
export const MOST_PLAIN_ROWS = 200;
/** Pixels of a row before it is measured. */
const ROW_HEIGHT = 41;
/** Rows that stand ready above and below what is seen. */
const AROUND = 12;

interface RowsProps<Row extends RowData> {
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly header: Column<Row> | undefined;
  readonly rowKey: (row: Row) => string;
}

/** Every row. */
export function PlainRows<Row extends RowData>({ rows, columns, header, rowKey }: RowsProps<Row>) {
  return (
    <tbody>
      {rows.map((row) => (
        <tr key={rowKey(row)}>
          <Cells row={row} columns={columns} header={header} />
        </tr>
      ))}
    </tbody>
  );
}

/** The rows that are seen, between two empty ones as high as all others together; each says which one of all it is. */
export function SeenRows<Row extends RowData>({
  rows,
  columns,
  header,
  rowKey,
  region,
}: RowsProps<Row> & { readonly region: HTMLElement | null }) {
  const seen = useVirtualizer({
    count: rows.length,
    getScrollElement: useCallback(() => region, [region]),
    estimateSize: useCallback(() => ROW_HEIGHT, []),
    overscan: AROUND,
  });
  const items = seen.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = seen.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <tbody>
      <Room height={above} columns={columns.length} />
      {items.map(({ index }) => {
        const row = rows[index];
        if (row === undefined) return null;
        return (
          // The heading is the first row of the table.
          <tr key={rowKey(row)} ref={seen.measureElement} data-index={index} aria-rowindex={index + 2}>
            <Cells row={row} columns={columns} header={header} />
          </tr>
        );
      })}
      <Room height={below} columns={columns.length} />
    </tbody>
  );
}

function Room({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null;
  return (
    <tr>
      <td colSpan={columns} style={{ height, padding: 0, border: 'none' }} />
    </tr>
  );
}

function Cells<Row extends RowData>({
  row,
  columns,
  header,
}: Pick<RowsProps<Row>, 'columns' | 'header'> & { readonly row: Row }) {
  return columns.map((column) =>
    column === header ? (
      <th key={column.id} scope="row" className={classOf(column)}>
        {column.cell(row)}
      </th>
    ) : (
      <td key={column.id} className={classOf(column)}>
        {column.cell(row)}
      </td>
    ),
  );
}
