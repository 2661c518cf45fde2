import { acceptedLanguages } from './locales.ts';
import { FRENCH_TITLES } from './problems.fr.ts';

/** Titles of problems in other languages than English: language → code → title. A package adds those of its codes. */
const titles = new Map<string, Map<string, string>>([['fr', new Map(Object.entries(FRENCH_TITLES))]]);

/** Adds the titles of a package's problems in a language; a code means the same wherever it is raised. */
export function addProblemTitles(language: string, own: Readonly<Record<string, string>>): void {
  const known = titles.get(language) ?? new Map<string, string>();
  for (const [code, title] of Object.entries(own)) known.set(code, title);
  titles.set(language, known);
}

/** What a code is called in a language; undefined where that is not known, and in English, which the tables hold. */
export function problemTitle(language: string, code: string): string | undefined {
  return titles.get(language)?.get(code);
}

/**
 * The title of a problem in the language of the reader: the first of the header that is known, otherwise that of the token. `code` and
 * `detail` are the same in every language.
 */
export function titleFor(
  code: string,
  english: string,
  header: string | undefined,
  locale: string | undefined,
): { readonly title: string; readonly language: string } {
  const asked = acceptedLanguages(header);
  for (const tag of asked.length > 0 ? asked : locale === undefined ? [] : [locale]) {
    const language = tag.split('-')[0] ?? tag;
    if (language === 'en') break;
    const title = problemTitle(language, code);
    if (title !== undefined) return { title, language };
  }
  return { title: english, language: 'en' };
}
