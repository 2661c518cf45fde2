import { Group, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { quarantineQuery } from '../api/governance-queries.ts';
import type { Quarantined } from '../api/types.ts';
import { formatMoment } from '../format/months.ts';
import { ActButton } from '../governance/ActButton.tsx';
import { useGoverns } from '../governance/governs.ts';
import { useWords } from '../i18n/i18n.ts';
import { nodeSaid } from '../i18n/refusals.ts';
import { useSelected } from '../selection/use-selected.ts';
import { Panel } from '../shell/Panel.tsx';
import { Failure } from '../shell/states.tsx';
import { Told } from '../shell/Told.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import { IntakeReport } from './IntakeReport.tsx';
import classes from './publications.module.css';
import { DiscardDialog, ReplayDialog } from './SettleDialogs.tsx';

/** What was sent and not taken, with the reason: why a month may still be missing. Nothing where nothing was refused. */
export function Refusals() {
  const { t } = useWords();
  const heading = useId();
  const { data, error, refetch } = useQuery(quarantineQuery);
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined || data.rows.length === 0) return null;
  const title = t('publications.refusedBundles');
  return (
    <Panel aria-labelledby={heading}>
      <Title order={2} size="h4" id={heading} mb="sm">
        {title}
      </Title>
      <RefusalTable caption={title} rows={data.rows} />
    </Panel>
  );
}

interface RefusalTableProps {
  readonly caption: string;
  readonly rows: readonly Quarantined[];
}

/** Refused bundles, the latest first. Those that are held can be tried again or discarded by whoever governs. */
export function RefusalTable({ caption, rows }: RefusalTableProps) {
  const { t, language } = useWords();
  const { nameOf } = useSelected();
  const governs = useGoverns();
  const [asked, setAsked] = useState<{ readonly row: Quarantined; readonly act: 'replay' | 'discard' }>();
  const close = () => setAsked(undefined);
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
      value: ({ title, message }) => `${title}. ${message}`,
      cell: ({ id, file, title, next, language: of, message, message_language }) => (
        <span className={classes.fact}>
          <Told said={nodeSaid(title, of, language)} />
          <span className="soft">
            <Told said={nodeSaid(message, message_language, language)} />
          </span>
          <span className="soft">
            {t('states.nextStep')} <Told said={nodeSaid(next, of, language)} />
          </span>
          <IntakeReport id={id} file={file} />
        </span>
      ),
    },
    {
      id: 'status',
      header: t('columns.status'),
      value: ({ status }) => t(`quarantine.${status}`),
      order: (a, b) => a.status.localeCompare(b.status),
      cell: ({ status, reason, refusals }) => (
        <span className={classes.fact}>
          <span>{t(`quarantine.${status}`)}</span>
          {reason !== null && <span className="soft">{reason}</span>}
          {refusals > 1 && <span className="soft">{t('quarantine.times', { count: refusals })}</span>}
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
    ...(governs ? [actionColumn(t, setAsked)] : []),
  ];
  return (
    <>
      <DataTable
        caption={caption}
        rows={rows}
        columns={columns}
        rowKey={({ id }) => id}
        sorted={{ id: 'received', desc: true }}
      />
      {asked?.act === 'replay' && <ReplayDialog row={asked.row} close={close} />}
      {asked?.act === 'discard' && <DiscardDialog row={asked.row} close={close} />}
    </>
  );
}

function actionColumn(
  t: ReturnType<typeof useWords>['t'],
  ask: (asked: { readonly row: Quarantined; readonly act: 'replay' | 'discard' }) => void,
): Column<Quarantined> {
  return {
    id: 'action',
    header: t('governance.action'),
    cell: (row) =>
      row.status !== 'HELD' ? null : (
        <Group gap={6}>
          {row.bytes_kept && (
            <ActButton
              word={t('actions.replay')}
              name={t('actions.replayOf', { file: row.file })}
              onClick={() => ask({ row, act: 'replay' })}
            />
          )}
          <ActButton
            word={t('actions.discard')}
            name={t('actions.discardOf', { file: row.file })}
            onClick={() => ask({ row, act: 'discard' })}
          />
        </Group>
      ),
  };
}
