import type { RowData } from '@tanstack/react-table';
import { type Column, classOf } from './column.ts';
import { SeenLines } from './SeenLines.tsx';

/** Up to here every row is in the page, so that the browser's own search and print find them all. */
export const MOST_PLAIN_ROWS = 200;
/** Pixels of a row before it is measured. */
const ROW_HEIGHT = 41;

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

/** The rows that are seen; each says which one of all it is. */
export function SeenRows<Row extends RowData>({
  rows,
  columns,
  header,
  rowKey,
  region,
}: RowsProps<Row> & { readonly region: HTMLElement | null }) {
  return (
    <SeenLines lines={rows} columns={columns.length} height={ROW_HEIGHT} region={region}>
      {(row, place) => (
        <tr key={rowKey(row)} {...place}>
          <Cells row={row} columns={columns} header={header} />
        </tr>
      )}
    </SeenLines>
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
