import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import { domainsQuery } from '../api/queries.ts';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { NAME_LINK, NameAndCode, RankedTable } from '../rankings/RankedTable.tsx';
import type { Choice } from '../selection/choice.ts';
import { changed } from '../selection/selection.ts';
import { Panel } from '../shell/Panel.tsx';
import { Failure, NothingSelected, Waiting } from '../shell/states.tsx';

/** What an entity spends its month on; each name leads to the applications behind it. */
export function DomainsOf({ choice, entity }: { readonly choice: Choice; readonly entity: string }) {
  const { t, language } = useWords();
  const heading = useId();
  const { data, error, isPending, refetch } = useQuery(
    domainsQuery({ ...choice, from: choice.month, to: choice.month }),
  );
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Waiting height={260} />;
  const caption = t('entities.domains', { month: formatMonth(choice.month, language) });
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
          header={t('columns.domain')}
          rows={data.rows}
          rowKey={({ domain }) => domain}
          nameOf={({ label }) => label}
          cell={({ domain, label }) => (
            <Link
              to="/drilldown"
              search={(before) => changed(before, { entity: [entity], domain: [domain] })}
              className={NAME_LINK}
            >
              <NameAndCode name={label} code={domain} />
            </Link>
          )}
          total={{ cost: data.total.cost, currency: data.currency }}
        />
      )}
    </Panel>
  );
}
