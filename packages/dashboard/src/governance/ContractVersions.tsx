import { useQuery } from '@tanstack/react-query';
import { contractVersionsQuery, policyQuery } from '../api/governance-queries.ts';
import type { ContractVersion } from '../api/types.ts';
import { formatMoment } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import { Answered } from './Answered.tsx';
import classes from './governance.module.css';
import { textColumn } from './text-column.tsx';

/** Which versions of the contract are taken, and how the group takes bundles. */
export function ContractVersions() {
  const { t, language } = useWords();
  const versions = useQuery(contractVersionsQuery);
  const policy = useQuery(policyQuery);
  const columns: Column<ContractVersion>[] = [
    textColumn('version', t('governance.version'), ({ version }) => version),
    {
      ...textColumn<ContractVersion>('until', t('governance.until'), ({ until }) => until ?? null),
      cell: ({ until }) => (until === undefined ? t('governance.noEnd') : formatMoment(until, language)),
    },
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
      <Answered title={t('governance.policy')} query={policy} nothing={t('states.emptyGroup')} isEmpty={() => false}>
        {({ unknown_product, due_day, rate_set }) => (
          <dl className={classes.facts}>
            <dt>{t('governance.unknownProduct')}</dt>
            <dd>{t(unknown_product === 'TAKE' ? 'governance.take' : 'governance.refuse')}</dd>
            <dt>{t('governance.dueDay')}</dt>
            <dd>{due_day}</dd>
            <dt>{t('governance.rateSet')}</dt>
            <dd>{rate_set ?? t('governance.latest')}</dd>
          </dl>
        )}
      </Answered>
    </>
  );
}
