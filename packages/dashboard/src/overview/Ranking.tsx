import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import { entitiesQuery } from '../api/queries.ts';
import { localColumn } from '../entities/local-column.tsx';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { NAME_LINK, NameAndCode, RankedTable } from '../rankings/RankedTable.tsx';
import type { Choice } from '../selection/choice.ts';
import { changed } from '../selection/selection.ts';
import { Panel } from '../shell/Panel.tsx';
import { Failure, NothingSelected, Waiting } from '../shell/states.tsx';

/** Who spent most in the month; each name leads into the drill-down. */
export function Ranking({ choice }: { readonly choice: Choice }) {
  const { t, language } = useWords();
  const heading = useId();
  const { data, error, isPending, refetch } = useQuery(
    entitiesQuery({ ...choice, from: choice.month, to: choice.month }),
  );
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Waiting height={260} />;
  const month = formatMonth(choice.month, language);
  return (
    <Panel aria-labelledby={heading}>
      <Title order={2} size="h4" id={heading} mb="sm">
        {t('overview.ranking')} <span className="soft">{t('overview.rankingOf', { month })}</span>
      </Title>
      {data.rows.length === 0 ? (
        <NothingSelected />
      ) : (
        <RankedTable
          caption={`${t('overview.ranking')} ${t('overview.rankingOf', { month })}`}
          header={t('columns.entity')}
          rows={data.rows}
          rowKey={({ entity }) => entity}
          nameOf={({ label }) => label}
          cell={({ entity, label }) => (
            <Link to="/drilldown" search={(before) => changed(before, { entity: [entity] })} className={NAME_LINK}>
              <NameAndCode name={label} code={entity} />
            </Link>
          )}
          more={[localColumn(t)]}
          total={{ cost: data.total.cost, currency: data.currency }}
        />
      )}
    </Panel>
  );
}
