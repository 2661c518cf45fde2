import { entry, type LedgerChange, periodState, requireEntry, requireOpenPeriod } from '@prorata/ledger';
import { monthOf, NIL_UUID, type Tx, uuidv7, type WriteAnswer, type WriteRecord } from '@prorata/platform';
import { foldSoon } from '../balance/fold.ts';
import { analyticProblem } from '../problems.ts';
import { type AnalyticNode, type Caller, change, found } from '../service/node.ts';
import type { PostingAnswer, ReverseRequest } from './postings.schema.ts';
import * as sql from './postings.sql.ts';
import { linePartsOf, mirrored, type PostingResult } from './result.ts';
import { notePosting } from './run.ts';
import { type Ids, type PostingRow, storePosting, tellPosting } from './store.ts';

/**
 * Takes a posting back by its mirror, dated in an open month. Today's references are not looked at: what was allocated can always be
 * taken back, whatever was deactivated since.
 *
 * @throws Problem `NOT_FOUND`, `POSTING_IS_MIRROR`, `ALREADY_REVERSED`, `MIRROR_TOO_EARLY`, `PERIOD_LOCKED`
 */
export async function reversePosting(
  node: AnalyticNode,
  caller: Caller,
  id: string,
  input: ReverseRequest,
): Promise<WriteAnswer<PostingAnswer>> {
  const payload = { id, ...input };
  const asking = { action: 'analytic.allocation.reverse', payload };
  const answer = await change(node, caller, asking, async (tx, record) => {
    const posting = found(await tx.query<PostingRow>(sql.BY_ID_TO_REVERSE, [id]), `there is no posting ${id}`);
    requireReversible(posting);
    requireNotBefore(posting, input.date);
    const mirror = await storeMirror(tx, record, caller.context.userId, posting, input.date ?? posting.posting_date);
    return { status: 201, body: tellPosting(mirror) };
  });
  foldSoon(node, caller.context);
  return answer;
}

function requireReversible(posting: PostingRow): void {
  if (posting.kind === 'MIRROR') {
    throw analyticProblem('POSTING_IS_MIRROR', `it is the mirror of ${posting.reverses}`, {
      reverses: posting.reverses,
    });
  }
  if (posting.reversed_by !== null) {
    const detail = `it was reversed by ${posting.reversed_by}`;
    throw analyticProblem('ALREADY_REVERSED', detail, { reversed_by: posting.reversed_by });
  }
}

/** An earlier date would change months before there was anything to take back. Days compare as texts. */
function requireNotBefore({ posting_date }: PostingRow, date: string | undefined): void {
  if (date === undefined || date >= posting_date) return;
  const detail = `the original is of ${posting_date}, the mirror would be of ${date}`;
  throw analyticProblem('MIRROR_TOO_EARLY', detail, { pointer: '/date', posting_date });
}

async function storeMirror(tx: Tx, record: WriteRecord, userId: string, posting: PostingRow, date: string) {
  await requireOpenPeriod(tx, monthOf(date));
  const ids = await storedIds(tx, posting.result);
  const stored = found(
    [
      await storePosting(
        tx,
        {
          id: uuidv7(),
          country_code: posting.country_code,
          source_entry_id: posting.source_entry_id,
          allocation_rule_id: posting.allocation_rule_id,
          kind: 'MIRROR',
          reverses: posting.id,
          posting_date: date,
          currency: posting.currency,
          result: mirrored(posting.result),
          created_by: userId,
        },
        ids,
      ),
    ].filter((row) => row !== undefined),
    posting.id,
  );
  await tx.execute(sql.MARK_REVERSED, [posting.id, stored.id, userId]);
  await tx.execute(sql.RELEASE, [posting.source_entry_id, posting.id]);
  notePosting(record, 'REVERSED', stored);
  return stored;
}

const IDS = `
  SELECT a.code AS axis, a.id AS axis_id, d.code AS dimension, d.id AS dimension_id
    FROM ana_axis a JOIN ana_dimension d ON d.axis_id = a.id
   WHERE a.code = ANY ($1) AND d.code = ANY ($2)`;

/** Ids of a result's codes, active or not: codes never change and nothing is deleted. */
async function storedIds(tx: Tx, result: PostingResult): Promise<Ids> {
  const parts = [...linePartsOf(result.lines)];
  const rows = await tx.query<{ axis: string; axis_id: string; dimension: string; dimension_id: string }>(IDS, [
    [...new Set(parts.map((part) => part.axis))],
    [...new Set(parts.map((part) => part.dimension))],
  ]);
  const axisIds = new Map(rows.map((row) => [row.axis, row.axis_id]));
  const dimensionIds = new Map<string, Map<string, string>>();
  for (const { axis, dimension, dimension_id } of rows) {
    const own = dimensionIds.get(axis) ?? new Map<string, string>();
    dimensionIds.set(axis, own.set(dimension, dimension_id));
  }
  return { axisIds, dimensionIds };
}

/**
 * Takes back every active posting of an entry that the general ledger reversed, in the transaction that learnt it. The mirrors take the
 * date of the reversing entry where the ledger has it, otherwise that of the reversed one; in a locked month, the first day that is
 * open after it, because the reversal is a fact already.
 *
 * @returns ids of the mirrors. @throws Problem `ENTRY_NOT_FOUND`
 */
export async function reversePostingsOfEntry(tx: Tx, record: WriteRecord, entryId: string): Promise<string[]> {
  const reversed = await requireEntry(tx, entryId);
  const active = await tx.query<{ id: string }>(sql.ACTIVE_OF_ENTRY, [entryId]);
  if (active.length === 0) return [];
  const by = reversed.reversedBy === null ? undefined : await entry(tx, reversed.reversedBy);
  const date = await firstOpenDay(tx, by?.accountingDate ?? reversed.accountingDate);
  const mirrors: string[] = [];
  for (const { id } of active) {
    const posting = found(await tx.query<PostingRow>(sql.BY_ID_TO_REVERSE, [id]), id);
    if (posting.reversed_by !== null) continue;
    mirrors.push((await storeMirror(tx, record, NIL_UUID, posting, date)).id);
  }
  return mirrors;
}

/** No ledger has this many locked months in a row ahead of it. */
const MOST_MONTHS = 600;

async function firstOpenDay(tx: Tx, date: string): Promise<string> {
  let day = date;
  for (let months = 0; months < MOST_MONTHS && (await periodState(tx, monthOf(day))) === 'LOCKED'; months += 1) {
    const next = new Date(`${monthOf(day)}-01T00:00:00Z`);
    next.setUTCMonth(next.getUTCMonth() + 1);
    day = next.toISOString().slice(0, 10);
  }
  return day;
}

/** What the ledger's inbox calls with what it learnt (`Inbox.react`): analytic accounting follows the reversals. */
export async function reactToLedger(tx: Tx, change: LedgerChange, record: WriteRecord): Promise<void> {
  if (change.kind === 'ENTRY_REVERSED') await reversePostingsOfEntry(tx, record, change.entryId);
}
