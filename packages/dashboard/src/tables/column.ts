import type { RowData } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import classes from './table.module.css';

export interface Column<Row extends RowData> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** What the CSV of the table has of the row: exact, null for nothing. A column without it is not in the file. */
  readonly value?: (row: Row) => string | null;
  /** The currency or unit of `value`, for its heading in the file; on the screen it stands at each figure. */
  readonly unit?: string;
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

export function classOf<Row extends RowData>(column: Column<Row> | undefined): string {
  const names = [
    column?.numeric === true ? classes.numeric : undefined,
    column?.tight === true ? classes.tight : undefined,
    column?.wideOnly === true ? classes.wide : undefined,
  ];
  return names.filter((name) => name !== undefined).join(' ');
}
