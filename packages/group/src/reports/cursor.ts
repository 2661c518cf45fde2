import { digestOf, textFault } from '@prorata/platform';
import { groupProblem } from '../problems.ts';

/** The row that a page ended with: its place in the order of the list, by value, so that rows which come or go move nothing else. */
export interface Cursor {
  readonly values: readonly (string | null)[];
}

/** What has to be the same on every page of a list; limits and cursors are not. */
type Question = Readonly<Record<string, unknown>>;

/** Opaque, bound to the list and to what was asked, so that it cannot be taken for another list's. */
export function cursorText(list: string, question: Question, values: readonly (string | null)[]): string {
  return Buffer.from(JSON.stringify([signOf(list, question), ...values])).toString('base64url');
}

/** @throws Problem `CURSOR_INVALID` for what no page of this list with these filters gave */
export function readCursor(list: string, question: Question, text: string | undefined): Cursor | undefined {
  if (text === undefined) return undefined;
  const refused = () => groupProblem('CURSOR_INVALID', `cursor is ${text.slice(0, 60)}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw refused();
  }
  if (!Array.isArray(parsed) || parsed.length > 32) throw refused();
  const [sign, ...values] = parsed as unknown[];
  const texts = values.filter((value): value is string | null => value === null || typeof value === 'string');
  const storable = texts.every((value) => value === null || textFault(value) === undefined);
  if (sign !== signOf(list, question) || texts.length !== values.length || !storable) throw refused();
  return { values: texts };
}

const OF_THE_PAGE = new Set(['limit', 'offset', 'cursor', 'format']);

function signOf(list: string, question: Question): string {
  const lasting = Object.entries(question).filter(([name, value]) => !OF_THE_PAGE.has(name) && value !== undefined);
  return digestOf({ list, question: Object.fromEntries(lasting) }).slice(0, 16);
}
