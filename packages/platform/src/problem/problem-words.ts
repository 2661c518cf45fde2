/** What a code means and what to do next, in another language than that of the tables. */
export interface ProblemWords {
  /** As in the table: one short sentence, the same for every occurrence. */
  readonly title: string;
  /** For whoever calls the API and for whoever reads a page: neither may need what only the other has. */
  readonly next: string;
}

/** A table of problems, as far as it is words. */
type Said = Readonly<Record<string, ProblemWords>>;

/** The words of a language for every code of a table. */
export type WordsOf<T extends Said> = { readonly [Code in keyof T]: ProblemWords };

interface Meaning {
  readonly english: ProblemWords;
  readonly words: ProblemWords;
}

/** Language → code → what it means. Packages may share a code and tell different next steps (`PERIOD_LOCKED`). */
const known = new Map<string, Map<string, Meaning[]>>();

/** Makes the words of a table known in a language. Declaring the problems does it: whoever can raise one can tell it. */
export function addProblemWords<const T extends Said>(language: string, table: T, own: WordsOf<T>): void {
  const codes = known.get(language) ?? new Map<string, Meaning[]>();
  for (const [code, english] of Object.entries(table)) {
    const words = own[code];
    if (words !== undefined) codes.set(code, [...(codes.get(code) ?? []), { english, words }]);
  }
  known.set(language, codes);
}

/**
 * What a problem means in a language, by its code; where packages share the code, by what it says in English, which a stored answer
 * has kept. Undefined in English, and for a code that nobody has put into the language.
 */
export function problemWords(
  language: string,
  problem: { readonly code: string; readonly title?: string; readonly next?: string },
): ProblemWords | undefined {
  const meanings = known.get(language)?.get(problem.code);
  const meant =
    meanings?.find(({ english }) => english.next === problem.next) ??
    meanings?.find(({ english }) => english.title === problem.title) ??
    meanings?.[0];
  return meant?.words;
}
