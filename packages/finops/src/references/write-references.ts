import type { RequestContext, Tx } from '@prorata/platform';
import { REFERENCE_KINDS, type Reference } from './kinds.ts';
import { bookOf, type GroupCodes, type ReferenceBook } from './merge-references.ts';
import * as sql from './references.sql.ts';

export type EntityKey = readonly [tenantId: string, legalEntityId: string];

export async function readReferences(tx: Tx, key: EntityKey, kind?: string, code?: string): Promise<Reference[]> {
  return await tx.query<Reference>(sql.REFERENCES, [...key, kind ?? null, code ?? null]);
}

export async function referenceBook(tx: Tx, key: EntityKey): Promise<ReferenceBook> {
  return bookOf(await readReferences(tx, key));
}

/** Active codes of the group as the entity last took them. A kind of which the group says nothing is absent. */
export async function groupCodes(tx: Tx, key: EntityKey): Promise<GroupCodes> {
  const rows = await tx.query<{ kind: 'domain' | 'family' | 'product'; code: string; active: boolean }>(
    sql.GROUP_STANDING,
    key,
  );
  const codes: { -readonly [Kind in keyof GroupCodes]: Set<string> } = {};
  for (const { kind, code, active } of rows) {
    const known = codes[kind] ?? new Set<string>();
    codes[kind] = active ? known.add(code) : known;
  }
  return codes;
}

/** Writes references whole, with what they were before. The caller has judged them. */
export async function writeReferences(
  tx: Tx,
  key: EntityKey,
  context: RequestContext,
  changed: readonly Reference[],
  before: ReferenceBook,
): Promise<void> {
  if (changed.length === 0) return;
  const base = [...key, context.countryCode, context.userId];
  for (const kind of REFERENCE_KINDS) {
    const own = changed.filter((one) => one.kind === kind);
    if (own.length > 0) await tx.execute(sql.upsert(kind), [...base, JSON.stringify(own)]);
  }
  const changes = changed.map((after) => ({
    kind: after.kind,
    code: after.code,
    version: after.version,
    before: before[after.kind].get(after.code) ?? null,
    after,
  }));
  await tx.execute(sql.ADD_CHANGES, [...base, JSON.stringify(changes)]);
}
