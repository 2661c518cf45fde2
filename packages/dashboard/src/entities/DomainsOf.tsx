import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { domainsQuery } from '../api/queries.ts';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { NAME_LINK, NameAndCode, RankedTable } from '../rankings/RankedTable.tsx';
import type { Choice } from '../selection/choice.ts';
import { changed } from '../selection/selection.ts';
import { Answered } from '../shell/Answered.tsx';
import { NothingSelected } from '../shell/states.tsx';

/** What an entity spends its month on; each name leads to the applications behind it. */
export function DomainsOf({ choice, entity }: { readonly choice: Choice; readonly entity: string }) {
  const { t, language } = useWords();
  const query = useQuery(domainsQuery({ ...choice, from: choice.month, to: choice.month }));
  const title = t('entities.domains', { month: formatMonth(choice.month, language) });
  return (
    <Answered title={title} query={query} nothing={<NothingSelected />} isEmpty={({ rows }) => rows.length === 0}>
      {({ rows, total, currency }) => (
        <RankedTable
          narrow
          caption={title}
          header={t('columns.domain')}
          rows={rows}
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
          total={{ cost: total.cost, currency }}
        />
      )}
    </Answered>
  );
}
