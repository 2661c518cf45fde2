const HEX = (digits: number): string => `^[0-9a-f]{${digits}}$`;

/** What the patterns of the routes mean, for a person; the pattern itself stands in the description of the API. */
const KNOWN: ReadonlyMap<string, string> = new Map([
  ['^[0-9]{4}-(0[1-9]|1[0-2])$', 'a month such as 2026-10 (YYYY-MM)'],
  ['^[A-Z]{3}$', 'three capitals such as EUR (ISO 4217)'],
  ['^[A-Z]{2}$', 'two capitals such as FR (ISO 3166-1)'],
  [HEX(64), '64 hexadecimal digits in lower case (SHA-256)'],
  ['^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$', 'an id (a UUID in lower case)'],
  ['\\S', 'more than blanks'],
  ['Z$', 'a time in UTC, which ends with Z'],
]);

const NAMES: ReadonlyMap<string, string> = new Map([
  ['A-Z', 'capitals'],
  ['a-z', 'small letters'],
  ['0-9', 'digits'],
]);

/** `^[A-Z0-9][A-Z0-9_-]{0,31}$` and its like: one list of characters, or one for the first and one for the others. */
const CODE = /^\^\[([A-Za-z0-9_.:-]+)\](?:\[([A-Za-z0-9_.:-]+)\])?\{(\d{1,4})(?:,(\d{1,4}))?\}\$$/;

/**
 * What a text has to be to match a pattern of a schema, in words: `a month such as 2026-10 (YYYY-MM)`, `1 to 32 of capitals, digits, _ -,
 * the first one of capitals, digits`. Undefined for a pattern that has no words.
 */
export function patternWords(pattern: string): string | undefined {
  const known = KNOWN.get(pattern);
  if (known !== undefined) return known;
  if (/^\^-\?(\(0\||\[0-9\]|\\d)/.test(pattern)) return 'a decimal number as text such as -12.50';
  const [, first = '', others, fewest = '', most = fewest] = CODE.exec(pattern) ?? [];
  if (first === '') return undefined;
  const more = others === undefined ? 0 : 1;
  const count = (digits: string): number => Number(digits) + more;
  const length = fewest === most ? `${count(most)}` : `${count(fewest)} to ${count(most)}`;
  const begins = others === undefined || others === first ? '' : `, the first one of ${charactersOf(first)}`;
  return `${length} of ${charactersOf(others ?? first)}${begins}`;
}

function charactersOf(list: string): string {
  const parts = list.match(/.-.|./g) ?? [];
  const ranges = parts.filter((part) => part.length > 1).map((part) => NAMES.get(part) ?? part);
  return [...ranges, ...parts.filter((part) => part.length === 1)].join(' ');
}
