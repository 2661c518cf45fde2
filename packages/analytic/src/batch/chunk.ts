import { createHash } from 'node:crypto';
import { canonicalJson } from '@prorata/allocation';
import { type RequestContext, type Tx, uuidv7, type WriteRecord } from '@prorata/platform';
import { driverWeights } from '../drivers/weights.ts';
import { driversOf } from '../postings/compute.ts';
import { linePartsOf } from '../postings/result.ts';
import { eventOfPosting } from '../postings/run.ts';
import { bookSettings } from '../source/settings.ts';
import * as sql from './batch.sql.ts';
import { type ChunkPlan, type Position, type Refused, requireOpen } from './plan-chunk.ts';

/** What was planned is not what there is to do any more: the chunk is to be looked at again. */
export class ChunkOverlap extends Error {}

/** Where a run stands, held until the end of the transaction; undefined when it does not run. */
export async function claimRun(tx: Tx, runId: string): Promise<Position | undefined> {
  return (await tx.query<Position>(sql.CLAIM, [runId]))[0];
}

/** Where a run stands at this moment; undefined when it does not run. */
export async function standingOf(tx: Tx, runId: string): Promise<Position | undefined> {
  return (await tx.query<Position>(sql.STANDING, [runId]))[0];
}

/** Ends a run all of whose rules are done. */
export async function completeRun(tx: Tx, record: WriteRecord, runId: string, month: string): Promise<void> {
  await tx.execute(sql.COMPLETE, [runId]);
  record.audit({ subject: 'batch_run', subjectId: runId, details: { completed: true } });
  record.emit({ event: 'ANALYTIC.BATCH.COMPLETED', entity_id: runId, payload: { month } });
}

/**
 * Stores a chunk that was planned a moment ago, if everything that it was planned from is still the same: where the run stands, the
 * month, references and drivers, and each entry.
 *
 * @throws ChunkOverlap, Problem `PERIOD_LOCKED`
 */
export async function storeChunk(
  tx: Tx,
  record: WriteRecord,
  context: RequestContext,
  runId: string,
  plan: ChunkPlan,
): Promise<void> {
  const { last, rule } = plan;
  if (last === undefined) {
    await tx.execute(sql.NEXT_RULE, [runId]);
    return;
  }
  await tx.query(sql.BY_KEYS);
  await requireOpen(tx, plan.position.month);
  await requireSame(tx, context, plan);
  await storePostings(tx, context, plan);
  await storeRefusals(tx, runId, rule.id, plan.refused);
  const counts = [plan.planned.length, plan.existing, plan.unmatched, plan.refused.length];
  await tx.execute(sql.ADVANCE, [runId, last.accountingDate, last.id, ...counts]);
  noteChunk(record, runId, plan);
}

async function requireSame(tx: Tx, context: RequestContext, plan: ChunkPlan): Promise<void> {
  const settings = await bookSettings(tx, context);
  if (canonicalJson(settings) !== canonicalJson(plan.references.settings)) throw new ChunkOverlap();
  const weights = driversOf(await driverWeights(tx, Object.keys(plan.drivers), plan.position.month));
  if (canonicalJson(weights) !== canonicalJson(plan.drivers)) throw new ChunkOverlap();
  const { ids, versions } = plan.seen;
  const rows = await tx.query<{ id: string; version: string }>(sql.POSTED_ENTRIES, [list(ids)]);
  const now = new Map(rows.map(({ id, version }) => [id, version]));
  if (ids.some((id, index) => now.get(id) !== versions[index])) throw new ChunkOverlap();
}

/** Numbers, UUIDs or dates as the text of a PostgreSQL array. */
function list(words: readonly (string | number)[]): string {
  return `{${words.join(',')}}`;
}

/**
 * Columns of the rows to store, as texts of arrays: a chunk has tens of thousands of parts, and dimensions and accounts are few, so parts
 * name them by their place in a list.
 */
function columnsOf({ planned, references }: ChunkPlan) {
  const places: string[] = [];
  const placeOf = new Map<string, number>();
  const accounts: string[] = [];
  const accountOf = new Map<string, number>();
  const axesOf: string[] = [];
  const parts = {
    posting: [] as number[],
    line: [] as number[],
    part: [] as number[],
    place: [] as number[],
    account: [] as number[],
  };
  const amounts: string[] = [];
  const held = { posting: [] as number[], line: [] as number[], axis: [] as string[] };
  for (const [index, { result }] of planned.entries()) {
    for (const { line, part, axis, dimension, account, amount } of linePartsOf(result.lines)) {
      const axisId = references.axisIds.get(axis) ?? '';
      const dimensionId = references.dimensionIds.get(axis)?.get(dimension) ?? '';
      const key = `${axis} ${dimensionId}`;
      let place = placeOf.get(key);
      if (place === undefined) {
        place = places.push(dimensionId);
        axesOf.push(axisId);
        placeOf.set(key, place);
      }
      let number = accountOf.get(account);
      if (number === undefined) {
        number = accounts.push(account);
        accountOf.set(account, number);
      }
      parts.posting.push(index + 1);
      parts.line.push(line);
      parts.part.push(part);
      parts.place.push(place);
      parts.account.push(number);
      amounts.push(amount);
      if (part === 1) {
        held.posting.push(index + 1);
        held.line.push(line);
        held.axis.push(axisId);
      }
    }
  }
  return { places, axesOf, accounts, parts, amounts, held };
}

async function storePostings(tx: Tx, context: RequestContext, plan: ChunkPlan): Promise<void> {
  const { planned, rule, references } = plan;
  if (planned.length === 0) return;
  const { places, axesOf, accounts, parts, amounts, held } = columnsOf(plan);
  const values = [
    context.countryCode,
    rule.id,
    references.settings.currency,
    context.userId,
    list(planned.map(({ id }) => id)),
    list(planned.map(({ entry }) => entry.id)),
    list(planned.map(({ entry }) => entry.accountingDate)),
    planned.map(({ result }) => JSON.stringify(result)).join(sql.BETWEEN_RESULTS),
    ...[parts.posting, parts.line, parts.part, parts.place, parts.account, amounts].map(list),
    ...[held.posting, held.line, held.axis].map(list),
    list(axesOf),
    list(places),
    accounts,
  ];
  await tx.execute(sql.STORE, values).catch((error: unknown) => {
    throw isTaken(error) ? new ChunkOverlap() : error;
  });
}

/** SQLSTATE of a unique violation and of a deadlock: others were storing the same entries. */
const TAKEN: ReadonlySet<unknown> = new Set(['23505', '40P01']);

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && TAKEN.has(error.code);
}

async function storeRefusals(tx: Tx, runId: string, ruleId: string, refused: readonly Refused[]): Promise<void> {
  if (refused.length === 0) return;
  await tx.execute(sql.INSERT_REFUSALS, [
    runId,
    ruleId,
    refused.map(() => uuidv7()),
    refused.map(({ entry }) => entry.id),
    refused.map(({ problem }) => problem.code),
    refused.map(({ problem }) => problem.detail),
  ]);
}

/** One audit row a chunk, which is one change; one event a posting, because receivers follow postings. */
function noteChunk(record: WriteRecord, runId: string, { rule, planned }: ChunkPlan): void {
  const digest = createHash('sha256');
  for (const { id, entry, result } of planned) {
    digest.update(`${id} ${entry.id} ${JSON.stringify(result)}\n`);
    record.emit(
      eventOfPosting('RUN', { id, source_entry_id: entry.id, allocation_rule_id: rule.id, reverses: null, result }),
    );
  }
  const details = { rule_id: rule.id, postings: planned.length, sha256: digest.digest('hex') };
  record.audit({ subject: 'batch_run', subjectId: runId, details });
}
