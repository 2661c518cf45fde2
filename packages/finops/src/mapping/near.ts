import { fold } from './fold.ts';

/** Nothing that is shorter is called a misspelling: of three letters, two are chance. */
const SHORTEST = 4;

/**
 * How far two spellings are apart, for proposing one to a person: 0 where they differ in signs and blanks alone (`web-shop`,
 * `Web Shop`), otherwise the edits between them (Damerau-Levenshtein, neighbours swapped count one). Undefined where they are
 * too far apart, too short, or carry different digits: `app 1` is no misspelling of `app 2`.
 */
export function nearness(one: string, other: string): number | undefined {
  const [left, right] = [squash(one), squash(other)];
  if (left === right) return left === '' ? undefined : 0;
  if (Math.min(left.length, right.length) < SHORTEST || digitsOf(left) !== digitsOf(right)) return undefined;
  const most = Math.max(left.length, right.length) >= 8 ? 2 : 1;
  if (Math.abs(left.length - right.length) > most) return undefined;
  const apart = edits(left, right);
  return apart <= most ? apart : undefined;
}

/** The nearest of some names, the first in byte order among equals; undefined where none is near. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  let best: { readonly name: string; readonly apart: number } | undefined;
  for (const candidate of names) {
    const apart = nearness(name, candidate);
    if (apart === undefined) continue;
    if (best === undefined || apart < best.apart || (apart === best.apart && candidate < best.name)) {
      best = { name: candidate, apart };
    }
  }
  return best?.name;
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
