import type { ApiProblem } from '../api/problem.ts';
import type { Language } from '../format/numbers.ts';
import { refusalsFr } from './fr-refusals.ts';

/** A text, and its language where that is not the page's: a screen reader reads it with the right voice. */
export interface Said {
  readonly text: string;
  readonly lang?: 'en';
}

export interface SaidRefusal {
  readonly title: Said;
  readonly detail: Said;
  readonly next: Said | undefined;
}

/** What the node said in English, on a page of this language. */
export function nodeSaid(text: string, language: Language): Said {
  return language === 'en' ? { text } : { text, lang: 'en' };
}

/** What a code of a refusal means, in the language of the page; the node's own words where there are no others. */
export function refusalTitle(code: string, told: string, language: Language): Said {
  const known = language === 'fr' ? refusalsFr[code] : undefined;
  return known === undefined ? nodeSaid(told, language) : { text: known.title };
}

/** A refusal in the language of the page; what it says about this one case (place and value) stays the node's, in English. */
export function refusalWords(problem: ApiProblem, language: Language): SaidRefusal {
  const known = language === 'fr' ? refusalsFr[problem.code] : undefined;
  const next = known?.next;
  return {
    title: refusalTitle(problem.code, problem.title, language),
    detail: nodeSaid(problem.detail, language),
    next:
      next !== undefined ? { text: next } : problem.next === undefined ? undefined : nodeSaid(problem.next, language),
  };
}
