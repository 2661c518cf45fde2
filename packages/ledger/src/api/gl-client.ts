import { setTimeout as sleep } from 'node:timers/promises';
import { formatAmount } from '../entry/amount.ts';
import { ApiEntrySchema, ApiPageSchema, checkLines, wholeEntry } from '../entry/entry.schema.ts';
import type { WholeEntry } from '../entry/entry.ts';
import { type Checked, schemaCheck } from '../entry/schema-check.ts';
import { ledgerProblem } from '../problems.ts';

export interface GlClientOptions {
  /** `https://gl.example`; the paths of spec 03 come behind it. */
  readonly baseUrl: string;
  /** Bearer token, asked for before each request. */
  readonly token?: () => string | Promise<string>;
  /** For one answer with its body; 10 000 unless told. */
  readonly timeoutMs?: number;
  /** Tries of one request, the first included; 4 unless told. */
  readonly attempts?: number;
  /** Pause before the second try; it doubles from try to try. 250 unless told. */
  readonly backoffMs?: number;
  /** Most bytes of one answer; 16 MiB unless told. */
  readonly maxBytes?: number;
  /** Entries asked for at a time; 100 unless told. */
  readonly pageSize?: number;
}

/** Reads the general ledger through its API (spec 03, "General-ledger side"); it never writes. */
export interface GlClient {
  /** One entry; undefined when the general ledger has none of this id. */
  entry(id: string): Promise<WholeEntry | undefined>;
  /** The entries of some months (`YYYY-MM`, both included), page by page. */
  entries(query?: { readonly from?: string; readonly to?: string }): AsyncGenerator<readonly WholeEntry[]>;
}

/** @throws Problem `GL_UNAVAILABLE`, `GL_REFUSED`, `GL_ANSWER_INVALID`, `UNBALANCED_ENTRY`, from each method */
export function createGlClient(options: GlClientOptions): GlClient {
  const http = new GlHttp(options);
  return {
    async entry(id) {
      const path = `/api/erp/gl/entries/${encodeURIComponent(id)}`;
      const body = await http.get(path);
      if (body === undefined) return undefined;
      const found = checked(entryCheck, body, path);
      if (found.id !== id) throw invalid(path, [{ pointer: '/id', message: `is ${found.id}` }]);
      return balanced(wholeEntry(found.id, found.status, content(found), found.reversed_by));
    },
    async *entries(query = {}) {
      const seen = new Set<string>();
      for (let after: string | null = ''; after !== null; ) {
        const parameters = new URLSearchParams({ ...query, limit: String(options.pageSize ?? 100) });
        if (after !== '') parameters.set('after', after);
        const path = `/api/erp/gl/entries?${parameters}`;
        const body = await http.get(path);
        if (body === undefined) throw ledgerProblem('GL_REFUSED', `GET ${path} answered 404`, { status: 404 });
        const page = checked(pageCheck, body, path);
        yield page.entries.map((found) =>
          balanced(wholeEntry(found.id, found.status, content(found), found.reversed_by)),
        );
        // A cursor that comes back would go round for ever.
        if (page.next !== null && seen.has(page.next))
          throw invalid(path, [{ pointer: '/next', message: 'was given before' }]);
        if (page.next !== null) seen.add(page.next);
        after = page.next;
      }
    },
  };
}

const entryCheck = schemaCheck(ApiEntrySchema);
const pageCheck = schemaCheck(ApiPageSchema);

function checked<T>(check: (document: unknown) => Checked<T>, body: unknown, path: string): T {
  const result = check(body);
  if ('value' in result) return result.value;
  throw invalid(path, result.faults);
}

function content<T extends { id: string; status: string; reversed_by?: string | null }>(
  entry: T,
): Omit<T, 'id' | 'status' | 'reversed_by'> {
  const { id: _id, status: _status, reversed_by: _by, ...rest } = entry;
  return rest;
}

/** The general ledger refuses unbalanced entries (spec 03); one that comes nevertheless is a fault of its answer. */
function balanced(entry: WholeEntry): WholeEntry {
  const { debit, credit, fault } = checkLines(entry.lines);
  if (fault !== undefined) throw invalid(`entry ${entry.id}`, [{ pointer: '/lines', message: fault }]);
  if (debit === credit) return entry;
  const sums = { debit: formatAmount(debit), credit: formatAmount(credit), entry_id: entry.id };
  throw ledgerProblem('UNBALANCED_ENTRY', `entry ${entry.id}: debit ${sums.debit}, credit ${sums.credit}`, sums);
}

function invalid(path: string, errors: readonly { readonly pointer: string; readonly message: string }[]) {
  const first = errors[0];
  return ledgerProblem('GL_ANSWER_INVALID', `${path}: ${first?.pointer} ${first?.message}`, { errors });
}

/** A failure that another try may end otherwise. */
class Passing extends Error {
  readonly waitMs: number | undefined;

  constructor(message: string, waitMs?: number, cause?: unknown) {
    super(message, { cause });
    this.waitMs = waitMs;
  }
}

const LONGEST_WAIT_MS = 30_000;

class GlHttp {
  readonly #options: GlClientOptions;
  readonly #base: string;

  constructor(options: GlClientOptions) {
    this.#options = options;
    this.#base = options.baseUrl.replace(/\/+$/, '');
  }

  /** JSON of an answer; undefined for 404. Network failures, time-outs, 429 and 5xx are tried again, other refusals are not. */
  async get(path: string): Promise<unknown> {
    const attempts = this.#options.attempts ?? 4;
    let pauseMs = this.#options.backoffMs ?? 250;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(path);
      } catch (error) {
        if (!(error instanceof Passing)) throw error;
        if (attempt >= attempts) {
          throw ledgerProblem('GL_UNAVAILABLE', `GET ${path}: ${error.message}`, { attempts }, error);
        }
        await sleep(Math.min(error.waitMs ?? pauseMs, LONGEST_WAIT_MS));
        pauseMs *= 2;
      }
    }
  }

  async #once(path: string): Promise<unknown> {
    const headers: Record<string, string> = { accept: 'application/json' };
    const token = await this.#options.token?.();
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    const timeoutMs = this.#options.timeoutMs ?? 10_000;
    const signal = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let bytes: Uint8Array;
    try {
      // A redirect would carry the token to an address that nobody chose.
      response = await fetch(`${this.#base}${path}`, { headers, signal, redirect: 'manual' });
      bytes = await this.#body(response, path);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'GL_ANSWER_INVALID') throw error;
      throw new Passing(
        signal.aborted ? `no answer within ${timeoutMs} ms` : 'the connection failed',
        undefined,
        error,
      );
    }
    if (response.status === 404) return undefined;
    if (response.status === 429 || response.status >= 500)
      throw new Passing(`answer ${response.status}`, retryAfter(response));
    if (response.status !== 200) {
      throw ledgerProblem('GL_REFUSED', `GET ${path} answered ${response.status}`, { status: response.status });
    }
    return parse(bytes, path);
  }

  async #body(response: Response, path: string): Promise<Uint8Array> {
    const limit = this.#options.maxBytes ?? 16 * 1024 * 1024;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > limit) throw invalid(path, [{ pointer: '/', message: `is larger than ${limit} bytes` }]);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}

function retryAfter(response: Response): number | undefined {
  const seconds = response.headers.get('retry-after');
  return seconds !== null && /^\d{1,5}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

function parse(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw ledgerProblem(
      'GL_ANSWER_INVALID',
      `${path} is not JSON`,
      { errors: [{ pointer: '/', message: 'is not JSON' }] },
      error,
    );
  }
}
