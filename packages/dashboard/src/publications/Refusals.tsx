import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { quarantineQuery } from '../api/governance-queries.ts';
import type { Quarantined } from '../api/types.ts';
import { formatMoment } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { useSelected } from '../selection/use-selected.ts';
import { Panel } from '../shell/Panel.tsx';
import { Failure } from '../shell/states.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import { IntakeReport } from './IntakeReport.tsx';
import classes from './publications.module.css';

/** What was sent and not taken, with the reason: why a month may still be missing. Nothing where nothing was refused. */
export function Refusals() {
  const { t, language } = useWords();
  const { nameOf } = useSelected();
  const heading = useId();
  const { data, error, refetch } = useQuery(quarantineQuery);
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined || data.rows.length === 0) return null;
  const columns: Column<Quarantined>[] = [
    {
      id: 'file',
      header: t('publications.file'),
      value: ({ file, entity }) => (entity === null ? file : `${file} (${entity})`),
      cell: ({ file, entity }) => (
        <span className={classes.fact}>
          <span className={classes.fileName}>{file}</span>
          {entity !== null && <span className="soft">{nameOf('entity', entity)}</span>}
        </span>
      ),
    },
    {
      id: 'reason',
      header: t('publications.reason'),
      value: ({ code, message }) => `${code}: ${message}`,
      cell: ({ id, file, code, message }) => (
        <span className={classes.fact}>
          <code>{code}</code>
          <span className="soft">{message}</span>
          <IntakeReport id={id} file={file} />
        </span>
      ),
    },
    {
      id: 'received',
      header: t('columns.received'),
      wideOnly: true,
      numeric: true,
      order: (a, b) => a.last_at.localeCompare(b.last_at),
      value: ({ last_at }) => last_at,
      cell: ({ last_at }) => formatMoment(last_at, language),
    },
  ];
  const title = t('publications.refusedBundles');
  return (
    <Panel aria-labelledby={heading}>
      <Title order={2} size="h4" id={heading} mb="sm">
        {title}
      </Title>
      <DataTable
        caption={title}
        rows={data.rows}
        columns={columns}
        rowKey={({ id }) => id}
        sorted={{ id: 'received', desc: true }}
      />
    </Panel>
  );
}
