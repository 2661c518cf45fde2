/** Most words that the name of an invoice or an account is written in: INV-2025/07-0012 has four. */
const MOST_WORDS = 6;

const WORD = /[\p{L}\p{N}]+/gu;

/** A name as it is compared: letters and digits only, without case. `Inv-2025/07 12` and `INV20250712` are one. */
export function nameOf(text: string): string {
  return (text.toUpperCase().match(WORD) ?? []).join('');
}

/**
 * Finds names in a text where they stand as whole words: INV-12 is named by "AWS inv 12", and not by "INV-123".
 *
 * @param known by `nameOf`
 */
export function mentionsIn<T>(text: string, known: ReadonlyMap<string, T>): T[] {
  const words = text.toUpperCase().match(WORD) ?? [];
  const found: T[] = [];
  for (let first = 0; first < words.length; first++) {
    let name = '';
    for (let last = first; last < Math.min(words.length, first + MOST_WORDS); last++) {
      name += words[last];
      const named = known.get(name);
      if (named !== undefined) found.push(named);
    }
  }
  return found;
}
