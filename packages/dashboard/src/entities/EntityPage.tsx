import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { entitiesQuery, filtersQuery } from '../api/queries.ts';
import { Flags } from '../flags/Flags.tsx';
import { formatCountry } from '../format/countries.ts';
import { useWords } from '../i18n/i18n.ts';
import { CostKeys } from '../keyfigures/CostKeys.tsx';
import { IndirectKey } from '../keyfigures/IndirectKey.tsx';
import { Keys } from '../keyfigures/Key.tsx';
import { RankKey } from '../keyfigures/RankKey.tsx';
import { ChosenPage } from '../selection/ChosenPage.tsx';
import type { Choice } from '../selection/choice.ts';
import { changed } from '../selection/selection.ts';
import { MonthSeries } from '../series/MonthSeries.tsx';
import { Afterwards } from '../shell/Afterwards.tsx';
import { Nothing } from '../shell/states.tsx';
import layout from '../theme/layout.module.css';
import { ApplicationsOf } from './ApplicationsOf.tsx';
import { DomainsOf } from './DomainsOf.tsx';
import { MonthsOf } from './MonthsOf.tsx';

const route = getRouteApi('/signed-in/entities/$entity');

/** One entity: what it costs, on what, in which applications, and what it has published. */
export function EntityPage() {
  const { t, language } = useWords();
  const { entity } = route.useParams();
  const { data } = useQuery(filtersQuery);
  const known = data?.entities.find(({ code }) => code === entity);
  const lead =
    known === undefined ? entity : `${entity} · ${formatCountry(known.country, language)} · ${known.currency}`;
  return (
    <ChosenPage
      title={known?.label ?? entity}
      lead={lead}
      fixed={['entity']}
      actions={
        <Link
          to="/drilldown"
          search={(before) => changed(before, { entity: [entity], domain: [], application: [] })}
          className="action"
        >
          {t('nav.drilldown')}
        </Link>
      }
    >
      {(choice) =>
        known === undefined ? (
          <Nothing why={t('entities.unknown', { code: entity })}>
            <Link to="/entities">{t('entities.all')}</Link>
          </Nothing>
        ) : (
          <Entity choice={choice} entity={entity} />
        )
      }
    </ChosenPage>
  );
}

function Entity({ choice: chosen, entity }: { readonly choice: Choice; readonly entity: string }) {
  const { t } = useWords();
  const choice = { ...chosen, entity: [entity] };
  // Among all entities: what is its part of the whole, and its place.
  const all = { ...choice, entity: [], from: choice.month, to: choice.month };
  const { data: ranking } = useQuery(entitiesQuery(all));
  return (
    <div className={layout.page}>
      <Keys>
        <CostKeys choice={choice} />
        <RankKey
          row={ranking?.rows.find((row) => row.entity === entity)}
          count={ranking?.row_count}
          label={t('rank.shareOfGroup')}
        />
        <IndirectKey choice={choice} />
      </Keys>
      <Flags choice={choice} />
      <MonthSeries choice={choice} by="domain" />
      <Afterwards height={320}>
        <div className={layout.halves}>
          <DomainsOf choice={choice} entity={entity} />
          <ApplicationsOf choice={choice} entity={entity} />
        </div>
        <MonthsOf choice={choice} entity={entity} />
      </Afterwards>
    </div>
  );
}
