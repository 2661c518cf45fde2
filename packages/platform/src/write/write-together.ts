import type { Database } from '../database/database.ts';
import { NO_ENTITY } from '../database/scope.ts';
import type { Statement, Tx } from '../database/tx.ts';
import { type RequestContext, scopeOf } from '../identity/context.ts';
import { NIL_UUID } from '../identity/uuid.ts';
import { endsOf, ownerOf } from './by-company.ts';
import { inside } from './inside.ts';
import {
  KeyedWrite,
  noteReplayed,
  type Remains,
  type StoredAnswer,
  type WriteAnswer,
  type WriteRequest,
  type WriteResult,
} from './keyed-write.ts';
import type { CollectedRecord, WriteRecord } from './record.ts';
import { sealSoon } from './seal.ts';
import { claimTogether, recordTogether } from './together.sql.ts';

/** A write that goes to the database in the company of others, as the application. */
export interface Companion {
  readonly context: RequestContext;
  readonly request: Omit<WriteRequest, 'role' | 'ahead'>;
}

/** One of them whose key is new: its place in the list that was given, what it may ask the database, and what takes its audit rows and events. */
export interface Fresh {
  readonly place: number;
  /** Sees and changes rows of its own legal entity, and of no other. */
  readonly tx: Tx;
  readonly record: WriteRecord;
}

/** How long a write waits for a lock that may be of another's company; behind that, each goes alone. */
const LOCK_MILLISECONDS = 300;

/**
 * Several writes of one tenant in one transaction: what `writePath` does for each, with the beginning, the look-up of keys, what is
 * left behind and the commit shared. It refuses nobody: a write that is to be refused, or whose key tells a refusal, is left out and
 * goes alone, where its refusal is stored; nothing of it is in this transaction.
 *
 * Where they are of several legal entities, the transaction is begun as one of none, and is that of each company only while its part is
 * done (`inside`, `enter_legal_entity`): row-level security compares with one company at any time. Rows that are walled by the code of an
 * entity are out of reach then.
 *
 * The key of a single write is not looked up before: storing its answer fails where one is stored, or waits for who stores one.
 *
 * @param companions those of one legal entity behind each other
 * @param ahead reads what all of them start from; its rows are the last of `tx.ahead`
 * @param work does those whose key is new, and answers a result for each, or undefined for one that has to go alone. It leaves nothing
 *   behind for the latter. What it sends by `tx` goes through the legal entities itself, or is that of a transaction of one
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
  const { tenantId } = first.context;
  const legalEntities = legalEntitiesOf(companions);
  const scope = scopeOf(first.context);
  const alone =
    legalEntities.length === 1 && companions.every(({ context }) => scopeOf(context).entityId === scope.entityId);
  const begun = alone ? scope : { tenantId, entityId: NO_ENTITY };
  const writes = companions.map(({ context, request }) => new KeyedWrite(context, request));
  const claim = writes.length === 1 ? [] : claimTogether(tenantId, legalEntities, writes);
  const answers = await db.transaction(
    begun,
    async (tx) => {
      const stored = new Map(storedOf(claim.length === 0 ? [] : tx.ahead[0]).map((row) => [row.place - 1, row]));
      const told = writes.map((write, place) => replayOf<Body>(write, stored.get(place)));
      const parts = new Map(legalEntities.map((one) => [one, alone ? tx : inside(tx, one)]));
      const fresh = writes.flatMap((write, place) => {
        const part = parts.get(ownerOf(write.context));
        return stored.has(place) || part === undefined ? [] : [{ place, tx: part, record: write.record() }];
      });
      const results = fresh.length === 0 ? [] : await work(tx, fresh);
      const left: { owner: string; remains: Remains }[] = [];
      for (const [index, { place, record }] of fresh.entries()) {
        const result = results[index];
        if (result === undefined) continue;
        told[place] = { ...result, replayed: false };
        left.push(...leftOf(writes[place], result, record));
      }
      if (left.length > 0) {
        const { sql, values } = recordTogether(tenantId, legalEntities, left);
        tx.defer(sql, values);
      }
      return told;
    },
    { ahead: [...claim, ahead], ...(alone ? {} : { lockMilliseconds: LOCK_MILLISECONDS }) },
  );
  for (const [place, { context }] of companions.entries()) {
    const answer = answers[place];
    if (answer?.replayed === false) sealSoon(db, scopeOf(context));
    noteReplayed(context, answer?.replayed ?? false);
  }
  return answers;
}

/** Whose writes they are. @throws RangeError for writes that never share a transaction */
function legalEntitiesOf(companions: readonly Companion[]): string[] {
  const owners = companions.map(({ context }) => ownerOf(context));
  const legalEntities = [...new Set(owners)];
  if (new Set(companions.map(({ context }) => context.tenantId)).size > 1) {
    throw new RangeError('writes of different tenants never share a transaction');
  }
  if (legalEntities.length > 1 && legalEntities.includes(NIL_UUID)) {
    throw new RangeError('a write of the tenant as a whole goes without companies');
  }
  if (endsOf(legalEntities, owners).at(-1) !== owners.length) {
    throw new RangeError('writes of one legal entity stand together');
  }
  return legalEntities;
}

function storedOf(rows: readonly object[] = []): readonly StoredAnswer[] {
  return rows as readonly StoredAnswer[];
}

/** What its key tells, as far as it is no refusal. */
function replayOf<Body>(write: KeyedWrite, stored: StoredAnswer | undefined): WriteAnswer<Body> | undefined {
  if (stored === undefined || stored.status >= 400 || stored.request_hash !== write.digest) return undefined;
  return write.replay<Body>(stored);
}

function leftOf(write: KeyedWrite | undefined, result: WriteResult<unknown>, record: CollectedRecord) {
  return write === undefined ? [] : [{ owner: ownerOf(write.context), remains: write.remains(result, record) }];
}
