import { Problem, scopeOf, writePath } from '@prorata/platform';
import { awaitedEntries, noteAttempt } from '../intake/awaited.ts';
import type { LedgerNode } from '../intake/import-fec.ts';
import type { GlClient } from './gl-client.ts';
import { syncEntry } from './sync-entries.ts';

export interface FetchedEntries {
  readonly fetched: number;
  /** Still waited for, each with what the last attempt met. */
  readonly waiting: number;
}

/**
 * Asks the general ledger's API for the entries that events told of without their lines. One that it does not give stays in sight with
 * the reason; a ledger that does not answer at all is asked no further this time.
 */
export async function fetchAwaited(node: LedgerNode, client: GlClient): Promise<FetchedEntries> {
  const { db, context } = node;
  const awaited = await db.transaction(scopeOf(context), (tx) => awaitedEntries(tx), { readOnly: true });
  for (const { entry_id: id } of awaited) {
    const refused = await attempt(node, client, id);
    if (refused === undefined) continue;
    await noteRefusal(node, id, `${refused.code}: ${refused.detail}`);
    if (refused.code === 'GL_UNAVAILABLE') break;
  }
  const left = await db.transaction(scopeOf(context), (tx) => awaitedEntries(tx), { readOnly: true });
  const still = new Set(left.map(({ entry_id }) => entry_id));
  return { fetched: awaited.filter(({ entry_id }) => !still.has(entry_id)).length, waiting: left.length };
}

type Refused = Pick<Problem, 'code' | 'detail'>;

async function attempt(node: LedgerNode, client: GlClient, id: string): Promise<Refused | undefined> {
  try {
    if (await syncEntry(node, client, id)) return undefined;
    return { code: 'ENTRY_NOT_FOUND', detail: 'the general ledger has no such entry' };
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

async function noteRefusal({ db, context }: LedgerNode, id: string, problem: string): Promise<void> {
  const request = {
    action: 'ledger.fetch_awaited',
    method: 'SYNC',
    route: 'ledger/awaited',
    payload: { id },
    role: 'intake' as const,
  };
  await writePath(db, context, request, async (tx, record) => {
    await noteAttempt(tx, id, problem);
    record.audit({ subject: 'gl_entry', subjectId: id, details: { problem } });
    return { status: 200, body: null };
  });
}
