import { createHash } from 'node:crypto';

/** Everything that separates words to a reader: blanks of any kind and control characters, one or many. */
const SEPARATORS = /[\s\p{Cc}\p{Cf}]+/gu;

/** A text with its blanks in order: trimmed, and one blank between words. */
export function tidy(text: string): string {
  return text.normalize('NFC').replace(SEPARATORS, ' ').trim();
}

/** A text as it is compared: tidy and in lower case. `" ERP  CORE"` and `"Erp Core"` fold to the same. */
export function fold(text: string): string {
  // Lower-casing can decompose (İ) and so needs composing again, or folding twice would differ from folding once.
  return tidy(text).toLowerCase().normalize('NFC');
}

/** The longest code that the contract between entity and group takes. */
const LONGEST_CODE = 256;

/** A code that fits: a longer one keeps its beginning and gets a digest of the whole, so that it stays unique and stable. */
export function boundedCode(code: string): string {
  if (code.length <= LONGEST_CODE) return code;
  const digest = createHash('sha256').update(code).digest('hex').slice(0, 16);
  return `${code.slice(0, LONGEST_CODE - 17).toWellFormed()}~${digest}`;
}
