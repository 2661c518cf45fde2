import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { domainsQuery, entitiesQuery, familiesQuery, filtersQuery } from '../api/queries.ts';
import { Flags } from '../flags/Flags.tsx';
import { useWords } from '../i18n/i18n.ts';
import { CostKeys } from '../keyfigures/CostKeys.tsx';
import { IndirectKey } from '../keyfigures/IndirectKey.tsx';
import { Keys } from '../keyfigures/Key.tsx';
import { RankKey } from '../keyfigures/RankKey.tsx';
import { ChosenPage } from '../selection/ChosenPage.tsx';
import type { Choice } from '../selection/choice.ts';
import { MonthSeries } from '../series/MonthSeries.tsx';
import { Afterwards } from '../shell/Afterwards.tsx';
import { Nothing, Waiting } from '../shell/states.tsx';
import layout from '../theme/layout.module.css';
import { EntitiesOf } from './EntitiesOf.tsx';
import { FamiliesOf } from './FamiliesOf.tsx';
import { ProductsOf } from './ProductsOf.tsx';

const route = getRouteApi('/signed-in/domains/$domain');

/** One domain: what the group spends on it, by whom, and on which products. */
export function DomainPage() {
  const { t } = useWords();
  const { domain } = route.useParams();
  const { data } = useQuery(filtersQuery);
  const known = data?.domains.find(({ code }) => code === domain);
  return (
    <ChosenPage title={known?.label ?? domain} lead={t('domains.one')} fixed={['domain']}>
      {(choice) =>
        known === undefined ? (
          <Nothing why={t('domains.unknown', { code: domain })}>
            <Link to="/domains">{t('domains.all')}</Link>
          </Nothing>
        ) : (
          <Domain choice={choice} domain={domain} />
        )
      }
    </ChosenPage>
  );
}

function Domain({ choice: chosen, domain }: { readonly choice: Choice; readonly domain: string }) {
  const { t } = useWords();
  const choice = { ...chosen, domain: [domain] };
  const { data: ranking } = useQuery(domainsQuery({ ...choice, domain: [], from: choice.month, to: choice.month }));
  return (
    <div className={layout.page}>
      <Keys>
        <CostKeys choice={choice} />
        <RankKey
          row={ranking?.rows.find((row) => row.domain === domain)}
          count={ranking?.row_count}
          label={t('rank.shareOfGroup')}
        />
        <IndirectKey choice={choice} />
      </Keys>
      <Flags choice={choice} />
      <MonthSeries choice={choice} by="entity" />
      <Afterwards height={320}>
        <Halves choice={choice} domain={domain} />
        <ProductsOf choice={choice} />
      </Afterwards>
    </div>
  );
}

/** Entities, and families beside them where there are any: drawn once both are known, because the one alone is twice as wide. */
function Halves({ choice, domain }: { readonly choice: Choice; readonly domain: string }) {
  const month = { ...choice, from: choice.month, to: choice.month };
  const entities = useQuery(entitiesQuery(month));
  const families = useQuery(familiesQuery(month));
  if (entities.isPending || families.isPending) return <Waiting height={320} />;
  return (
    <div className={layout.halves}>
      <EntitiesOf choice={choice} domain={domain} />
      <FamiliesOf choice={choice} />
    </div>
  );
}
