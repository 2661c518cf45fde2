import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { periodsQuery } from '../api/governance-queries.ts';
import type { Period } from '../api/types.ts';
import { formatMoment, formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { readable, useShortList } from '../i18n/short-list.ts';
import { useSelected } from '../selection/use-selected.ts';
import { Answered } from '../shell/Answered.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import { ActButton } from './ActButton.tsx';
import classes from './governance.module.css';
import { useGoverns } from './governs.ts';
import { LockDialog } from './LockDialog.tsx';
import { textColumn } from './text-column.tsx';

/** The months of the group. Who governs it locks a month, or reopens it with a reason. */
export function Months() {
  const { t, language } = useWords();
  const { nameOf } = useSelected();
  const periods = useQuery(periodsQuery);
  const [asked, setAsked] = useState<Period>();
  const governs = useGoverns();
  const list = useShortList();
  const namesOf = (codes: readonly string[]) => codes.map((code) => nameOf('entity', code));
  const columns: Column<Period>[] = [
    {
      ...textColumn<Period>('month', t('columns.month'), ({ period_month }) => period_month),
      cell: ({ period_month }) => formatMonth(period_month, language),
    },
    {
      ...textColumn<Period>('status', t('columns.status'), ({ status }) => t(STATUS[status])),
      cell: (row) => (
        <>
          {t(STATUS[row.status])}
          {row.reason !== null && <div className="soft">{row.reason}</div>}
        </>
      ),
    },
    {
      ...textColumn<Period>('waiting', t('governance.waitingFor'), (row) =>
        waits(row) ? namesOf(row.waiting_for).join(', ') : null,
      ),
      cell: (row) =>
        waits(row) ? (
          list(readable(row.waiting_for.map((code) => ({ code, name: nameOf('entity', code) }))))
        ) : (
          <span className="soft">–</span>
        ),
    },
    {
      ...textColumn<Period>('differs', t('governance.differs'), ({ differs }) =>
        differs.length === 0
          ? null
          : differs.map(({ entity, revision }) => `${nameOf('entity', entity)} (${revision})`).join(', '),
      ),
      wideOnly: true,
      cell: ({ differs, adjusts }) => (
        <ul className={classes.list}>
          {differs.map(({ entity, revision, standing }) => (
            <li key={`${entity} ${revision}`}>
              {t('governance.differsRow', { entity: nameOf('entity', entity), revision, standing: standing ?? '–' })}
            </li>
          ))}
          {adjusts.map(({ entity, adjusts_month }) => (
            <li key={`${entity} ${adjusts_month}`}>
              {t('governance.adjustsRow', {
                entity: nameOf('entity', entity),
                month: formatMonth(adjusts_month, language, 'short'),
              })}
            </li>
          ))}
        </ul>
      ),
    },
    textColumn('rates', t('governance.rateSet'), ({ rate_set }) => (rate_set === null ? null : String(rate_set)), {
      numeric: true,
      wideOnly: true,
    }),
    textColumn(
      'references',
      t('governance.referenceVersion'),
      ({ reference_version }) => (reference_version === null ? null : String(reference_version)),
      { numeric: true, wideOnly: true },
    ),
    {
      ...textColumn<Period>('changed', t('governance.changedAt'), ({ changed_at }) => changed_at),
      wideOnly: true,
      numeric: true,
      cell: ({ changed_at }) => (changed_at === null ? null : formatMoment(changed_at, language)),
    },
    ...(governs ? [actionColumn(t, language, setAsked)] : []),
  ];
  return (
    <>
      <Answered
        title={t('governance.months')}
        note={t('governance.monthsNote')}
        query={periods}
        nothing={t('states.emptyGroup')}
        isEmpty={({ rows }) => rows.length === 0}
      >
        {({ rows }) => (
          <DataTable
            caption={t('governance.months')}
            rows={rows}
            columns={columns}
            rowKey={({ period_month }) => period_month}
            sorted={{ id: 'month', desc: true }}
          />
        )}
      </Answered>
      {asked !== undefined && <LockDialog period={asked} close={() => setAsked(undefined)} />}
    </>
  );
}

function waits({ status, waiting_for }: Period): boolean {
  return status !== 'LOCKED' && waiting_for.length > 0;
}

const STATUS = { OPEN: 'publications.open', LOCKED: 'publications.locked' } as const;

function actionColumn(
  t: ReturnType<typeof useWords>['t'],
  language: ReturnType<typeof useWords>['language'],
  ask: (period: Period) => void,
): Column<Period> {
  return {
    id: 'action',
    header: t('governance.action'),
    cell: (period) => {
      const word = period.status === 'LOCKED' ? 'governance.reopen' : 'governance.lock';
      return (
        <ActButton
          word={t(word)}
          name={t(`${word}Month`, { month: formatMonth(period.period_month, language) })}
          onClick={() => ask(period)}
        />
      );
    },
  };
}
