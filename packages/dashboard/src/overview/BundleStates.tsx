import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import { completenessQuery } from '../api/queries.ts';
import type { CompletenessRow } from '../api/types.ts';
import { formatMoment, formatMonth } from '../format/months.ts';
import { formatQuantity } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import { StateMark } from '../publications/StateMark.tsx';
import { stateOf } from '../publications/states.ts';
import type { Choice } from '../selection/choice.ts';
import { changed } from '../selection/selection.ts';
import { Panel } from '../shell/Panel.tsx';
import { Failure, Waiting } from '../shell/states.tsx';
import { DataTable } from '../tables/DataTable.tsx';
import classes from './states.module.css';

/** What each entity has published for the month, and in which state: the ground that the figures stand on. */
export function BundleStates({ choice }: { readonly choice: Choice }) {
  const { t, language } = useWords();
  const heading = useId();
  const { data, error, isPending, refetch } = useQuery(
    completenessQuery({ from: choice.month, to: choice.month, entity: choice.entity }),
  );
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Waiting height={200} />;
  const title = t('overview.bundles', { month: formatMonth(choice.month, language) });
  return (
    <Panel aria-labelledby={heading}>
      <Title order={2} size="h4" id={heading} mb="sm">
        {title}
      </Title>
      <DataTable
        caption={title}
        rows={data.rows}
        rowKey={({ entity }) => entity}
        columns={[
          {
            id: 'entity',
            header: t('columns.entity'),
            order: (a, b) => a.label.localeCompare(b.label),
            value: ({ entity }) => entity,
            cell: ({ label }) => label,
          },
          {
            id: 'state',
            header: t('columns.status'),
            order: (a, b) => stateOf(a).localeCompare(stateOf(b)),
            value: (row) => t(`publications.${stateOf(row)}`),
            cell: (row) => <State row={row} />,
          },
          {
            id: 'rows',
            header: t('publications.rows'),
            numeric: true,
            wideOnly: true,
            order: (a, b) => a.fact_rows - b.fact_rows,
            value: ({ revision, fact_rows }) => (revision === null ? null : String(fact_rows)),
            cell: ({ revision, fact_rows }) =>
              revision === null ? t('states.noValue') : formatQuantity(String(fact_rows), language),
          },
          {
            id: 'received',
            header: t('columns.received'),
            numeric: true,
            order: (a, b) => (a.received_at ?? '').localeCompare(b.received_at ?? ''),
            value: ({ received_at }) => received_at,
            cell: ({ received_at }) =>
              received_at === null ? t('states.noValue') : formatMoment(received_at, language),
          },
        ]}
      />
    </Panel>
  );
}

/** The state with the revision it was published as; what was published opens on the page of publications. */
export function State({ row }: { readonly row: CompletenessRow }) {
  const { t } = useWords();
  const state = stateOf(row);
  const word = t(`publications.${state}`);
  if (row.revision === null) {
    return (
      <span className={classes.state} data-state={state}>
        <StateMark state={state} />
        {word}
      </span>
    );
  }
  return (
    <Link
      to="/publications"
      search={(before) => changed(before, { at: `${row.entity}/${row.period_month}` })}
      className={classes.state ?? ''}
      data-state={state}
    >
      <StateMark state={state} />
      {word} · {t('publications.revision', { revision: row.revision })}
      {row.differs_revision !== null && ` · ${t('publications.differs', { revision: row.differs_revision })}`}
    </Link>
  );
}
