import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import { domainsQuery } from '../api/queries.ts';
import { Flags } from '../flags/Flags.tsx';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { NAME_LINK, NameAndCode, RankedTable } from '../rankings/RankedTable.tsx';
import { ChosenPage } from '../selection/ChosenPage.tsx';
import type { Choice } from '../selection/choice.ts';
import { readSelection } from '../selection/selection.ts';
import { Panel } from '../shell/Panel.tsx';
import { Failure, Waiting } from '../shell/states.tsx';
import layout from '../theme/layout.module.css';
import { HeatMap } from './HeatMap.tsx';

/** What the group spends on, and which entity on what. */
export function DomainsPage() {
  const { t } = useWords();
  return (
    <ChosenPage title={t('domains.title')} lead={t('domains.lead')} parts={['month', 'amounts', 'filters']}>
      {(choice) => (
        <div className={layout.page}>
          <Flags choice={{ ...choice, from: choice.month, to: choice.month }} />
          <HeatMap choice={choice} />
          <DomainRanking choice={choice} />
        </div>
      )}
    </ChosenPage>
  );
}

function DomainRanking({ choice }: { readonly choice: Choice }) {
  const { t, language } = useWords();
  const heading = useId();
  const { data, error, isPending, refetch } = useQuery(
    domainsQuery({ ...choice, from: choice.month, to: choice.month }),
  );
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Waiting height={260} />;
  // The heat map above says that there is nothing.
  if (data.rows.length === 0) return null;
  const caption = t('domains.ranking', { month: formatMonth(choice.month, language) });
  return (
    <Panel aria-labelledby={heading}>
      <Title order={2} size="h4" id={heading} mb="sm">
        {caption}
      </Title>
      <RankedTable
        caption={caption}
        header={t('columns.domain')}
        rows={data.rows}
        rowKey={({ domain }) => domain}
        nameOf={({ label }) => label}
        cell={({ domain, label }) => (
          <Link to="/domains/$domain" params={{ domain }} search={readSelection} className={NAME_LINK}>
            <NameAndCode name={label} code={domain} />
          </Link>
        )}
        total={{ cost: data.total.cost, currency: data.currency }}
      />
    </Panel>
  );
}
