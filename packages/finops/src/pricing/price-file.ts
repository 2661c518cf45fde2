import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { readNumber } from '../import/amounts.ts';
import type { Notice } from '../import/layout.ts';
import { sizeOf } from '../import/source-file.ts';
import { numberFault, RowFaults, readTableNumber, type TableShape, withTableFile } from '../import/table-file.ts';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';

/** One line of a price list as it is written; `row` counts from 1. The price is an exact decimal, not below zero. */
export interface PriceLine {
  readonly row: number;
  readonly product: string;
  readonly unit: string;
  readonly unit_price: string;
  /** Null where the line names none: then it is that of the view. */
  readonly currency: string | null;
}

export interface PriceFile {
  readonly name: string;
  readonly sha256: string;
  readonly lines: readonly PriceLine[];
  readonly notices: readonly Notice[];
}

export interface PriceSource {
  readonly path: string;
  /** The name to remember, where the path is not what the sender called the file. */
  readonly name?: string | undefined;
}

const SHAPE = {
  required: ['product', 'unit', 'unit_price'],
  optional: ['currency'],
} as const satisfies TableShape<string>;
/** A price list names products; a file beyond this is none. */
const MOST_JSON_BYTES = 32 * 1024 ** 2;
const MOST_LINES = 200_000;

type Cells = Readonly<Record<'product' | 'unit' | 'unit_price' | 'currency', string | null>>;

/**
 * Reads a price list: CSV (commas, or semicolons with decimal commas), gzip of it, Parquet, or JSON (an array of lines). What
 * can be judged without the references of the entity is judged here, every line of it.
 *
 * @throws Problem `ROWS_REFUSED` (no price, a negative price, more than 18 decimals, no unit, no product, a price twice), and
 *   the refusals of `withTableFile`
 */
export async function readPriceFile(entity: EntityNode, source: PriceSource): Promise<PriceFile> {
  const json = await jsonText(source.path);
  if (json !== undefined) return readJson(json, source.name ?? basename(source.path));
  return await withTableFile(entity, source, SHAPE, async (file) => {
    const { name, sha256, notices, dialect } = file;
    const reading = new Lines(
      (text) => readTableNumber(text, dialect),
      () => numberFault(dialect),
    );
    for await (const batch of file.batches()) for (const { row, values } of batch) reading.take(row, values);
    return { name, sha256, lines: reading.done(name), notices };
  });
}

interface Fault {
  readonly column: string;
  readonly value?: string;
  readonly fault: string;
}

/** Judges lines one by one and collects what is wrong with all of them. */
class Lines {
  readonly #faults = new RowFaults();
  readonly #first = new Map<string, PriceLine>();
  readonly #number: (text: string) => string | undefined;
  readonly #fault: () => string;

  constructor(number: (text: string) => string | undefined, fault: () => string) {
    this.#number = number;
    this.#fault = fault;
  }

  take(row: number, cells: Partial<Cells>): void {
    const read = this.#read(row, cells);
    if ('fault' in read) this.#faults.add(row, read.column, read.value ?? null, read.fault);
    else this.#first.set(read.product, read);
  }

  #read(row: number, cells: Partial<Cells>): PriceLine | Fault {
    const { product = null, unit = null, unit_price: price = null, currency = null } = cells;
    if (product === null) return { column: 'product', fault: 'a product is required' };
    if (unit === null) return { column: 'unit', fault: `${product} has no unit: a price is for one unit of it` };
    if (price === null) return { column: 'unit_price', fault: `${product} has no price` };
    const exact = this.#number(price);
    if (exact === undefined) return { column: 'unit_price', value: price, fault: this.#fault() };
    if (exact.startsWith('-')) return { column: 'unit_price', value: price, fault: 'a price is not below zero' };
    const earlier = this.#first.get(product);
    if (earlier === undefined)
      return { row, product, unit, unit_price: exact, currency: currency?.toUpperCase() ?? null };
    if (earlier.unit !== unit) {
      return {
        column: 'unit',
        value: unit,
        fault: `${product} is priced by ${earlier.unit} in row ${earlier.row}: two units`,
      };
    }
    return { column: 'product', value: product, fault: `the product has a price in row ${earlier.row} already` };
  }

  done(name: string): PriceLine[] {
    this.#faults.refuse(name);
    if (this.#first.size === 0) throw finopsProblem('EMPTY_FILE', `${name} has no prices`);
    if (this.#first.size > MOST_LINES) {
      throw finopsProblem('FILE_UNREADABLE', `${name} holds ${this.#first.size} prices; ${MOST_LINES} is the most`);
    }
    return [...this.#first.values()];
  }
}

/** The text of the file where it is JSON: where its first character begins an array or an object. */
async function jsonText(path: string): Promise<Buffer | undefined> {
  if ((await sizeOf(path)) > MOST_JSON_BYTES) return undefined;
  const bytes = await readFile(path);
  const head = bytes
    .subarray(0, 64)
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  return head.startsWith('[') || head.startsWith('{') ? bytes : undefined;
}

function readJson(bytes: Buffer, name: string): PriceFile {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const given = parseExactly(bytes, name);
  const lines = Array.isArray(given) ? given : (given as { readonly lines?: unknown }).lines;
  if (!Array.isArray(lines)) {
    throw finopsProblem('FILE_UNREADABLE', `${name} is neither an array of lines nor an object with "lines"`);
  }
  const reading = new Lines(readNumber, () => numberFault('comma'));
  for (const [index, line] of lines.entries()) reading.take(index + 1, cellsOf(line));
  return { name, sha256, lines: reading.done(name), notices: [] };
}

/** Numbers keep the text that they are written with: a price never passes through a float. */
function parseExactly(bytes: Buffer, name: string): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const keep = (_key: string, value: unknown, context?: { readonly source?: string }) =>
      typeof value === 'number' ? (context?.source ?? String(value)) : value;
    return JSON.parse(text, keep as (key: string, value: unknown) => unknown);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw finopsProblem('FILE_UNREADABLE', `${name} is not JSON: ${reason}`, {}, cause);
  }
}

function cellsOf(line: unknown): Partial<Cells> {
  if (typeof line !== 'object' || line === null || Array.isArray(line)) return {};
  const members = Object.entries(line).map(([key, value]) => [key.toLowerCase(), value] as const);
  const texts = members.map(([key, value]) => [key, typeof value === 'string' ? value.trim() || null : null] as const);
  return Object.fromEntries(texts);
}
