import { Group, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { placesTodayQuery, referencesThenQuery } from '../api/governance-queries.ts';
import type { PlaceToday, ReferenceVersion } from '../api/types.ts';
import { useWords } from '../i18n/i18n.ts';
import { Answered } from '../shell/Answered.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import { changesBetween, type ReferenceChange } from './reference-changes.ts';
import { textColumn } from './text-column.tsx';

/** What one version of the references says otherwise than another; the last two at first. */
export function ReferenceChanges({ versions }: { readonly versions: readonly ReferenceVersion[] }) {
  const { t } = useWords();
  const numbers = versions.map(({ version }) => version).sort((a, b) => a - b);
  const [from, setFrom] = useState(numbers.at(-2) ?? 1);
  const [to, setTo] = useState(numbers.at(-1) ?? 1);
  const before = useQuery(referencesThenQuery(from));
  const after = useQuery(referencesThenQuery(to));
  const data =
    before.data === undefined || after.data === undefined ? undefined : changesBetween(before.data, after.data);
  const query = {
    data,
    error: before.error ?? after.error,
    isPending: before.isPending || after.isPending,
    refetch: () => Promise.all([before.refetch(), after.refetch()]),
  };
  const choices = numbers.map(String);
  return (
    <Answered
      title={t('changes.title')}
      query={query}
      nothing={t('changes.none')}
      quiet
      isEmpty={(changes) => changes.length === 0}
      controls={
        <Group gap="md" mb="md" className="screen-only">
          <NativeSelect
            label={t('changes.from')}
            data={choices}
            value={String(from)}
            onChange={(event) => setFrom(Number(event.currentTarget.value))}
          />
          <NativeSelect
            label={t('changes.to')}
            data={choices}
            value={String(to)}
            onChange={(event) => setTo(Number(event.currentTarget.value))}
          />
        </Group>
      }
    >
      {(changes) => <ChangeTable changes={changes} />}
    </Answered>
  );
}

function ChangeTable({ changes }: { readonly changes: readonly ReferenceChange[] }) {
  const { t } = useWords();
  const said = (change: ReferenceChange, value: string | null) =>
    change.what === 'active' && value !== null ? t(value === 'true' ? 'governance.active' : 'governance.ended') : value;
  const columns: Column<ReferenceChange>[] = [
    textColumn('code', t('states.code'), ({ code }) => code),
    textColumn('kind', t('changes.kind'), ({ kind }) => t(`changes.${kind}`)),
    textColumn('what', t('changes.what'), ({ what }) => t(`changes.${what}`)),
    textColumn('before', t('columns.before'), (change) => said(change, change.before)),
    textColumn('after', t('columns.after'), (change) => said(change, change.after)),
  ];
  return (
    <DataTable
      caption={t('changes.title')}
      rows={changes}
      columns={columns}
      rowKey={({ kind, code, what }) => JSON.stringify([kind, code, what])}
    />
  );
}

/** Codes that were reported once and are called otherwise, or belong elsewhere, today. */
export function PlacesToday() {
  const { t } = useWords();
  const query = useQuery(placesTodayQuery);
  const columns: Column<PlaceToday>[] = [
    textColumn('code', t('changes.code'), ({ code }) => code),
    textColumn('kind', t('changes.kind'), ({ kind }) => t(`changes.${kind}`)),
    textColumn('today', t('changes.codeToday'), ({ today_code, label }) =>
      today_code === label ? label : `${label} (${today_code})`,
    ),
    textColumn('place', t('changes.placeToday'), ({ domain_code, family_code }) =>
      [domain_code, family_code].filter((code) => code !== null).join(' · '),
    ),
  ];
  return (
    <Answered
      title={t('changes.today')}
      note={t('changes.todayNote')}
      query={query}
      nothing={t('changes.todayNone')}
      quiet
      isEmpty={({ rows }) => rows.length === 0}
    >
      {({ rows }) => (
        <DataTable
          caption={t('changes.today')}
          rows={rows}
          columns={columns}
          rowKey={({ kind, code }) => `${kind} ${code}`}
        />
      )}
    </Answered>
  );
}
