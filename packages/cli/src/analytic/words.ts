import type { Language } from '../terminal/decimals.ts';

/** A sentence in the language that was asked for. */
export function said(language: Language, english: string, french: string): string {
  return language === 'fr' ? french : english;
}
