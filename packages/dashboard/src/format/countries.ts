import { type Language, localeOf } from './numbers.ts';

/** The name of a country (ISO 3166-1 alpha-2) in the reader's language; a code that has none stays itself. */
export function formatCountry(code: string, language: Language): string {
  if (!/^[A-Z]{2}$/.test(code)) return code;
  return new Intl.DisplayNames(localeOf(language), { type: 'region' }).of(code) ?? code;
}
