import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { entitiesQuery } from '../api/queries.ts';
import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { NAME_LINK, NameAndCode, RankedTable } from '../rankings/RankedTable.tsx';
import type { Choice } from '../selection/choice.ts';
import { changed } from '../selection/selection.ts';
import { Answered } from '../shell/Answered.tsx';
import { NothingSelected } from '../shell/states.tsx';

/** Who spends on a domain; each name leads to the applications behind it. */
export function EntitiesOf({ choice, domain }: { readonly choice: Choice; readonly domain: string }) {
  const { t, language } = useWords();
  const query = useQuery(entitiesQuery({ ...choice, from: choice.month, to: choice.month }));
  const title = t('domains.entities', { month: formatMonth(choice.month, language) });
  return (
    <Answered title={title} query={query} nothing={<NothingSelected />} isEmpty={({ rows }) => rows.length === 0}>
      {({ rows, total, currency }) => (
        <RankedTable
          caption={title}
          header={t('columns.entity')}
          rows={rows}
          rowKey={({ entity }) => entity}
          nameOf={({ label }) => label}
          cell={({ entity, label }) => (
            <Link
              to="/drilldown"
              search={(before) => changed(before, { entity: [entity], domain: [domain] })}
              className={NAME_LINK}
            >
              <NameAndCode name={label} code={entity} />
            </Link>
          )}
          total={{ cost: total.cost, currency }}
        />
      )}
    </Answered>
  );
}
