/**
 * Sentences of one language as they are told in another: `there is no entity {}` → `il n’y a pas d’entité {}`.
 *
 * What is wrong in one case is written where it is found, in English and with its values, and stored so (reports of the quarantine,
 * answers of a key). Who reads another language gets the sentence that has the same form, with the same values. A slot is `{}` for a value,
 * told as it is; `{.}` for a value without a blank; `{*}` for what has to be a sentence itself; `{~}` for what is told if it is known. The translation has the same slots in
 * the same order, or numbered from one (`{2}`).
 */
export type Sentences = readonly (readonly [english: string, told: string])[];

type Slot = '' | '.' | '*' | '~';

interface Sentence {
  readonly literals: readonly string[];
  readonly slots: readonly Slot[];
  readonly told: readonly string[];
  /** Which slot stands where in the translation. */
  readonly order: readonly number[];
  /** Characters that are not in a slot: of two forms that fit, the one that says more is meant. */
  readonly weight: number;
}

const SLOT = /\{([.*~]?|\d)\}/;
/** Sentences in sentences: a file, its finding, and how many more there are. */
const DEEPEST = 4;
/** A longer text is not a sentence of ours. */
const LONGEST = 4_000;

const known = new Map<string, Sentence[]>();

/** Makes sentences known in a language. @throws RangeError for a translation with other slots than its sentence */
export function addSentences(language: string, sentences: Sentences): void {
  const all = [...(known.get(language) ?? []), ...sentences.map(readSentence)];
  known.set(
    language,
    all.sort((one, other) => other.weight - one.weight),
  );
}

function readSentence([english, translation]: readonly [string, string]): Sentence {
  const parts = english.split(SLOT);
  const literals = parts.filter((_, index) => index % 2 === 0);
  const slots = parts.filter((_, index) => index % 2 === 1) as Slot[];
  const words = translation.split(SLOT);
  const told = words.filter((_, index) => index % 2 === 0);
  const order = words
    .filter((_, index) => index % 2 === 1)
    .map((number, index) => (/\d/.test(number) ? Number(number) - 1 : index));
  const used = [...order].sort((one, other) => one - other);
  if (used.length !== slots.length || used.some((slot, index) => slot !== index)) {
    throw new RangeError(`"${translation}" has not the slots of "${english}"`);
  }
  return { literals, slots, told, order, weight: literals.join('').length };
}

/** A sentence as it is told in a language; undefined where nobody has put one of its form into it, and in English. */
export function toldSentence(language: string, text: string): string | undefined {
  return text.length > LONGEST ? undefined : tell(known.get(language) ?? [], text, DEEPEST);
}

function tell(sentences: readonly Sentence[], text: string, depth: number): string | undefined {
  if (depth === 0) return undefined;
  for (const sentence of sentences) {
    const values = valuesIn(sentence.literals, text)?.map((value, slot) => {
      if (sentence.slots[slot] === '') return value;
      if (sentence.slots[slot] === '.') return /\s/.test(value) ? undefined : value;
      return tell(sentences, value, depth - 1) ?? (sentence.slots[slot] === '~' ? value : undefined);
    });
    if (values === undefined || values.includes(undefined)) continue;
    return sentence.told.map((literal, index) => literal + (values[sentence.order[index] ?? -1] ?? '')).join('');
  }
  return undefined;
}

/** What stands in the slots, each ending where the literal behind it is first; undefined where the text has another form. One pass: no backtracking. */
function valuesIn(literals: readonly string[], text: string): string[] | undefined {
  const [first = '', ...others] = literals;
  const last = others.pop();
  if (last === undefined) return text === first ? [] : undefined;
  if (!text.startsWith(first) || !text.endsWith(last)) return undefined;
  const values: string[] = [];
  let at = first.length;
  for (const literal of others) {
    const found = text.indexOf(literal, at + 1);
    if (found < 0) return undefined;
    values.push(text.slice(at, found));
    at = found + literal.length;
  }
  const end = text.length - last.length;
  if (end <= at) return undefined;
  return [...values, text.slice(at, end)];
}
