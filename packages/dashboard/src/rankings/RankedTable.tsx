import type { ReactNode } from 'react';
import { compareNullable } from '../format/decimal.ts';
import { useWords } from '../i18n/i18n.ts';
import { Amount, Change, Share } from '../tables/cells.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import classes from './rankings.module.css';

interface Costed {
  readonly cost: string | null;
  readonly currency: string;
  readonly share: string | null;
  readonly change: string | null;
  readonly rank: number;
}

interface RankedTableProps<Row extends Costed> {
  readonly caption: string;
  /** Names the column of names. */
  readonly header: string;
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly nameOf: (row: Row) => string;
  /** The name as it is shown, where it leads somewhere. */
  readonly cell: (row: Row) => ReactNode;
  /** Columns between the name and the cost. */
  readonly more?: readonly Column<Row>[];
  readonly total: { readonly cost: string | null; readonly currency: string };
  /** Without ranks and shares, where there is less room. */
  readonly narrow?: boolean;
  /** Where the node writes all rows, when these are not all. */
  readonly csv?: string | undefined;
}

/** Rows by cost, with rank, share and change. */
export function RankedTable<Row extends Costed>(props: RankedTableProps<Row>) {
  const { caption, header, rows, rowKey, nameOf, cell, more = [], total, narrow = false, csv } = props;
  const { t } = useWords();
  const rank: Column<Row> = {
    id: 'rank',
    header: t('columns.rank'),
    cell: (row) => row.rank,
    value: (row) => String(row.rank),
    numeric: true,
    tight: true,
    order: (a, b) => b.rank - a.rank,
  };
  const columns: Column<Row>[] = [
    ...(narrow ? [] : [rank]),
    {
      id: 'name',
      header,
      heads: true,
      value: nameOf,
      order: (a, b) => nameOf(a).localeCompare(nameOf(b)),
      cell,
      total: t('columns.total'),
    },
    ...more,
    {
      id: 'cost',
      header: t('columns.cost'),
      numeric: true,
      order: (a, b) => compareNullable(a.cost, b.cost),
      value: ({ cost }) => cost,
      unit: total.currency,
      cell: ({ cost, currency }) => <Amount value={cost} currency={currency} />,
      total: <Amount value={total.cost} currency={total.currency} />,
    },
    {
      id: 'share',
      header: t('columns.share'),
      numeric: true,
      wideOnly: true,
      order: (a, b) => compareNullable(a.share, b.share),
      value: ({ share }) => share,
      cell: ({ share }) => <Share value={share} />,
    },
    {
      id: 'change',
      header: t('columns.change'),
      numeric: true,
      order: (a, b) => compareNullable(a.change, b.change),
      value: ({ change }) => change,
      cell: ({ change }) => <Change value={change} />,
    },
  ];
  return (
    <DataTable
      caption={caption}
      rows={rows}
      columns={columns}
      rowKey={rowKey}
      sorted={{ id: 'cost', desc: true }}
      {...(csv === undefined ? {} : { csv })}
    />
  );
}

/** A name over its code, where the two differ. */
export function NameAndCode({ name, code }: { readonly name: string; readonly code: string }) {
  return (
    <span className={classes.named}>
      <span className={classes.name}>{name}</span>
      {name !== code && <span className={classes.code}>{code}</span>}
    </span>
  );
}

/** The class of a link that holds a name and its code. */
export const NAME_LINK = classes.link ?? '';
