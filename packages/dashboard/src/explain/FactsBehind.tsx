import { Loader } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { explainQuery, factsQuery, MOST_FACTS } from '../api/analysis-queries.ts';
import type { Path } from '../api/queries.ts';
import type { FactExplanation } from '../api/types.ts';
import { formatPrice, formatQuantity } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import type { Choice } from '../selection/choice.ts';
import { Failure, NothingSelected } from '../shell/states.tsx';
import { Amount } from '../tables/cells.tsx';
import { EvidenceLink } from './EvidenceLink.tsx';
import classes from './explain.module.css';
import { Rate } from './Rate.tsx';
import { Rules, Spread } from './Spread.tsx';

interface FactsBehindProps {
  readonly choice: Choice;
  readonly path: Path;
  readonly product: string;
  readonly unit: string;
}

/** The facts of a product, each with its measurement or its share, its price, its rate and its publication. */
export function FactsBehind({ choice, path, product, unit }: FactsBehindProps) {
  const { t } = useWords();
  const { data: facts, error, isPending, refetch } = useQuery(factsQuery(choice, path, product, unit));
  const explained = useQueries({ queries: (facts ?? []).map((fact) => explainQuery(fact, choice)) });
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Loader aria-label={t('app.loading')} />;
  if (facts.length === 0) return <NothingSelected />;
  const failed = explained.find((one) => one.error !== null);
  if (failed !== undefined) return <Failure error={failed.error} retry={() => void failed.refetch()} />;
  return (
    <>
      {facts.length === MOST_FACTS && <p className="note">{t('explain.onlyFacts', { count: MOST_FACTS })}</p>}
      {explained.map(({ data }, index) =>
        data === undefined ? (
          <Loader key={`waiting ${index + 1}`} aria-label={t('app.loading')} />
        ) : (
          <FactBehind key={JSON.stringify(facts[index])} explanation={data} />
        ),
      )}
    </>
  );
}

function FactBehind({ explanation }: { readonly explanation: FactExplanation }) {
  const { t, language } = useWords();
  const { fact, basis, local_cost, cost, exchange, price, evidence } = explanation;
  const indirect = fact.consumption_type === 'INDIRECT';
  return (
    <section className={classes.fact}>
      <h3>
        {t(`types.${fact.consumption_type}`)} · {t(`environments.${fact.environment}`)}
      </h3>
      <dl className={classes.facts}>
        <Spread explanation={explanation} />
        {!indirect && (
          <>
            <dt>{t('columns.quantity')}</dt>
            <dd title={fact.quantity}>
              {formatQuantity(fact.quantity, language)} {fact.unit === 'none' ? '' : fact.unit}
            </dd>
          </>
        )}
        {price !== null && (
          <>
            <dt>{t('explain.price')}</dt>
            <dd title={`${price.unit_price} ${price.currency}`}>
              {formatPrice(price.unit_price, price.currency, language)} ·{' '}
              {t('explain.view', { code: price.view_code, version: price.view_version })}
            </dd>
          </>
        )}
        <dt>{t('columns.localCost')}</dt>
        <dd>
          <Amount value={local_cost} currency={fact.currency} />{' '}
          <span className="soft">{basis === null ? t('explain.noBasis') : t(`measure.${basis}`)}</span>
        </dd>
        {exchange.currency !== exchange.to && (
          <>
            <dt>{t('explain.rateTo', { currency: exchange.to })}</dt>
            <dd>
              <Rate {...exchange} />
              {exchange.mean_rate_days !== null && (
                <span className="soft">{t('explain.mean', { count: exchange.mean_rate_days })}</span>
              )}
            </dd>
            <dt>{t('explain.converted')}</dt>
            <dd>
              <Amount value={cost} currency={exchange.to} />
            </dd>
          </>
        )}
        <dt>{t('explain.evidence')}</dt>
        <dd>
          <EvidenceLink evidence={evidence} />
        </dd>
        {evidence !== null && (
          <>
            <dt>{t('publications.digest')}</dt>
            <dd>
              <code>{evidence.manifest_digest}</code>
            </dd>
          </>
        )}
      </dl>
      <Rules explanation={explanation} />
    </section>
  );
}
