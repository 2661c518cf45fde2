import { formatQuantity } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';

/** A quantity, short for the eye; the exact digits are its title. */
export function Quantity({ value }: { readonly value: string | undefined }) {
  const { t, language } = useWords();
  if (value === undefined) return <span className="soft">{t('states.noValue')}</span>;
  return (
    <span className="figure" title={value}>
      {formatQuantity(value, language)}
    </span>
  );
}

/** A unit is never empty in the facts; `none` is the word of the contract for a product that is not measured. */
export function Unit({ name }: { readonly name: string | undefined }) {
  const { t } = useWords();
  return name === undefined || name === 'none' ? <span className="soft">{t('states.noValue')}</span> : name;
}
