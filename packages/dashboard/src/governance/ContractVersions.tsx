import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { contractVersionsQuery, policyQuery } from '../api/governance-queries.ts';
import type { ContractVersion } from '../api/types.ts';
import { formatMoment } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { Answered } from '../shell/Answered.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import { ActButton } from './ActButton.tsx';
import classes from './governance.module.css';
import { useGoverns } from './governs.ts';
import { PolicyDialog } from './PolicyDialog.tsx';
import { textColumn } from './text-column.tsx';
import { VersionDialog } from './VersionDialog.tsx';

/** Which versions of the contract are taken, and how the group takes bundles. */
export function ContractVersions() {
  const { t, language } = useWords();
  const versions = useQuery(contractVersionsQuery);
  const policy = useQuery(policyQuery);
  const governs = useGoverns();
  const [version, setVersion] = useState<ContractVersion>();
  const [changing, setChanging] = useState(false);
  const columns: Column<ContractVersion>[] = [
    textColumn('version', t('governance.version'), ({ version }) => version),
    {
      ...textColumn<ContractVersion>('until', t('governance.until'), ({ until }) => until ?? null),
      cell: ({ until }) => (until === undefined ? t('governance.noEnd') : formatMoment(until, language)),
    },
    ...(governs ? [actionColumn(t, setVersion)] : []),
  ];
  return (
    <>
      <Answered
        title={t('governance.contract')}
        query={versions}
        nothing={t('states.emptyGroup')}
        isEmpty={({ rows }) => rows.length === 0}
      >
        {({ rows }) => (
          <DataTable
            caption={t('governance.contract')}
            rows={rows}
            columns={columns}
            rowKey={({ version }) => version}
          />
        )}
      </Answered>
      <Answered
        title={t('governance.policy')}
        query={policy}
        nothing={t('states.emptyGroup')}
        isEmpty={() => false}
        actions={
          governs ? (
            <ActButton word={t('actions.change')} name={t('actions.changePolicy')} onClick={() => setChanging(true)} />
          ) : null
        }
      >
        {({ unknown_product, due_day, rate_set, quarantine_days }) => (
          <dl className={classes.facts}>
            <dt>{t('governance.unknownProduct')}</dt>
            <dd>{t(unknown_product === 'TAKE' ? 'governance.take' : 'governance.refuse')}</dd>
            <dt>{t('governance.dueDay')}</dt>
            <dd>{due_day}</dd>
            <dt>{t('governance.rateSet')}</dt>
            <dd>{rate_set ?? t('governance.latest')}</dd>
            <dt>{t('governance.quarantineDays')}</dt>
            <dd>{quarantine_days}</dd>
          </dl>
        )}
      </Answered>
      {version !== undefined && <VersionDialog row={version} close={() => setVersion(undefined)} />}
      {changing && policy.data !== undefined && <PolicyDialog policy={policy.data} close={() => setChanging(false)} />}
    </>
  );
}

function actionColumn(
  t: ReturnType<typeof useWords>['t'],
  ask: (version: ContractVersion) => void,
): Column<ContractVersion> {
  return {
    id: 'action',
    header: t('governance.action'),
    cell: (row) => (
      <ActButton
        word={t('actions.change')}
        name={t('actions.changeVersion', { version: row.version })}
        onClick={() => ask(row)}
      />
    ),
  };
}
