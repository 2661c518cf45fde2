import { platformProblem } from '../problem/platform-problems.ts';
import type { Problem } from '../problem/problem.ts';

/** Deeper documents have no meaning here, and would exhaust the stack of whatever walks them. */
const DEEPEST = 64;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * Reads a JSON body without repairing it: invalid UTF-8, text that PostgreSQL cannot store, `__proto__` members, members that are
 * there twice, numbers that would lose digits and bottomless nesting are refused, with their place where it is known.
 *
 * @throws Problem `BODY_UNREADABLE`
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw unreadable('the body is empty and its content type says JSON');
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (error) {
    throw unreadable('the body is not UTF-8', error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : 'the body is not JSON', error);
  }
  if (inspect(value) < countNames(text)) throw unreadable('an object has two members of one name');
  return value;
}

/** How many members a JSON text names, counting each time: outside of texts a colon ends a name and nothing else. */
function countNames(text: string): number {
  let names = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index];
    if (sign === '"') quoted = !quoted;
    else if (quoted && sign === '\\') index += 1;
    else if (!quoted && sign === ':') names += 1;
  }
  return names;
}

interface Place {
  readonly value: unknown;
  readonly depth: number;
  readonly parent: Place | undefined;
  readonly key: string;
}

/**
 * Walks with a list of its own, not with the call stack, whose end is what an attacker is after.
 *
 * @returns how many members there are
 */
function inspect(root: unknown): number {
  let members = 0;
  const open: Place[] = [{ value: root, depth: 1, parent: undefined, key: '' }];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { value, depth } = place;
    if (typeof value === 'string') inspectText(value, place);
    if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) {
      throw unreadable(`a number beyond 2^53, which would lose digits, at ${pointerOf(place)}`);
    }
    if (typeof value !== 'object' || value === null) continue;
    if (depth > DEEPEST) throw unreadable(`the body is nested deeper than ${DEEPEST} levels`);
    for (const [key, member] of Object.entries(value)) {
      const inside: Place = { value: member, depth: depth + 1, parent: place, key };
      if (key === '__proto__') throw unreadable(`forbidden member at ${pointerOf(inside)}`);
      inspectText(key, inside);
      open.push(inside);
      if (!Array.isArray(value)) members += 1;
    }
  }
  return members;
}

function inspectText(text: string, place: Place): void {
  const fault = textFault(text);
  if (fault !== undefined) throw unreadable(`${fault} at ${pointerOf(place)}`);
}

/** What keeps a text from being stored by PostgreSQL: U+0000, or half of a surrogate pair. */
export function textFault(text: string): string | undefined {
  if (text.includes('\u0000')) return 'the character U+0000';
  if (!text.isWellFormed()) return 'half of a surrogate pair';
  return undefined;
}

function pointerOf(place: Place): string {
  const keys: string[] = [];
  for (let at: Place | undefined = place; at?.parent !== undefined; at = at.parent) {
    keys.unshift(at.key.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1'));
  }
  return keys.length === 0 ? '/' : `/${keys.join('/')}`;
}

function unreadable(detail: string, cause?: unknown): Problem {
  return platformProblem('BODY_UNREADABLE', detail, {}, cause);
}
