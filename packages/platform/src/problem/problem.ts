import { addProblemWords, type WordsOf } from './problem-words.ts';

/** What a code means, whoever raises it: one line of a package's table, and of docs/errors.md. */
export interface ProblemDefinition {
  /** HTTP status, 400–599. The command line exits with 1 whatever the status. */
  readonly status: number;
  /** One short sentence that is the same for every occurrence (RFC 9457, section 3.1.3). */
  readonly title: string;
  /** What the reader can do next. */
  readonly next: string;
}

export type ProblemTable = Readonly<Record<string, ProblemDefinition>>;

/** The document sent over HTTP (`application/problem+json`) and printed by `--json`. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly next?: string;
  readonly [extension: string]: unknown;
}

export interface ProblemOptions extends ProblemDefinition {
  readonly code: string;
  readonly detail: string;
  /** Members that let a program act on the problem: place, value, limits. They never hide a standard member. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** The error underneath. It is logged and never sent. */
  readonly cause?: unknown;
}

/**
 * A refusal or a failure that a reader can act upon: a stable code, the place and value in `detail`, and what to do next.
 * Serializes to an RFC 9457 problem document.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly next: string;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(options: ProblemOptions) {
    super(`${options.code}: ${options.detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.status = options.status;
    this.title = options.title;
    this.detail = options.detail;
    this.next = options.next;
    this.extensions = options.extensions ?? {};
  }

  toJSON(): ProblemDocument {
    return {
      ...this.extensions,
      type: problemType(this.code),
      title: this.title,
      status: this.status,
      code: this.code,
      detail: this.detail,
      next: this.next,
    };
  }

  /** Rebuilds a problem from the document that `toJSON` gave, as a stored answer is sent again. */
  static fromDocument(document: ProblemDocument): Problem {
    const { type: _type, title, status, code, detail, next = '', ...extensions } = document;
    return new Problem({ title, status, code, detail, next, extensions });
  }
}

/** The `type` member: a URN, because a deployment has no public address that could serve a page for it. */
export function problemType(code: string): string {
  return `urn:prorata:problem:${code.toLowerCase().replaceAll('_', '-')}`;
}

export interface ProblemFactory<Code extends string> {
  (code: Code, detail: string, extensions?: Readonly<Record<string, unknown>>, cause?: unknown): Problem;
  readonly table: Readonly<Record<Code, ProblemDefinition>>;
}

/**
 * Declares a package's problems and gives the only way to raise them, so that no code exists outside a table. `french` says the
 * same for each code to who reads French.
 *
 * @throws RangeError when a code is not UPPER_SNAKE_CASE, a status is not an error status, or French words have no code.
 */
export function defineProblems<const T extends ProblemTable>(
  table: T,
  french?: WordsOf<T>,
): ProblemFactory<keyof T & string> {
  for (const [code, definition] of Object.entries(table)) {
    if (!/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(code))
      throw new RangeError(`problem code ${code} is not UPPER_SNAKE_CASE`);
    if (!Number.isInteger(definition.status) || definition.status < 400 || definition.status > 599) {
      throw new RangeError(`problem ${code} has status ${definition.status}; expected 400 to 599`);
    }
  }
  if (french !== undefined) {
    const gone = Object.keys(french).find((code) => !Object.hasOwn(table, code));
    if (gone !== undefined) throw new RangeError(`problem ${gone} has French words and is not in its table`);
    addProblemWords('fr', table, french);
  }
  const raise = (
    code: keyof T & string,
    detail: string,
    extensions: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ): Problem => {
    const definition = table[code];
    if (definition === undefined) throw new RangeError(`problem code ${code} is not in its table`);
    return new Problem({ ...definition, code, detail, extensions, cause });
  };
  return Object.assign(raise, { table: table as Readonly<Record<keyof T & string, ProblemDefinition>> });
}
