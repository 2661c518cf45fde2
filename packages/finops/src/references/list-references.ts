import { firstDayOf, type Tx } from '@prorata/platform';
import { nearest } from '../mapping/near.ts';
import { TAX } from '../mapping/products.ts';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import { type GroupReferences, groupReferencesOf } from './group-references.ts';
import { holdsIn, type Reference, type ReferenceKind, referenceCode } from './kinds.ts';
import * as sql from './references.sql.ts';
import { type EntityKey, groupCodes, readReferences } from './write-references.ts';

export interface ReferenceQuery {
  readonly kind?: ReferenceKind | undefined;
  /** Only references that hold in the month, YYYY-MM. */
  readonly month?: string | undefined;
}

export interface ReferenceList {
  readonly rows: readonly Reference[];
  /** The group's references that the entity maps to; null while it has not joined a group. */
  readonly group: Omit<GroupReferences, 'rows'> | null;
}

/** The references of the entity, deactivated ones included. @throws Problem `MONTH_INVALID` */
export async function listReferences(entity: EntityNode, query: ReferenceQuery = {}): Promise<ReferenceList> {
  const { kind, month } = query;
  if (month !== undefined) firstDayOf(month);
  return await reading(entity, async (tx, key) => {
    const all = await readReferences(tx, key, kind);
    const group = await groupReferencesOf(tx, key);
    const rows = month === undefined ? all : all.filter((one) => holdsIn(one, month));
    if (group === undefined) return { rows, group: null };
    const { rows: _rows, ...told } = group;
    return { rows, group: told };
  });
}

export interface ReferenceChange {
  readonly kind: ReferenceKind;
  readonly code: string;
  readonly version: number;
  /** Null where the reference was new. */
  readonly before: Reference | null;
  readonly after: Reference;
  readonly changed_at: string;
  readonly changed_by: string;
}

/** Who changed what, newest first, at most 500. */
export async function referenceChanges(
  entity: EntityNode,
  query: { readonly kind?: ReferenceKind | undefined; readonly code?: string | undefined } = {},
): Promise<{ readonly rows: readonly ReferenceChange[] }> {
  const { kind, code } = query;
  const exact = code === undefined || kind === undefined ? (code ?? null) : referenceCode(kind, code);
  const rows = await reading(entity, (tx, key) =>
    tx.query<ReferenceChange>(sql.CHANGES, [...key, kind ?? null, exact]),
  );
  return { rows };
}

export interface UnmappedReference {
  readonly kind: 'domain' | 'family' | 'product';
  readonly code: string;
  readonly label: string;
  /** What it is mapped to, where that is not a code of the group; null where its own code is meant. */
  readonly group_code: string | null;
  readonly facts: number;
  /** A domain refuses a publication; families and products are taken, and counted by the group. */
  readonly consequence: 'REFUSES' | 'COUNTED';
  /** The code of the group that is spelt nearest; only a person says whether it is meant. */
  readonly nearest: string | null;
}

export interface UnmappedReport {
  readonly period_month: string | null;
  readonly version: string;
  readonly rows: readonly UnmappedReference[];
}

/**
 * References that facts name and the group does not know, before they are published.
 *
 * @param month YYYY-MM; facts of all months where it is absent
 * @throws Problem `NOT_JOINED`, `MONTH_INVALID`
 */
export async function unmappedReferences(entity: EntityNode, month?: string): Promise<UnmappedReport> {
  const day = month === undefined ? null : firstDayOf(month);
  return await reading(entity, async (tx, key) => {
    const group = await groupReferencesOf(tx, key);
    if (group === undefined) throw finopsProblem('NOT_JOINED', 'without a group there is nothing to map to');
    return { period_month: month ?? null, version: group.version, rows: await unmappedIn(tx, key, day) };
  });
}

/** As `unmappedReferences`, inside a transaction. @param day first day of a month, or null for all */
export async function unmappedIn(tx: Tx, key: EntityKey, day: string | null): Promise<UnmappedReference[]> {
  const known = await groupCodes(tx, key);
  const used = await tx.query<{ kind: ReferenceKind; code: string; facts: number }>(sql.USE_OF_CODES, [...key, day]);
  const facts = new Map(used.map((one) => [`${one.kind}\n${one.code}`, one.facts]));
  const references = await readReferences(tx, key);
  return references.flatMap(({ kind, code, label, group_code }) => {
    const count = facts.get(`${kind}\n${code}`);
    const codes = known[kind];
    if (kind === 'application' || count === undefined || code === TAX) return [];
    // A group that publishes no families or products has nothing that they could be mapped to.
    if (codes === undefined && kind !== 'domain') return [];
    if (codes?.has(group_code ?? code) === true) return [];
    const consequence = kind === 'domain' ? ('REFUSES' as const) : ('COUNTED' as const);
    const near = nearest(code, codes ?? []) ?? nearest(label, codes ?? []) ?? null;
    return [{ kind, code, label, group_code, facts: count, consequence, nearest: near }];
  });
}

/** Codes that the month's facts name although they do not hold in it, as warnings of a run. */
export async function inactiveWarnings(tx: Tx, key: readonly [string, string, string]) {
  const found = await tx.query<{ kind: string; code: string; facts: number }>(sql.INACTIVE_IN_MONTH, key);
  return found.map(({ kind, code, facts }) => ({
    code: 'REFERENCE_INACTIVE',
    detail: `${kind} ${code} does not hold in ${key[2].slice(0, 7)}, and ${facts} facts name it: the bills say so`,
  }));
}

async function reading<T>(entity: EntityNode, work: (tx: Tx, key: EntityKey) => Promise<T>): Promise<T> {
  const key = [entity.scope.tenantId, entity.scope.legalEntityId] as const;
  return await entity.db.transaction(entity.scope, (tx) => work(tx, key), { readOnly: true });
}
