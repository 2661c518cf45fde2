import { useCallback } from 'react';
import { useWords } from './i18n.ts';

/** As many names as a sentence bears. */
const MOST_NAMES = 5;

/** Letters of a sentence of names; more are said by their codes. */
const MOST_LETTERS = 120;

/** Entities in a sentence: by name where that is short enough to be read, otherwise by code, as tables have both. */
export function readable(entities: readonly { readonly code: string; readonly name: string }[]): readonly string[] {
  const names = entities.map(({ name }) => name);
  const length = names.slice(0, MOST_NAMES + 1).join(', ').length;
  return length <= MOST_LETTERS ? names : entities.map(({ code }) => code);
}

/** Names in a sentence: the first few, and how many others. Tables and files have them all. */
export function useShortList(): (names: readonly string[]) => string {
  const { t } = useWords();
  return useCallback(
    (names) => {
      // "1 other" says less than the name that it stands for.
      if (names.length <= MOST_NAMES + 1) return names.join(', ');
      return [...names.slice(0, MOST_NAMES), t('columns.other', { count: names.length - MOST_NAMES })].join(', ');
    },
    [t],
  );
}
