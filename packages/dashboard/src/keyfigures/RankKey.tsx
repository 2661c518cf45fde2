import { formatShare } from '../format/numbers.ts';
import { useWords } from '../i18n/i18n.ts';
import { Key, KeyNote, KeyValue } from './Key.tsx';

interface RankKeyProps {
  readonly row: { readonly share: string | null; readonly rank: number } | undefined;
  /** How many are ranked; undefined while that is not known. */
  readonly count: number | undefined;
  readonly label: string;
}

/** What part of the group this is, and its place among the others. */
export function RankKey({ row, count, label }: RankKeyProps) {
  const { t, language } = useWords();
  const share = row?.share ?? null;
  return (
    <Key label={label} waiting={count === undefined}>
      <KeyValue>{share === null ? t('states.noValue') : formatShare(share, language)}</KeyValue>
      <KeyNote>{row === undefined ? t('rank.none') : t('rank.of', { rank: row.rank, count: count ?? 0 })}</KeyNote>
    </Key>
  );
}
