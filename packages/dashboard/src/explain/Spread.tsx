import type { FactExplanation } from '../api/types.ts';
import { formatMonth } from '../format/months.ts';
import { formatQuantity, formatShare } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import { Amount } from '../tables/cells.tsx';
import classes from './explain.module.css';

type ToldRule = NonNullable<FactExplanation['spread']>['rules'][number];

/** What an indirect amount is its share of; pairs of a list. */
export function Spread({ explanation: { spread, fact } }: { readonly explanation: FactExplanation }) {
  const { t, language } = useWords();
  if (spread === null) return null;
  return (
    <>
      <dt>{t('explain.share')}</dt>
      <dd title={spread.share}>{formatShare(spread.share, language, 2)}</dd>
      <dt>{t('explain.pool')}</dt>
      <dd>
        <Amount value={spread.pool} currency={fact.currency} />
      </dd>
      <dt>{t('explain.spreadOver')}</dt>
      <dd>{t('explain.applications', { count: spread.applications })}</dd>
    </>
  );
}

/** The rules that gave the share, as the entity told them in its signed bundle; or that it told none. */
export function Rules({ explanation: { spread, fact } }: { readonly explanation: FactExplanation }) {
  const { t } = useWords();
  if (spread === null) return null;
  if (spread.rules.length === 0) return <p className="note">{t('explain.spreadNote')}</p>;
  return (
    <ul className={classes.rules}>
      {spread.rules.map((rule) => (
        <li key={rule.code}>
          <Rule rule={rule} currency={fact.currency} />
        </li>
      ))}
    </ul>
  );
}

function Rule({ rule, currency }: { readonly rule: ToldRule; readonly currency: string }) {
  const { t, language } = useWords();
  const { code, label, version, base, measure, driver, driver_month, total_weight, sources } = rule;
  const month = driver_month === null ? '' : formatMonth(driver_month, language);
  return (
    <dl className={classes.facts}>
      <dt>{t('explain.rule')}</dt>
      <dd>
        {label} {label !== code && <code>{code}</code>}
      </dd>
      <dt>{t('governance.version')}</dt>
      <dd>{version ?? t('explain.noVersion')}</dd>
      <dt>{t('explain.base')}</dt>
      <dd>
        {t(`explain.base_${base}`)}
        {measure !== null && ` (${t(MEASURES[measure])})`}
      </dd>
      {driver !== null && (
        <>
          <dt>{t('explain.driver')}</dt>
          <dd>{month === '' ? driver : t('explain.driverOf', { driver, month })}</dd>
        </>
      )}
      {total_weight !== null && (
        <>
          <dt>{t('explain.totalWeight')}</dt>
          <dd title={total_weight}>
            {base === 'direct_cost' ? (
              <Amount value={total_weight} currency={currency} />
            ) : (
              formatQuantity(total_weight, language)
            )}
          </dd>
        </>
      )}
      {sources.length > 0 && (
        <>
          <dt>{t('explain.sources')}</dt>
          <dd>{sources.map((source) => t(`explain.source_${source.kind}`, { code: source.code })).join(', ')}</dd>
        </>
      )}
    </dl>
  );
}

const MEASURES = {
  effective: 'measure.cost_effective',
  billed: 'measure.cost_billed',
  standard: 'measure.cost_standard',
  cost: 'measure.cost',
} as const;
