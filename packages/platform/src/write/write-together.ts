import type { Database } from '../database/database.ts';
import type { Scope } from '../database/scope.ts';
import type { Statement, Tx } from '../database/tx.ts';
import { type RequestContext, scopeOf } from '../identity/context.ts';
import {
  claimOf,
  KeyedWrite,
  noteReplayed,
  type Remains,
  recordOf,
  type StoredAnswer,
  type WriteAnswer,
  type WriteRequest,
  type WriteResult,
} from './keyed-write.ts';
import type { CollectedRecord, WriteRecord } from './record.ts';
import { sealSoon } from './seal.ts';

/** A write that goes to the database in the company of others, as the application. */
export interface Companion {
  readonly context: RequestContext;
  readonly request: Omit<WriteRequest, 'role' | 'ahead'>;
}

/** One of them whose key is new: its place in the list that was given, and what takes its audit rows and events. */
export interface Fresh {
  readonly place: number;
  readonly record: WriteRecord;
}

/** Whatever row-level security compares with. */
const WALLS = ['tenantId', 'legalEntityId', 'entityId'] as const satisfies readonly (keyof Scope)[];

/**
 * Several writes of one legal entity in one transaction: what `writePath` does for each, with the beginning, the look-up of keys, what is
 * left behind and the commit shared. It refuses nobody: a write that is to be refused, or whose key tells a refusal, is left out and
 * goes alone, where its refusal is stored; nothing of it is in this transaction.
 *
 * The key of a single write is not looked up before: storing its answer fails where one is stored, or waits for who stores one.
 *
 * @param ahead reads what all of them start from; its rows are the last of `tx.ahead`
 * @param work does those whose key is new, and answers a result for each, or undefined for one that has to go alone. It leaves nothing
 *   behind for the latter
 * @returns an answer for each, or undefined for one that has to go alone
 * @throws what made the transaction fail; then nothing of any of them is stored, or, when the connection broke at the commit, all: their
 *   keys tell
 */
export async function writeTogether<Body>(
  db: Database,
  companions: readonly Companion[],
  ahead: Statement,
  work: (tx: Tx, fresh: readonly Fresh[]) => Promise<readonly (WriteResult<Body> | undefined)[]>,
): Promise<(WriteAnswer<Body> | undefined)[]> {
  const first = companions[0];
  if (first === undefined) return [];
  const scope = scopeOf(first.context);
  for (const { context } of companions) {
    if (WALLS.every((wall) => scopeOf(context)[wall] === scope[wall])) continue;
    throw new RangeError('writes of different scopes never share a transaction');
  }
  const writes = companions.map(({ context, request }) => new KeyedWrite(context, request));
  const claim = writes.length === 1 ? [] : claimOf(writes);
  const answers = await db.transaction(
    scope,
    async (tx) => {
      const stored = new Map(storedOf(claim.length === 0 ? [] : tx.ahead[0]).map((row) => [row.place - 1, row]));
      const told = writes.map((write, place) => replayOf<Body>(write, stored.get(place)));
      const fresh = writes.flatMap((write, place) => (stored.has(place) ? [] : [{ place, record: write.record() }]));
      const results = fresh.length === 0 ? [] : await work(tx, fresh);
      const remains: Remains[] = [];
      for (const [index, { place, record }] of fresh.entries()) {
        const result = results[index];
        if (result === undefined) continue;
        told[place] = { ...result, replayed: false };
        remains.push(...remainsOf(writes[place], result, record));
      }
      if (remains.length > 0) {
        const { sql, values } = recordOf(first.context, remains);
        tx.defer(sql, values);
      }
      return told;
    },
    { ahead: [...claim, ahead] },
  );
  if (answers.some((answer) => answer?.replayed === false)) sealSoon(db, scope);
  for (const [place, { context }] of companions.entries()) noteReplayed(context, answers[place]?.replayed ?? false);
  return answers;
}

function storedOf(rows: readonly object[] = []): readonly StoredAnswer[] {
  return rows as readonly StoredAnswer[];
}

/** What its key tells, as far as it is no refusal. */
function replayOf<Body>(write: KeyedWrite, stored: StoredAnswer | undefined): WriteAnswer<Body> | undefined {
  if (stored === undefined || stored.status >= 400 || stored.request_hash !== write.digest) return undefined;
  return write.replay<Body>(stored);
}

function remainsOf(write: KeyedWrite | undefined, result: WriteResult<unknown>, record: CollectedRecord): Remains[] {
  return write === undefined ? [] : [write.remains(result, record)];
}
