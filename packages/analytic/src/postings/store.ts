import { endsOf, firstDayOf, monthOf, type Tx } from '@prorata/platform';
import { analyticProblem } from '../problems.ts';
import type { References } from '../rules/references.ts';
import { found } from '../service/node.ts';
import type { PostingAnswer } from './postings.schema.ts';
import * as sql from './postings.sql.ts';
import { linePartsOf, type PostingResult } from './result.ts';

export interface PostingRow {
  readonly id: string;
  readonly country_code: string;
  readonly source_entry_id: string;
  readonly allocation_rule_id: string;
  readonly kind: 'ORIGINAL' | 'MIRROR';
  readonly reverses: string | null;
  readonly reversed_by: string | null;
  readonly posting_date: string;
  readonly currency: string;
  readonly result: PostingResult;
  readonly created_at: Date;
  readonly created_by: string;
}

/** One text for one posting, whether it was stored a moment ago or is read again: answers are compared byte by byte. */
export function tellPosting(row: PostingRow): PostingAnswer {
  const original = row.reversed_by === null ? 'ACTIVE' : 'REVERSED';
  return {
    id: row.id,
    source_entry_id: row.source_entry_id,
    allocation_rule_id: row.allocation_rule_id,
    kind: row.kind,
    status: row.kind === 'MIRROR' ? 'MIRROR' : original,
    reverses: row.reverses,
    reversed_by: row.reversed_by,
    posting_date: row.posting_date,
    period_month: monthOf(row.posting_date),
    currency: row.currency,
    result: inOrder(row.result) as PostingResult,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
  };
}

/** The same value with the members of each object in the order of their names, as `jsonb` gives them in another one. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const members = value as Readonly<Record<string, unknown>>;
  const ordered: Record<string, unknown> = {};
  for (const name of Object.keys(members).sort())
    if (members[name] !== undefined) ordered[name] = inOrder(members[name]);
  return ordered;
}

export type NewPosting = Omit<PostingRow, 'created_at' | 'reversed_by'>;

/** The ids by which a result's codes are stored. */
export type Ids = Pick<References, 'axisIds' | 'dimensionIds'>;

/**
 * Stores a posting. An original takes hold of its source lines; a mirror only adds its lines to the balance.
 *
 * @returns undefined when another request has stored the same entry and rule meanwhile
 * @throws Problem `ALREADY_ALLOCATED`
 */
export async function storePosting(tx: Tx, posting: NewPosting, ids: Ids): Promise<PostingRow | undefined> {
  const held = posting.kind === 'ORIGINAL' ? heldColumns(posting.result, ids) : { lines: [], axes: [] };
  const rows = await tx.query<{ created_at: Date; stored: number; held: number }>(sql.STORE, [
    posting.id,
    posting.country_code,
    posting.source_entry_id,
    posting.allocation_rule_id,
    posting.kind,
    posting.reverses,
    posting.posting_date,
    posting.currency,
    JSON.stringify(posting.result),
    posting.created_by,
    ...partColumns(posting.result, ids),
    held.lines,
    held.axes,
  ]);
  const { created_at, stored, held: got } = found(rows, posting.id);
  if (stored === 0) return undefined;
  if (got < held.lines.length) throw await alreadyAllocated(tx, posting, held);
  return { ...posting, created_at, reversed_by: null };
}

/** An original that is to be stored, with its legal entity and the beginning of its transaction. */
export interface Storing {
  readonly owner: string;
  readonly posting: NewPosting;
  readonly ids: Ids;
  readonly moment: Date;
}

/**
 * Stores originals of different entries together with the commit, counting on nobody else storing them: where somebody does, the
 * transaction fails with an error that `isContended` knows, and is tried again with `storePosting`. Those of one legal entity stand
 * together.
 */
export function storeAlone(tx: Tx, storing: readonly Storing[]): PostingRow[] {
  const owners = storing.map(({ owner }) => owner);
  const legalEntities = [...new Set(owners)];
  const ends = endsOf(legalEntities, owners);
  const [partOwners, heldOwners]: [string[], string[]] = [[], []];
  const [of, heldOf]: [number[], number[]] = [[], []];
  const parts: unknown[][] = [[], [], [], [], [], []];
  const held: [number[], string[]] = [[], []];
  for (const [index, { owner, posting, ids }] of storing.entries()) {
    // Its place among those of its legal entity.
    const place = index + 1 - (ends[legalEntities.indexOf(owner) - 1] ?? 0);
    const columns = partColumns(posting.result, ids);
    for (const [column, values] of columns.entries()) append(parts[column] ?? [], values);
    for (const _ of columns[0] ?? []) {
      of.push(place);
      partOwners.push(owner);
    }
    const own = heldColumns(posting.result, ids);
    append(held[0], own.lines);
    append(held[1], own.axes);
    for (const _ of own.lines) {
      heldOf.push(place);
      heldOwners.push(owner);
    }
  }
  const postings = storing.map(({ posting }) => posting);
  tx.defer(sql.STORE_ALONE, [
    legalEntities,
    ends,
    endsOf(legalEntities, partOwners),
    endsOf(legalEntities, heldOwners),
    JSON.stringify(ends.map((end, index) => postings.slice(ends[index - 1] ?? 0, end))),
    postings.map(({ id }) => id),
    postings.map(({ source_entry_id }) => source_entry_id),
    postings.map(({ posting_date }) => firstDayOf(monthOf(posting_date))),
    of,
    ...parts,
    heldOf,
    ...held,
  ]);
  return storing.map(({ posting, moment }) => ({ ...posting, created_at: moment, reversed_by: null }));
}

/** One by one: an entry of payroll has hundreds of thousands of parts, more than a call takes arguments. */
function append<T>(list: T[], more: readonly T[]): void {
  for (const one of more) list.push(one);
}

const CONTENDED: ReadonlySet<unknown> = new Set(['ana_posting_active', 'ana_allocated_line_pkey']);

export function isContended(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && CONTENDED.has(error.constraint);
}

interface Held {
  readonly lines: readonly number[];
  readonly axes: readonly string[];
}

async function alreadyAllocated(tx: Tx, posting: NewPosting, held: Held) {
  const rows = await tx.query<{ posting_id: string; line_no: number; axis: string }>(sql.HOLDER, [
    posting.source_entry_id,
    held.lines,
    held.axes,
    posting.id,
  ]);
  const holder = rows[0];
  const where = `line ${holder?.line_no} on ${holder?.axis}`;
  return analyticProblem('ALREADY_ALLOCATED', `${where} is held by the posting ${holder?.posting_id}`, {
    posting_id: holder?.posting_id,
    line: holder?.line_no,
    axis: holder?.axis,
  });
}

/** @returns lines, part numbers, axes, dimensions, accounts, amounts: one array a column */
function partColumns(result: PostingResult, ids: Ids): unknown[][] {
  const columns: unknown[][] = [[], [], [], [], [], []];
  for (const { line, part, axis, dimension, account, amount } of linePartsOf(result.lines)) {
    const row = [line, part, ids.axisIds.get(axis), ids.dimensionIds.get(axis)?.get(dimension), account, amount];
    for (const [index, value] of row.entries()) columns[index]?.push(value);
  }
  return columns;
}

function heldColumns(result: PostingResult, ids: Ids): Held {
  const lines: number[] = [];
  const axes: string[] = [];
  for (const { line, splits } of result.lines) {
    for (const axis of splits.flatMap((split) => split.axes)) {
      lines.push(line);
      axes.push(ids.axisIds.get(axis) ?? '');
    }
  }
  return { lines, axes };
}
