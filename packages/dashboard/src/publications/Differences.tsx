import { Group, Loader, NativeSelect, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { differenceQuery, MOST_DIFFERENCES } from '../api/queries.ts';
import type { DifferenceRow, Publication } from '../api/types.ts';
import { compareDecimals, compareNullable } from '../format/decimal.ts';
import { useWords } from '../i18n/i18n.ts';
import { Failure } from '../shell/states.tsx';
import { Amount } from '../tables/cells.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import classes from './publications.module.css';
import { RuleChanges } from './RuleChanges.tsx';
import { changeOf, costOf, differencesIn } from './revisions.ts';

/** Two revisions side by side: the facts that came, went or changed. The last two at first. */
export function Differences({ publications }: { readonly publications: readonly Publication[] }) {
  const { t } = useWords();
  const heading = useId();
  const revisions = publications.map(({ revision }) => revision).sort((a, b) => a - b);
  const [from, setFrom] = useState(revisions.at(-2) ?? 1);
  const [to, setTo] = useState(revisions.at(-1) ?? 1);
  const choices = revisions.map((revision) => ({ value: String(revision), label: String(revision) }));
  const { entity = '', period_month = '' } = publications[0] ?? {};
  return (
    <section aria-labelledby={heading} className={classes.differences}>
      <Title order={3} size="h5" id={heading} mb="xs">
        {t('publications.compare')}
      </Title>
      <Group gap="md" mb="md">
        <NativeSelect
          label={t('publications.compareFrom')}
          data={choices}
          value={String(from)}
          onChange={(event) => setFrom(Number(event.currentTarget.value))}
        />
        <NativeSelect
          label={t('publications.compareTo')}
          data={choices}
          value={String(to)}
          onChange={(event) => setTo(Number(event.currentTarget.value))}
        />
      </Group>
      <DifferenceTable entity={entity} month={period_month} from={from} to={to} />
    </section>
  );
}

interface DifferenceTableProps {
  readonly entity: string;
  readonly month: string;
  readonly from: number;
  readonly to: number;
}

function DifferenceTable({ entity, month, from, to }: DifferenceTableProps) {
  const { t } = useWords();
  const { data, error, isPending, refetch } = useQuery(differenceQuery(entity, month, from, to));
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Loader aria-label={t('app.loading')} />;
  const count = differencesIn(data);
  if (count === 0) {
    return (
      <>
        <Text>{t('publications.noDifference')}</Text>
        <RuleChanges rules={data.rules} />
      </>
    );
  }
  const amount = (value: string | null, row: DifferenceRow) => <Amount value={value} currency={row.grain.currency} />;
  const columns: Column<DifferenceRow>[] = [
    {
      id: 'fact',
      header: t('columns.product'),
      value: ({ grain }) =>
        [
          grain.product_id ?? '',
          grain.application_id,
          grain.domain_id,
          grain.environment,
          grain.unit,
          grain.currency,
        ].join(' · '),
      cell: ({ grain }) => (
        <span className={classes.fact}>
          <span>{grain.product_id ?? t('drilldown.noProduct')}</span>
          <span className="soft">{[grain.application_id, grain.domain_id, grain.environment].join(' · ')}</span>
        </span>
      ),
    },
    {
      id: 'change',
      header: t('columns.status'),
      value: ({ change }) => t(WORDS[change]),
      cell: ({ change }) => t(WORDS[change]),
    },
    {
      id: 'before',
      header: t('columns.before'),
      numeric: true,
      wideOnly: true,
      order: (a, b) => compareNullable(costOf(a.before), costOf(b.before)),
      value: (row) => costOf(row.before),
      cell: (row) => amount(costOf(row.before), row),
    },
    {
      id: 'after',
      header: t('columns.after'),
      numeric: true,
      wideOnly: true,
      order: (a, b) => compareNullable(costOf(a.after), costOf(b.after)),
      value: (row) => costOf(row.after),
      cell: (row) => amount(costOf(row.after), row),
    },
    {
      id: 'difference',
      header: t('columns.difference'),
      numeric: true,
      order: (a, b) => compareDecimals(changeOf(a), changeOf(b)),
      value: changeOf,
      cell: (row) => amount(changeOf(row), row),
    },
  ];
  return (
    <>
      <Text mb="xs">
        {t('publications.differences', { count })}
        {data.more > 0 && ` ${t('publications.only', { count: MOST_DIFFERENCES })}`}
      </Text>
      <DataTable
        caption={t('publications.compare')}
        rows={data.rows}
        columns={columns}
        rowKey={({ grain }) => JSON.stringify(grain)}
      />
      <RuleChanges rules={data.rules} />
    </>
  );
}

const WORDS = {
  added: 'publications.added',
  removed: 'publications.removed',
  changed: 'publications.changedRow',
} as const;
