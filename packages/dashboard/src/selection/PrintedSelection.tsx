import { formatMonth } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { marksOf, useMarkName } from './Chips.tsx';
import type { Fixed, Part } from './parts.ts';
import type { Selected } from './use-selected.ts';

interface PrintedSelectionProps {
  readonly selected: Selected;
  readonly parts: readonly Part[];
  readonly fixed: readonly Fixed[];
}

/** On paper, what the controls say on the screen: what the figures are about, in words. */
export function PrintedSelection({ selected, parts, fixed }: PrintedSelectionProps) {
  const { t, language } = useWords();
  const nameOf = useMarkName(selected);
  const { choice } = selected;
  if (choice === undefined) return null;
  const range = `${formatMonth(choice.from, language)} – ${formatMonth(choice.to, language)}`;
  const said = [
    ...(parts.includes('range') ? [`${t('selection.period')}: ${range}`] : []),
    ...(parts.includes('month') ? [`${t('selection.month')}: ${formatMonth(choice.month, language)}`] : []),
    ...(parts.includes('amounts') ? [t(`measure.${choice.measure}`), choice.currency] : []),
    ...(choice.withoutTax ? [t('selection.withoutTax')] : []),
    ...marksOf(choice, fixed).map(nameOf),
  ];
  return <p className="paper-only">{said.join(' · ')}</p>;
}
