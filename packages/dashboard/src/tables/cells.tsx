import { toPixelNumber } from '../format/decimal.ts';
import { formatChange, formatMoney, formatShare } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import classes from './table.module.css';

/** An amount, rounded for the eye; the exact digits are its title. A missing one (no exchange rate) says so. */
export function Amount({
  value,
  currency,
  places,
}: {
  readonly value: string | null;
  readonly currency: string | null;
  readonly places?: number;
}) {
  const { t, language } = useWords();
  if (value === null || currency === null) return <span className="soft">{t('states.noValue')}</span>;
  return (
    <span className="figure" title={`${value} ${currency}`}>
      {formatMoney(value, currency, language, places)}
    </span>
  );
}

/** A share of the whole with its length drawn. */
export function Share({ value }: { readonly value: string | null }) {
  const { t, language } = useWords();
  if (value === null) return <span className="soft">{t('states.noValue')}</span>;
  const width = Math.max(0, Math.min(100, toPixelNumber(value) * 100));
  return (
    <span className={classes.bar}>
      <span className={classes.track} aria-hidden="true">
        <span className={classes.fill} style={{ display: 'block', width: `${width}%` }} />
      </span>
      <span className={classes.barText}>{formatShare(value, language)}</span>
    </span>
  );
}

/** A change on the month before; more cost is warm, less is green, and the sign says it without colour. */
export function Change({ value }: { readonly value: string | null }) {
  const { t, language } = useWords();
  if (value === null) return <span className="soft">{t('states.noValue')}</span>;
  const text = formatChange(value, language);
  const tone = text.startsWith('+') ? classes.up : text.startsWith('−') ? classes.down : 'soft';
  return <span className={`${classes.change} ${tone}`}>{text}</span>;
}
