import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import {
  type ColumnDef,
  createSortedRowModel,
  type RowData,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { type ReactNode, useMemo, useState } from 'react';
import { useWords } from '../i18n/i18n.ts';
import { ScrollRegion } from './ScrollRegion.tsx';
import classes from './table.module.css';

export interface Column<Row extends RowData> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** Right-aligned with figures of one width. */
  readonly numeric?: boolean;
  /** Ascending order of two rows; a column without it is not sortable. */
  readonly order?: (a: Row, b: Row) => number;
  readonly total?: ReactNode;
  /** Names the row for assistive technology; the first column unless told. */
  readonly heads?: boolean;
  /** No wider than its text. */
  readonly tight?: boolean;
  /** Left out where the screen is narrow; what it says is on the next page too. */
  readonly wideOnly?: boolean;
}

interface DataTableProps<Row extends RowData> {
  readonly caption: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly rowKey: (row: Row) => string;
  /** Column and direction at first. */
  readonly sorted?: { readonly id: string; readonly desc: boolean };
}

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel(), sortFns: {} });

/** A table to read: sortable by its headings, totals in its foot, scrolling inside itself where the screen is narrow. */
export function DataTable<Row extends RowData>({ caption, rows, columns, rowKey, sorted }: DataTableProps<Row>) {
  const [sorting, setSorting] = useState<SortingState>(sorted === undefined ? [] : [sorted]);
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
  const header = columns.find(({ heads }) => heads === true) ?? columns[0];
  const byId = new Map(columns.map((column) => [column.id, column]));
  return (
    <ScrollRegion label={caption}>
      <table className={classes.table}>
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
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={rowKey(row.original)}>
              {row.getAllCells().map((cell) => {
                const column = byId.get(cell.column.id);
                const heads = column === header;
                const Cell = heads ? 'th' : 'td';
                return (
                  <Cell key={cell.id} className={classOf(column)} {...(heads ? { scope: 'row' } : {})}>
                    {column?.cell(row.original)}
                  </Cell>
                );
              })}
            </tr>
          ))}
        </tbody>
        {columns.some((column) => column.total !== undefined) && (
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
        )}
      </table>
    </ScrollRegion>
  );
}

function definitionOf<Row extends RowData>({ id, order }: Column<Row>): ColumnDef<typeof features, Row> {
  const accessorFn = (row: Row) => row;
  if (order === undefined) return { id, accessorFn, enableSorting: false };
  return { id, accessorFn, sortFn: (a, b) => order(a.original, b.original) };
}

function classOf<Row extends RowData>(column: Column<Row> | undefined): string {
  const names = [
    column?.numeric === true ? classes.numeric : undefined,
    column?.tight === true ? classes.tight : undefined,
    column?.wideOnly === true ? classes.wide : undefined,
  ];
  return names.filter((name) => name !== undefined).join(' ');
}

interface HeadingProps<Row extends RowData> {
  readonly column: Column<Row>;
  readonly state: 'ascending' | 'descending' | 'none';
  readonly toggle: () => void;
}

function Heading<Row extends RowData>({ column, state, toggle }: HeadingProps<Row>) {
  const { t } = useWords();
  if (column.order === undefined) {
    return (
      <th scope="col" className={classOf(column)}>
        {column.header}
      </th>
    );
  }
  return (
    <th scope="col" className={classOf(column)} aria-sort={state}>
      <button
        type="button"
        className={classes.sort}
        onClick={toggle}
        title={t('states.sortBy', { column: column.header })}
      >
        {column.header}
        {state === 'ascending' && (
          <IconArrowUp size={13} stroke={2} aria-hidden="true" className={classes.arrow ?? ''} />
        )}
        {state === 'descending' && (
          <IconArrowDown size={13} stroke={2} aria-hidden="true" className={classes.arrow ?? ''} />
        )}
      </button>
    </th>
  );
}
