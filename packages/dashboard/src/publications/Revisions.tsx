import { Fragment } from 'react';
import type { Publication } from '../api/types.ts';
import { formatMoment } from '../format/months.ts';
import { formatQuantity } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import { Amount } from '../tables/cells.tsx';
import classes from './publications.module.css';
import { costsByCurrency } from './revisions.ts';

/** The revisions, newest first, each with what it said and the fingerprint that its signature covers. */
export function Revisions({ publications }: { readonly publications: readonly Publication[] }) {
  const { t, language } = useWords();
  const newestFirst = [...publications].sort((a, b) => b.revision - a.revision);
  return (
    <ol className={classes.revisions}>
      {newestFirst.map((publication) => {
        const { revision, status, period_state, rows, totals, received_at, manifest_digest } = publication;
        const current = status === 'ACCEPTED';
        return (
          <li key={revision} data-current={current}>
            <h3>
              {t('columns.revision')} {revision}
              <span className={classes.tag} data-current={current}>
                {t(current ? 'publications.current' : 'publications.superseded')}
              </span>
              <span className={classes.tag}>
                {t(period_state === 'CLOSED' ? 'publications.closed' : 'publications.open')}
              </span>
            </h3>
            <dl className={classes.facts}>
              <dt>{t('columns.received')}</dt>
              <dd>{formatMoment(received_at, language)}</dd>
              <dt>{t('publications.rows')}</dt>
              <dd className="figure">{formatQuantity(String(rows), language)}</dd>
              {costsByCurrency(totals).map(({ currency, effective, billed }) => (
                <Fragment key={currency}>
                  <dt>
                    {t('measure.cost_effective')} · {currency}
                  </dt>
                  <dd>
                    <Amount value={effective} currency={currency} />
                  </dd>
                  <dt>
                    {t('measure.cost_billed')} · {currency}
                  </dt>
                  <dd>
                    <Amount value={billed} currency={currency} />
                  </dd>
                </Fragment>
              ))}
              <dt>{t('publications.digest')}</dt>
              <dd className={classes.digest}>{manifest_digest}</dd>
            </dl>
          </li>
        );
      })}
    </ol>
  );
}
