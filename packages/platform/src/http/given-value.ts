const LONGEST = 60;

/** Members whose value is nobody's business, whatever it is; those that are called otherwise are `writeOnly` in their schema. */
const SECRET = /secret|token|password|passphrase|credential|private|signature|cookie|authorization|jwk/i;
const WITH_PASSWORD = /:\/\/[^/]*@/;

/**
 * A value that was refused, to stand behind the rule that it breaks: `, not "2026-13"`. At most sixty characters of a text; lists,
 * objects, and what may be a secret are not told.
 *
 * @param pointer JSON pointer of the value
 * @param rules the schema of the value
 */
export function notThis(value: unknown, pointer: string, rules: unknown): string {
  // A body that is one text alone may be a token.
  if (pointer === '' || SECRET.test(pointer) || isWriteOnly(rules)) return '';
  if (typeof value === 'string') return WITH_PASSWORD.test(value) ? '' : `, not ${shortened(value)}`;
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? `, not ${String(value)}` : '';
}

function shortened(text: string): string {
  const letters = [...text.slice(0, 2 * LONGEST + 2)];
  if (letters.length <= LONGEST) return JSON.stringify(text);
  return `${JSON.stringify(letters.slice(0, LONGEST).join(''))}…`;
}

function isWriteOnly(rules: unknown): boolean {
  return typeof rules === 'object' && rules !== null && 'writeOnly' in rules && rules.writeOnly === true;
}
