import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useId } from 'react';
import { entitiesQuery } from '../api/queries.ts';
import { Flags } from '../flags/Flags.tsx';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { NAME_LINK, NameAndCode, RankedTable } from '../rankings/RankedTable.tsx';
import { RankingBars } from '../rankings/RankingBars.tsx';
import { ChosenPage } from '../selection/ChosenPage.tsx';
import type { Choice } from '../selection/choice.ts';
import { readSelection } from '../selection/selection.ts';
import { Panel } from '../shell/Panel.tsx';
import { Failure, NothingSelected, Waiting } from '../shell/states.tsx';
import layout from '../theme/layout.module.css';
import { localColumn } from './local-column.tsx';

/** Who costs most: every entity with its share and change, the greatest as bars. */
export function EntitiesPage() {
  const { t } = useWords();
  return (
    <ChosenPage title={t('entities.title')} lead={t('entities.lead')} parts={['month', 'amounts', 'filters']}>
      {(choice) => <Entities choice={choice} />}
    </ChosenPage>
  );
}

function Entities({ choice }: { readonly choice: Choice }) {
  const { t, language } = useWords();
  const heading = useId();
  const navigate = useNavigate();
  const month = { ...choice, from: choice.month, to: choice.month };
  const { data, error, isPending, refetch } = useQuery(entitiesQuery(month));
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Waiting height={420} />;
  if (data.rows.length === 0) return <NothingSelected />;
  const title = t('overview.ranking');
  const caption = `${title} ${t('overview.rankingOf', { month: formatMonth(choice.month, language) })}`;
  return (
    <div className={layout.page}>
      <Flags choice={month} />
      <div className={layout.columns}>
        <Panel aria-labelledby={heading}>
          <Title order={2} size="h4" id={heading} mb="sm">
            {caption}
          </Title>
          <RankedTable
            caption={caption}
            header={t('columns.entity')}
            rows={data.rows}
            rowKey={({ entity }) => entity}
            nameOf={({ label }) => label}
            cell={({ entity, label }) => (
              <Link to="/entities/$entity" params={{ entity }} search={readSelection} className={NAME_LINK}>
                <NameAndCode name={label} code={entity} />
              </Link>
            )}
            more={[localColumn(t)]}
            total={{ cost: data.total.cost, currency: data.currency }}
          />
        </Panel>
        <RankingBars
          title={t('entities.bars')}
          header={t('columns.entity')}
          rows={data.rows.map(({ entity, label, cost, previous_cost }) => ({
            code: entity,
            name: label,
            cost,
            previous: previous_cost,
          }))}
          choice={choice}
          onOpen={(entity) => void navigate({ to: '/entities/$entity', params: { entity }, search: readSelection })}
        />
      </div>
    </div>
  );
}
