import { Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { disciplineQuery, membersQuery } from '../api/governance-queries.ts';
import type { DisciplineRow, Member } from '../api/types.ts';
import { compareNullable } from '../format/decimal.ts';
import { formatMonth } from '../format/months.ts';
import { formatShare } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import { NameAndCode } from '../rankings/RankedTable.tsx';
import type { Choice } from '../selection/choice.ts';
import { Answered } from '../shell/Answered.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import { ActButton } from './ActButton.tsx';
import classes from './governance.module.css';
import { useGoverns } from './governs.ts';
import { ChangeMember, EndMember } from './MemberDialogs.tsx';
import { textColumn } from './text-column.tsx';

/** Who belongs to the group, and how each keeps to what was agreed. */
export function Members({ choice }: { readonly choice: Choice }) {
  const { t } = useWords();
  const members = useQuery(membersQuery);
  const discipline = useQuery(disciplineQuery(choice.from, choice.to));
  return (
    <>
      <Answered
        title={t('governance.members')}
        query={members}
        nothing={t('states.emptyGroup')}
        isEmpty={({ rows }) => rows.length === 0}
      >
        {({ rows }) => <MemberTable rows={rows} />}
      </Answered>
      <Answered
        title={t('governance.discipline')}
        note={t('governance.disciplineNote')}
        query={discipline}
        nothing={t('states.emptyGroup')}
        isEmpty={({ entities }) => entities.length === 0}
      >
        {({ entities }) => <DisciplineTable rows={entities} />}
      </Answered>
    </>
  );
}

function MemberTable({ rows }: { readonly rows: readonly Member[] }) {
  const { t, language } = useWords();
  const governs = useGoverns();
  const [asked, setAsked] = useState<{ readonly member: Member; readonly end: boolean }>();
  const close = () => setAsked(undefined);
  const month = (value: string | null) => (value === null ? null : formatMonth(value, language, 'short'));
  const actions: Column<Member> = {
    id: 'action',
    header: t('governance.action'),
    cell: (member) => {
      const word = member.active_to === null ? 'actions.deactivate' : 'actions.reactivate';
      const name = member.label;
      return (
        <Group gap={6} className={classes.acts}>
          <ActButton
            word={t('actions.change')}
            name={t('actions.changeMember', { name })}
            onClick={() => setAsked({ member, end: false })}
          />
          <ActButton
            word={t(`${word}Short`)}
            name={t(word, { name })}
            onClick={() => setAsked({ member, end: true })}
          />
        </Group>
      );
    },
  };
  const columns: Column<Member>[] = [
    {
      ...textColumn<Member>('entity', t('columns.entity'), ({ entity }) => entity),
      cell: ({ entity, label }) => <NameAndCode name={label} code={entity} />,
    },
    textColumn('country', t('governance.country'), ({ country }) => country),
    textColumn('currency', t('selection.currency'), ({ currency }) => currency, { wideOnly: true }),
    textColumn('from', t('governance.activeFrom'), ({ active_from }) => month(active_from), { wideOnly: true }),
    textColumn('to', t('governance.activeTo'), ({ active_to }) => month(active_to), { wideOnly: true }),
    textColumn('due', t('governance.dueDay'), ({ due_day }) => (due_day === null ? null : String(due_day)), {
      numeric: true,
      wideOnly: true,
    }),
    textColumn('keys', t('governance.keys'), ({ keys }) => String(keys.filter(({ revoked }) => !revoked).length), {
      numeric: true,
      wideOnly: true,
    }),
    ...(governs ? [actions] : []),
  ];
  return (
    <>
      <DataTable caption={t('governance.members')} rows={rows} columns={columns} rowKey={({ entity }) => entity} />
      {asked !== undefined &&
        (asked.end ? (
          <EndMember member={asked.member} close={close} />
        ) : (
          <ChangeMember member={asked.member} close={close} />
        ))}
    </>
  );
}

function DisciplineTable({ rows }: { readonly rows: readonly DisciplineRow[] }) {
  const { t, language } = useWords();
  const share = (
    id: 'on_time_share' | 'restatement_rate' | 'mapping_coverage' | 'price_coverage',
    header: string,
  ): Column<DisciplineRow> => ({
    id,
    header,
    numeric: true,
    value: (row) => row[id],
    order: (a, b) => compareNullable(a[id], b[id]),
    cell: (row) => {
      const value = row[id];
      return value === null ? <span className="soft">{t('states.noValue')}</span> : formatShare(value, language);
    },
  });
  const columns: Column<DisciplineRow>[] = [
    {
      ...textColumn<DisciplineRow>('entity', t('columns.entity'), ({ entity }) => entity),
      cell: ({ entity, label }) => <NameAndCode name={label} code={entity} />,
    },
    share('on_time_share', t('kpi.on_time_share')),
    textColumn('late', t('governance.late'), ({ late }) => String(late), { numeric: true }),
    textColumn('missing', t('publications.missing'), ({ missing }) => String(missing), { numeric: true }),
    share('restatement_rate', t('kpi.restatement_rate')),
    share('mapping_coverage', t('governance.mapped')),
    share('price_coverage', t('governance.priced')),
  ];
  return (
    <DataTable caption={t('governance.discipline')} rows={rows} columns={columns} rowKey={({ entity }) => entity} />
  );
}
