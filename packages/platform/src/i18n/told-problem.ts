import type { Problem } from '../problem/problem.ts';
import { type ProblemWords, problemWords } from '../problem/problem-words.ts';
import { acceptedLanguages } from './locales.ts';

/** What is told of a problem, and in which language. */
export interface ToldWords extends ProblemWords {
  /** Of title and next step (BCP 47): `en` where the reader's languages are not known. */
  readonly language: string;
}

/**
 * Title and next step of a problem in the language of the reader: the first of the header that is known, otherwise that of the token
 * (RFC 9110, section 12.5.4). `code` is the same in every language.
 */
export function toldWords(
  problem: Pick<Problem, 'code' | 'title' | 'next'>,
  header: string | undefined,
  locale: string | undefined,
): ToldWords {
  const asked = acceptedLanguages(header);
  for (const tag of asked.length > 0 ? asked : locale === undefined ? [] : [locale]) {
    const language = tag.split('-')[0] ?? tag;
    if (language === 'en') break;
    const words = problemWords(language, problem);
    if (words !== undefined) return { ...words, language };
  }
  return { title: problem.title, next: problem.next, language: 'en' };
}
