import { fold } from './fold.ts';

/** Nothing that is shorter is called a misspelling: of three letters, two are chance. */
const SHORTEST = 4;

/**
 * How far two spellings are apart, for proposing one to a person: 0 where they differ in signs and blanks alone (`web-shop`,
 * `Web Shop`), otherwise the edits between them (Damerau-Levenshtein, neighbours swapped count one). Undefined where they are
 * too far apart, too short, or carry different digits: `app 1` is no misspelling of `app 2`.
 */
export function nearness(one: string, other: string): number | undefined {
  return apart(spelt(one), spelt(other));
}

/** The nearest of some names, the first in byte order among equals; undefined where none is near. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  return nearestOf(spelt(name), [...names].map(spelt))?.name;
}

/** A name made ready to be compared with many others. */
export interface Spelling {
  readonly name: string;
  readonly squashed: string;
  readonly digits: string;
}

export function spelt(name: string): Spelling {
  const squashed = squash(name);
  return { name, squashed, digits: digitsOf(squashed) };
}

/** As `nearest`, over names that were made ready; a name is not near itself. */
export function nearestOf(
  own: Spelling,
  others: Iterable<Spelling>,
): { readonly name: string; readonly distance: number } | undefined {
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const other of others) {
    const distance = own.name === other.name ? undefined : apart(own, other);
    if (distance === undefined) continue;
    if (best === undefined || distance < best.distance || (distance === best.distance && other.name < best.name)) {
      best = { name: other.name, distance };
    }
  }
  return best;
}

function apart(
  { squashed: left, digits }: Spelling,
  { squashed: right, digits: others }: Spelling,
): number | undefined {
  if (left === right) return left === '' ? undefined : 0;
  const [shorter, longer] = left.length < right.length ? [left.length, right.length] : [right.length, left.length];
  const most = longer >= 8 ? 2 : 1;
  if (shorter < SHORTEST || longer - shorter > most || digits !== others) return undefined;
  const found = edits(left, right);
  return found <= most ? found : undefined;
}

/** `; did you mean …?`, or nothing. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const near = nearest(name, names);
  return near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`;
}

function squash(text: string): string {
  return fold(text).replace(/[^\p{L}\p{N}]+/gu, '');
}

function digitsOf(text: string): string {
  return text.replace(/\P{N}+/gu, '');
}

/** Optimal string alignment: insertions, deletions, replacements, and swaps of neighbours. */
function edits(one: string, other: string): number {
  const [left, right] = [[...one], [...other]];
  let before: number[] = [];
  let last = right.map((_, index) => index).concat(right.length);
  for (const [i, letter] of left.entries()) {
    const row = [i + 1];
    for (const [j, against] of right.entries()) {
      const replaced = at(last, j) + (letter === against ? 0 : 1);
      const swapped =
        letter === right[j - 1] && left[i - 1] === against && i > 0 && j > 0 ? at(before, j - 1) + 1 : replaced;
      row.push(Math.min(at(last, j + 1) + 1, at(row, j) + 1, replaced, swapped));
    }
    before = last;
    last = row;
  }
  return at(last, right.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
