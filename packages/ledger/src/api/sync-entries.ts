import { writePath } from '@prorata/platform';
import type { WholeEntry } from '../entry/entry.ts';
import { incomingEntries, tellReversed } from '../events/apply.ts';
import { ENTRY_FAULTS } from '../fec/faults.ts';
import type { LedgerNode } from '../intake/import-fec.ts';
import { mergeEntries, ownerOf, type RefusedOutcome, requireEntity } from '../intake/merge.ts';
import type { GlClient } from './gl-client.ts';

export interface SyncedEntries {
  readonly pages: number;
  readonly entries: number;
  readonly new: number;
  readonly updated: number;
  readonly reversed: number;
  readonly unchanged: number;
  readonly refused: readonly {
    readonly id: string;
    readonly journal: string;
    readonly number: string;
    readonly code: RefusedOutcome;
    readonly reason: string;
  }[];
}

/**
 * Brings the read copy up to the general ledger's API for some months (`YYYY-MM`, both included). Each page is a transaction of its own;
 * after a failure the same call goes on, because what is known changes nothing.
 *
 * @throws Problem of the client, and `ENTITY_NOT_SERVED`
 */
export async function syncEntries(
  node: LedgerNode,
  client: GlClient,
  query: { readonly from?: string; readonly to?: string } = {},
): Promise<SyncedEntries> {
  let sum: SyncedEntries = { pages: 0, entries: 0, new: 0, updated: 0, reversed: 0, unchanged: 0, refused: [] };
  for await (const page of client.entries(query)) {
    const merged = page.length === 0 ? undefined : await takePage(node, page);
    sum = {
      pages: sum.pages + 1,
      entries: sum.entries + page.length,
      new: sum.new + (merged?.new ?? 0),
      updated: sum.updated + (merged?.updated ?? 0),
      reversed: sum.reversed + (merged?.reversed ?? 0),
      unchanged: sum.unchanged + (merged?.unchanged ?? 0),
      refused: [...sum.refused, ...(merged?.refused ?? [])],
    };
  }
  return sum;
}

/** Brings one entry, for a use that needs it now. @returns whether the general ledger has it */
export async function syncEntry(node: LedgerNode, client: GlClient, id: string): Promise<boolean> {
  const entry = await client.entry(id);
  if (entry !== undefined) await takePage(node, [entry]);
  return entry !== undefined;
}

async function takePage({ db, context, react }: LedgerNode, page: readonly WholeEntry[]) {
  const owner = ownerOf(context);
  const request = {
    action: 'ledger.sync_gl',
    method: 'SYNC',
    route: 'ledger/gl',
    payload: page.map(({ id }) => id),
    role: 'intake' as const,
  };
  const answer = await writePath(db, context, request, async (tx, record) => {
    await requireEntity(tx, owner);
    const merged = await mergeEntries(tx, owner, { origin: 'API', ...incomingEntries(page) });
    const { refused, reversedIds, ...counts } = merged;
    await tellReversed(tx, record, reversedIds, react);
    const first = page[0]?.id ?? '';
    record.audit({
      subject: 'gl_entry',
      subjectId: first,
      details: { ...counts, refused: refused.length, entries: page.length },
    });
    return {
      status: 200,
      body: {
        ...counts,
        refused: refused.flatMap(({ entryNo, code }) => {
          const entry = page[entryNo];
          if (entry === undefined) return [];
          return [{ id: entry.id, journal: entry.journalCode, number: entry.number, code, reason: ENTRY_FAULTS[code] }];
        }),
      },
    };
  });
  return answer.body;
}
