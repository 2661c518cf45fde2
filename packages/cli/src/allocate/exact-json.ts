import { allocateProblem } from './problems.ts';

/** A JSON number as it is written: a double would already have lost digits. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type ExactJson = null | boolean | string | JsonNumber | ExactJson[] | Map<string, ExactJson>;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// Of the control characters, only those below the blank must be escaped (RFC 8259, section 7).
const STRING = /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const BLANKS = /[ \t\r\n]*/y;
const MAX_DEPTH = 64;

/**
 * Parses JSON (RFC 8259) without the three losses of `JSON.parse`: digits of numbers, the order of members whose names
 * look like integers, and members that are named twice, which are refused.
 *
 * @throws Problem `ALLOCATE_NOT_JSON` with line and column.
 */
export function parseExactJson(text: string): ExactJson {
  const reader = new Reader(text.startsWith('\uFEFF') ? text.slice(1) : text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): ExactJson {
    if (depth > MAX_DEPTH) throw this.#error(`nesting is deeper than ${MAX_DEPTH}`);
    this.#take(BLANKS);
    const next = this.#text[this.#position];
    if (next === '{') return this.#object(depth);
    if (next === '[') return this.#array(depth);
    if (next === '"') return this.#string();
    for (const [word, value] of [['null', null] as const, ['true', true] as const, ['false', false] as const]) {
      if (!this.#text.startsWith(word, this.#position)) continue;
      this.#position += word.length;
      return value;
    }
    const number = this.#take(NUMBER);
    if (number === undefined) throw this.#error('a value is expected');
    return new JsonNumber(number);
  }

  end(): void {
    this.#take(BLANKS);
    if (this.#position < this.#text.length) throw this.#error('the document goes on after its end');
  }

  #object(depth: number): Map<string, ExactJson> {
    const members = new Map<string, ExactJson>();
    this.#position += 1;
    if (this.#next('}')) return members;
    do {
      this.#take(BLANKS);
      const start = this.#position;
      const name = this.#string();
      if (members.has(name)) {
        this.#position = start;
        throw this.#error(`the member ${JSON.stringify(name)} is named twice`);
      }
      if (!this.#next(':')) throw this.#error('":" is expected');
      members.set(name, this.value(depth + 1));
    } while (this.#next(','));
    if (!this.#next('}')) throw this.#error('"," or "}" is expected');
    return members;
  }

  #array(depth: number): ExactJson[] {
    const items: ExactJson[] = [];
    this.#position += 1;
    if (this.#next(']')) return items;
    do items.push(this.value(depth + 1));
    while (this.#next(','));
    if (!this.#next(']')) throw this.#error('"," or "]" is expected');
    return items;
  }

  #string(): string {
    const literal = this.#take(STRING);
    if (literal === undefined) throw this.#error('a text in double quotes is expected');
    return JSON.parse(literal) as string;
  }

  /** Passes over blanks and one sign, if it is there. */
  #next(sign: string): boolean {
    this.#take(BLANKS);
    if (this.#text[this.#position] !== sign) return false;
    this.#position += 1;
    return true;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#position += match[0].length;
    return match[0];
  }

  #error(what: string) {
    const before = this.#text.slice(0, this.#position).split('\n');
    const line = before.length;
    const column = (before.at(-1) ?? '').length + 1;
    return allocateProblem('ALLOCATE_NOT_JSON', `Line ${line}, column ${column}: ${what}.`, { line, column });
  }
}
