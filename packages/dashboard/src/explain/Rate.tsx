import { formatQuantity } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';

interface RateProps {
  readonly multiplier: string | null;
  readonly rate_set: number | null;
  readonly provisional: boolean;
}

const PLACES = 6;

/** What an amount was multiplied with, from which rate set, and whether it may still change. */
export function Rate({ multiplier, rate_set, provisional }: RateProps) {
  const { t, language } = useWords();
  if (multiplier === null) return <span className="soft">{t('governance.noRate')}</span>;
  // The group's own currency needs no rate.
  if (rate_set === null) return <span className="soft">1</span>;
  return (
    <span title={multiplier}>
      <span className="figure">{formatQuantity(multiplier, language, PLACES)}</span>
      <div className="soft">
        {t('explain.set', { set: rate_set })}
        {provisional && `, ${t('governance.provisional')}`}
      </div>
    </span>
  );
}
