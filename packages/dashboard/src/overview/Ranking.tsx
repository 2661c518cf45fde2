import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import { entitiesQuery } from '../api/queries.ts';
import type { EntityRow } from '../api/types.ts';
import { compareNullable } from '../format/decimal.ts';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { changed } from '../selection/selection.ts';
import { Panel } from '../shell/Panel.tsx';
import { Failure, NothingSelected, Waiting } from '../shell/states.tsx';
import { Amount, Change, Share } from '../tables/cells.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import classes from './overview.module.css';

/** Who spent most in the month; each name leads into the drill-down. */
export function Ranking({ choice }: { readonly choice: Choice }) {
  const { t, language } = useWords();
  const heading = useId();
  const { data, error, isPending, refetch } = useQuery(
    entitiesQuery({ ...choice, from: choice.month, to: choice.month }),
  );
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Waiting height={260} />;
  const columns: Column<EntityRow>[] = [
    {
      id: 'rank',
      header: t('columns.rank'),
      cell: ({ rank }) => rank,
      numeric: true,
      tight: true,
      order: (a, b) => b.rank - a.rank,
    },
    {
      id: 'entity',
      header: t('columns.entity'),
      heads: true,
      order: (a, b) => a.label.localeCompare(b.label),
      cell: ({ entity, label }) => (
        <Link
          to="/drilldown"
          search={(before) => changed(before, { entity: [entity] })}
          className={classes.entity ?? ''}
        >
          <span className={classes.name}>{label}</span>
          <span className={classes.code}>{entity}</span>
        </Link>
      ),
      total: t('columns.total'),
    },
    {
      id: 'cost',
      header: t('columns.cost'),
      numeric: true,
      order: (a, b) => compareNullable(a.cost, b.cost),
      cell: ({ cost, currency }) => <Amount value={cost} currency={currency} />,
      total: <Amount value={data.total.cost} currency={data.currency} />,
    },
    {
      id: 'local',
      header: t('columns.localCost'),
      numeric: true,
      wideOnly: true,
      cell: ({ local_cost, local_currency }) =>
        local_currency === null ? (
          <span className="soft">{t('overview.severalCurrencies')}</span>
        ) : (
          <Amount value={local_cost} currency={local_currency} />
        ),
    },
    {
      id: 'share',
      header: t('columns.share'),
      numeric: true,
      wideOnly: true,
      order: (a, b) => compareNullable(a.share, b.share),
      cell: ({ share }) => <Share value={share} />,
    },
    {
      id: 'change',
      header: t('columns.change'),
      numeric: true,
      order: (a, b) => compareNullable(a.change, b.change),
      cell: ({ change }) => <Change value={change} />,
    },
  ];
  const month = formatMonth(choice.month, language);
  return (
    <Panel aria-labelledby={heading}>
      <Title order={2} size="h4" id={heading} mb="sm">
        {t('overview.ranking')} <span className="soft">{t('overview.rankingOf', { month })}</span>
      </Title>
      {data.rows.length === 0 ? (
        <NothingSelected />
      ) : (
        <DataTable
          caption={`${t('overview.ranking')} ${t('overview.rankingOf', { month })}`}
          rows={data.rows}
          columns={columns}
          rowKey={({ entity }) => entity}
          sorted={{ id: 'cost', desc: true }}
        />
      )}
    </Panel>
  );
}
