import {
  type ColumnDef,
  createSortedRowModel,
  type RowData,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useMemo, useState } from 'react';
import { useWords } from '../i18n/i18n.ts';
import { usePrinting } from '../theme/scheme.ts';
import { CsvButton, CsvLink } from './CsvButton.tsx';
import { type Column, classOf } from './column.ts';
import { csvText } from './csv.ts';
import { Heading } from './Heading.tsx';
import { ScrollRegion } from './ScrollRegion.tsx';
import { MOST_PLAIN_ROWS, PlainRows, SeenRows } from './TableRows.tsx';
import classes from './table.module.css';

export type { Column } from './column.ts';

interface DataTableProps<Row extends RowData> {
  readonly caption: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly rowKey: (row: Row) => string;
  /** Column and direction at first. */
  readonly sorted?: { readonly id: string; readonly desc: boolean };
  /** Where the node writes all rows as CSV, for a table that shows only some; else the table writes its own. */
  readonly csv?: string;
}

/** Some fifty sheets; the file is for more. */
const MOST_PRINTED_ROWS = 2000;

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel(), sortFns: {} });

/**
 * A table to read: sortable by its headings, totals in its foot, scrolling inside itself where the screen is narrow, and to take away
 * as CSV. Of many rows only those that are seen are in the page; paper has them all, up to what anybody would print.
 */
export function DataTable<Row extends RowData>({ caption, rows, columns, rowKey, sorted, csv }: DataTableProps<Row>) {
  const [sorting, setSorting] = useState<SortingState>(sorted === undefined ? [] : [sorted]);
  const { t } = useWords();
  // State, not a ref: rows inside are laid out before the region around them is known, and again once it is.
  const [region, setRegion] = useState<HTMLElement | null>(null);
  const ordered = useOrdered(rows, columns, sorting, setSorting);
  const header = columns.find(({ heads }) => heads === true) ?? columns[0];
  const written = columns.flatMap(({ header, value, unit }) =>
    value === undefined ? [] : [{ header: unit === undefined ? header : `${header} (${unit})`, value }],
  );
  const printing = usePrinting();
  const many = rows.length > MOST_PLAIN_ROWS && !printing;
  return (
    <>
      <ScrollRegion label={caption} tall={many} onRegion={setRegion}>
        <table className={classes.table} {...(many ? { 'aria-rowcount': rows.length + 1 } : {})}>
          <caption className={classes.caption}>{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <Heading
                  key={column.id}
                  column={column}
                  state={sorting[0]?.id === column.id ? (sorting[0].desc ? 'descending' : 'ascending') : 'none'}
                  toggle={() => {
                    const desc = sorting[0]?.id === column.id ? !sorting[0].desc : column.numeric === true;
                    setSorting([{ id: column.id, desc }]);
                  }}
                />
              ))}
            </tr>
          </thead>
          {many ? (
            <SeenRows rows={ordered} columns={columns} header={header} rowKey={rowKey} region={region} />
          ) : (
            <PlainRows
              rows={printing ? ordered.slice(0, MOST_PRINTED_ROWS) : ordered}
              columns={columns}
              header={header}
              rowKey={rowKey}
            />
          )}
          <Totals columns={columns} header={header} />
        </table>
      </ScrollRegion>
      {printing && ordered.length > MOST_PRINTED_ROWS && (
        <p className="note">{t('table.printed', { count: MOST_PRINTED_ROWS, total: ordered.length })}</p>
      )}
      {csv !== undefined ? (
        <CsvLink title={caption} href={csv} />
      ) : (
        written.length > 0 && rows.length > 0 && <CsvButton title={caption} text={() => csvText(written, ordered)} />
      )}
    </>
  );
}

function useOrdered<Row extends RowData>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: SortingState,
  setSorting: (change: SortingState | ((before: SortingState) => SortingState)) => void,
): readonly Row[] {
  const definitions = useMemo(() => columns.map((column) => definitionOf(column)), [columns]);
  const data = useMemo(() => [...rows], [rows]);
  const table = useTable({
    features,
    columns: definitions,
    data,
    state: { sorting },
    onSortingChange: setSorting,
    enableSortingRemoval: false,
    enableMultiSort: false,
  });
  return table.getRowModel().rows.map(({ original }) => original);
}

function definitionOf<Row extends RowData>({ id, order }: Column<Row>): ColumnDef<typeof features, Row> {
  const accessorFn = (row: Row) => row;
  if (order === undefined) return { id, accessorFn, enableSorting: false };
  return { id, accessorFn, sortFn: (a, b) => order(a.original, b.original) };
}

interface TotalsProps<Row extends RowData> {
  readonly columns: readonly Column<Row>[];
  readonly header: Column<Row> | undefined;
}

function Totals<Row extends RowData>({ columns, header }: TotalsProps<Row>) {
  if (columns.every((column) => column.total === undefined)) return null;
  return (
    <tfoot>
      <tr>
        {columns.map((column) =>
          column === header ? (
            <th key={column.id} scope="row" className={classOf(column)}>
              {column.total}
            </th>
          ) : (
            <td key={column.id} className={classOf(column)}>
              {column.total}
            </td>
          ),
        )}
      </tr>
    </tfoot>
  );
}
