import type { ApiProblem } from '../api/problem.ts';
import type { Language } from '../format/numbers.ts';

/** A text, and its language where that is not the page's: a screen reader reads it with the right voice. */
export interface Said {
  readonly text: string;
  readonly lang?: string;
}

export interface SaidRefusal {
  readonly title: Said;
  readonly detail: Said;
  readonly next: Said | undefined;
}

/**
 * What the node told in its words, on a page of this language. The node tells refusals in the language that it is asked in, as far as it
 * knows them; the page has no words of its own for them.
 *
 * @param of the language of the text (BCP 47); English, where the node does not say
 */
export function nodeSaid(text: string, of: string | undefined, language: Language): Said {
  const lang = of ?? 'en';
  return lang === language ? { text } : { text, lang };
}

/** A refusal as the node told it. */
export function refusalWords(problem: ApiProblem, language: Language): SaidRefusal {
  return {
    title: nodeSaid(problem.title, problem.language, language),
    detail: nodeSaid(problem.detail, problem.detailLanguage, language),
    next: problem.next === undefined ? undefined : nodeSaid(problem.next, problem.language, language),
  };
}
