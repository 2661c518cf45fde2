import type { Problem } from '../problem/problem.ts';
import { type ProblemWords, problemWords } from '../problem/problem-words.ts';
import { acceptedLanguages } from './locales.ts';
import { PLATFORM_SENTENCES } from './sentences.fr.ts';
import { addSentences, toldSentence } from './sentences.ts';

addSentences('fr', PLATFORM_SENTENCES);

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

/** A text and its language (BCP 47). */
export interface Told {
  readonly text: string;
  readonly language: string;
}

/** What was written in English, in another language where its sentence is known there. */
export function toldText(text: string, language: string): Told {
  const told = language === 'en' ? undefined : toldSentence(language, text);
  return told === undefined ? { text, language: 'en' } : { text: told, language };
}

/** Findings with their messages in a language where that is known, which `language` says then; as they are in English. */
export function toldFindings<Finding extends { readonly message: string }>(
  findings: readonly Finding[],
  language: string,
): (Finding & { readonly language?: string })[] {
  return findings.map((finding) => {
    const told = toldText(finding.message, language);
    return told.language === 'en' ? finding : { ...finding, message: told.text, language };
  });
}

/** Lists of a problem that name its places one by one. */
const LISTS = ['errors', 'violations'] as const;

/** The members of a problem that are words, in the language of the reader as far as it is known; `language` is that of title and next step. */
export function toldProblem(
  problem: Problem,
  header: string | undefined,
  locale: string | undefined,
): { readonly language: string; readonly members: Readonly<Record<string, unknown>> } {
  const { language, title, next } = toldWords(problem, header, locale);
  const detail = toldText(problem.detail, language);
  const lists = LISTS.flatMap((name) => {
    const findings = problem.extensions[name];
    return isFindings(findings) ? [[name, toldFindings(findings, language)]] : [];
  });
  const members = { ...Object.fromEntries(lists), title, next, detail: detail.text, detail_language: detail.language };
  return { language, members };
}

function isFindings(list: unknown): list is { readonly message: string }[] {
  return (
    Array.isArray(list) &&
    list.every((one) => typeof one === 'object' && one !== null && typeof one.message === 'string')
  );
}
