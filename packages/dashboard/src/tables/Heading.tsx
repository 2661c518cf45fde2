import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import type { RowData } from '@tanstack/react-table';
import { useWords } from '../i18n/i18n.ts';
import { type Column, classOf } from './column.ts';
import classes from './table.module.css';

interface HeadingProps<Row extends RowData> {
  readonly column: Column<Row>;
  readonly state: 'ascending' | 'descending' | 'none';
  readonly toggle: () => void;
}

/** The heading of a column; a button where the column can be sorted by. */
export function Heading<Row extends RowData>({ column, state, toggle }: HeadingProps<Row>) {
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
