import { Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import { applicationsQuery } from '../api/queries.ts';
import type { ApplicationRow } from '../api/types.ts';
import { UNALLOCATED } from '../drilldown/use-row-name.ts';
import { formatMonth } from '../format/months.ts';
import { formatQuantity } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import { NAME_LINK, NameAndCode, RankedTable } from '../rankings/RankedTable.tsx';
import type { Choice } from '../selection/choice.ts';
import { changed } from '../selection/selection.ts';
import { Panel } from '../shell/Panel.tsx';
import { Failure, NothingSelected, Waiting } from '../shell/states.tsx';

/** Enough to see what matters; the drill-down lists them all. */
const GREATEST = 10;

/** The applications of an entity that cost most in the month; each leads to its domains. */
export function ApplicationsOf({ choice, entity }: { readonly choice: Choice; readonly entity: string }) {
  const { t, language } = useWords();
  const heading = useId();
  const month = { ...choice, from: choice.month, to: choice.month };
  const { data, error, isPending, refetch } = useQuery(applicationsQuery(month, GREATEST));
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Waiting height={260} />;
  const caption = t('entities.applications', { month: formatMonth(choice.month, language) });
  const nameOf = ({ application, label }: ApplicationRow) =>
    application === UNALLOCATED ? t('drilldown.unallocated') : label;
  return (
    <Panel aria-labelledby={heading}>
      <Title order={2} size="h4" id={heading} mb="sm">
        {caption}
      </Title>
      {data.rows.length === 0 ? (
        <NothingSelected />
      ) : (
        <RankedTable
          narrow
          caption={caption}
          header={t('columns.application')}
          rows={data.rows}
          rowKey={({ application }) => application}
          nameOf={nameOf}
          cell={(row) => (
            <Link
              to="/entities/$entity"
              params={{ entity }}
              search={(before) => changed(before, { application: [row.application] })}
              className={NAME_LINK}
            >
              <NameAndCode name={nameOf(row)} code={row.application === UNALLOCATED ? nameOf(row) : row.application} />
            </Link>
          )}
          total={{ cost: data.total.cost, currency: data.currency }}
        />
      )}
      {data.row_count > data.rows.length && (
        <Text size="sm" className="soft" mt="xs">
          {t('drilldown.only', { count: data.rows.length, total: formatQuantity(String(data.row_count), language) })}
        </Text>
      )}
    </Panel>
  );
}
