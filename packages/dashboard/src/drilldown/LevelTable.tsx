import { Button, Group, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useId, useMemo } from 'react';
import type { Path } from '../api/queries.ts';
import type { DrilldownReport, DrilldownRow, Level } from '../api/types.ts';
import { ExplainProduct } from '../explain/Explained.tsx';
import { compareNullable } from '../format/decimal.ts';
import { formatQuantity } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import { changed } from '../selection/selection.ts';
import { Panel } from '../shell/Panel.tsx';
import { Amount, Change, Share } from '../tables/cells.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import classes from './drilldown.module.css';
import { Quantity, Unit } from './measured.tsx';
import { stepInto } from './path.ts';
import { TypeBadges } from './TypeBadges.tsx';

export interface MoreRows {
  readonly rows: readonly DrilldownRow[];
  readonly loading: boolean;
  readonly load: () => void;
}

interface LevelTableProps {
  readonly report: DrilldownReport;
  readonly level: Level;
  readonly title: string;
  readonly month: string;
  readonly path: Path;
  /** The rows of the same level that were spread from shared platforms; on the level of products only. */
  readonly indirect: readonly DrilldownRow[] | undefined;
  readonly nameOfRow: (row: DrilldownRow, level: Level) => string;
  /** Where the node writes every row of the level as CSV. */
  readonly csv: string;
  /** Rows after those of the report's first page, as far as they were asked for. */
  readonly more: MoreRows;
}

/** The rows of one level; every name but a product's leads one step down. */
export function LevelTable({ report, level, title, month, path, indirect, nameOfRow, csv, more }: LevelTableProps) {
  const { t, language } = useWords();
  const heading = useId();
  const rows = useMemo(() => [...report.rows, ...more.rows], [report.rows, more.rows]);
  const columns: Column<DrilldownRow>[] = [
    {
      id: 'name',
      header: t(`columns.${level}`),
      order: (a, b) => nameOfRow(a, level).localeCompare(nameOfRow(b, level)),
      value: (row) => row.code ?? nameOfRow(row, level),
      cell: (row) => <RowName row={row} level={level} path={path} name={nameOfRow(row, level)} />,
      total: t('columns.total'),
    },
    ...(level === 'product' ? productColumns(t, indirect) : []),
    {
      id: 'cost',
      header: t('columns.cost'),
      numeric: true,
      order: (a, b) => compareNullable(a.cost, b.cost),
      value: ({ cost }) => cost,
      unit: report.currency,
      cell: ({ cost, currency }) => <Amount value={cost} currency={currency} />,
      total: <Amount value={report.total.cost} currency={report.currency} />,
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
    <Panel aria-labelledby={heading}>
      <Title order={2} size="h4" id={heading} mb="sm">
        {title} <span className="soft">{month}</span>
      </Title>
      <DataTable
        key={`${level} ${Object.values(path).join(' ')}`}
        caption={`${title}, ${month}`}
        rows={rows}
        columns={columns}
        rowKey={({ code, unit }) => `${code ?? ''} ${unit ?? ''}`}
        sorted={{ id: 'cost', desc: true }}
        {...(report.row_count > report.rows.length ? { csv } : {})}
      />
      {report.row_count > rows.length && (
        <Group gap="sm" mt="xs" className="screen-only">
          <Text size="sm" className="soft">
            {t('drilldown.only', {
              count: rows.length,
              total: formatQuantity(String(report.row_count), language),
            })}
          </Text>
          <Button variant="default" size="compact-sm" loading={more.loading} onClick={more.load}>
            {t('drilldown.more')}
          </Button>
        </Group>
      )}
    </Panel>
  );
}

interface RowNameProps {
  readonly row: DrilldownRow;
  readonly level: Level;
  readonly path: Path;
  readonly name: string;
}

function RowName({ row, level, path, name }: RowNameProps) {
  if (level === 'product' || row.code === null) {
    return (
      <span className={classes.product}>
        {name}
        {row.code !== null && row.unit !== undefined && (
          <ExplainProduct product={row.code} unit={row.unit} name={name} />
        )}
      </span>
    );
  }
  const { code } = row;
  return (
    <Link
      to="/drilldown"
      search={(before) => changed(before, stepInto(path, level, code))}
      className={classes.row ?? ''}
    >
      {name}
      {level === 'entity' && <span className={classes.code}>{code}</span>}
    </Link>
  );
}

function productColumns(
  t: ReturnType<typeof useWords>['t'],
  indirect: readonly DrilldownRow[] | undefined,
): Column<DrilldownRow>[] {
  return [
    {
      id: 'quantity',
      header: t('columns.quantity'),
      numeric: true,
      value: ({ quantity }) => quantity ?? null,
      cell: ({ quantity }) => <Quantity value={quantity} />,
    },
    {
      id: 'unit',
      header: t('columns.unit'),
      wideOnly: true,
      value: ({ unit }) => unit ?? null,
      cell: ({ unit }) => <Unit name={unit} />,
    },
    { id: 'type', header: t('columns.type'), cell: (row) => <TypeBadges row={row} indirect={indirect} /> },
  ];
}
