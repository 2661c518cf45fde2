import type { Admission } from '@prorata/contract';
import type { RequestContext, Tx } from '@prorata/platform';
import * as sql from './references.sql.ts';
import type { EntityKey } from './write-references.ts';

/** A reference of the group as the entity keeps it. */
export interface GroupReference {
  readonly kind: 'domain' | 'family' | 'product';
  readonly code: string;
  readonly label: string;
  readonly domain: string | null;
  readonly family: string | null;
  readonly unit: string | null;
  readonly active: boolean;
}

/** The state that the entity took last. `version` is the group's own word for it. */
export interface GroupReferences {
  readonly version: string;
  readonly source: 'ADMISSION' | 'PULL';
  /** Whether the group publishes products at all. */
  readonly has_products: boolean;
  readonly taken_at: string;
  readonly rows: readonly GroupReference[];
}

interface Head extends Omit<GroupReferences, 'rows'> {
  readonly sequence: number;
}

/** What the entity knows of the group's references; undefined while it has not joined a group. */
export async function groupReferencesOf(tx: Tx, key: EntityKey): Promise<GroupReferences | undefined> {
  const head = await headOf(tx, key);
  if (head === undefined) return undefined;
  const { sequence: _sequence, ...told } = head;
  return { ...told, rows: await tx.query<GroupReference>(sql.GROUP_STANDING, key) };
}

/**
 * As `groupReferencesOf`, for publishing a month: a closed one goes on naming the state that stood when it was closed.
 *
 * @param key of the month: tenant, legal entity, first day
 */
export async function groupReferencesFor(
  tx: Tx,
  key: readonly [tenantId: string, legalEntityId: string, firstDay: string],
): Promise<GroupReferences | undefined> {
  const [head] = await tx.query<Head>(sql.GROUP_WHEN_CLOSED, key);
  if (head === undefined) return await groupReferencesOf(tx, [key[0], key[1]]);
  const { sequence, ...told } = head;
  return { ...told, rows: await tx.query<GroupReference>(sql.GROUP_AT, [key[0], key[1], sequence]) };
}

async function headOf(tx: Tx, key: EntityKey): Promise<Head | undefined> {
  return (await tx.query<Head>(sql.GROUP_HEAD, key))[0];
}

export interface TakenReferences {
  readonly version: string;
  readonly added: number;
  readonly changed: number;
  readonly deactivated: number;
}

export interface ReferencesToTake {
  readonly version: string;
  readonly source: 'ADMISSION' | 'PULL';
  readonly hasProducts: boolean;
  readonly rows: readonly GroupReference[];
  /** Kinds of which `rows` are all that there is: a code that is not among them is no longer active. */
  readonly whole: readonly GroupReference['kind'][];
}

/**
 * Takes a state of the group's references over the one that stands. Nothing is deleted: what a whole list no longer names
 * stays, inactive, and each state that was ever taken can be read again. A state older than the one that stands is not taken.
 */
export async function takeGroupReferences(
  tx: Tx,
  key: EntityKey,
  context: RequestContext,
  wanted: ReferencesToTake,
): Promise<TakenReferences> {
  const head = await headOf(tx, key);
  const nothing = { version: head?.version ?? wanted.version, added: 0, changed: 0, deactivated: 0 };
  if (head !== undefined && isOlder(wanted.version, head.version)) return nothing;
  const standing = new Map(
    (await tx.query<GroupReference>(sql.GROUP_STANDING, key)).map((row) => [`${row.kind}\n${row.code}`, row]),
  );
  const counts = { added: 0, changed: 0, deactivated: 0 };
  const successors: GroupReference[] = [];
  for (const given of wanted.rows) {
    const before = standing.get(`${given.kind}\n${given.code}`);
    // An admission tells code and label only: what a pull told beyond that still holds.
    const row =
      wanted.source === 'ADMISSION' && before !== undefined ? { ...before, label: given.label, active: true } : given;
    standing.delete(`${given.kind}\n${given.code}`);
    if (before !== undefined && sameRow(before, row)) continue;
    if (before === undefined) counts.added += 1;
    else if (before.active && !row.active) counts.deactivated += 1;
    else counts.changed += 1;
    successors.push(row);
  }
  for (const gone of standing.values()) {
    if (!gone.active || !wanted.whole.includes(gone.kind)) continue;
    counts.deactivated += 1;
    successors.push({ ...gone, active: false });
  }
  const hasProducts = wanted.hasProducts || head?.has_products === true;
  if (
    head !== undefined &&
    successors.length === 0 &&
    head.version === wanted.version &&
    head.has_products === hasProducts
  ) {
    return nothing;
  }
  const sequence = (head?.sequence ?? 0) + 1;
  const { countryCode, userId } = context;
  await tx.execute(sql.ADD_GROUP_VERSION, [
    ...key,
    sequence,
    wanted.version,
    wanted.source,
    hasProducts,
    countryCode,
    userId,
  ]);
  const json = JSON.stringify(successors);
  await tx.execute(sql.END_GROUP_ROWS, [...key, sequence, json]);
  await tx.execute(sql.ADD_GROUP_ROWS, [...key, sequence, json]);
  return { version: wanted.version, ...counts };
}

/** Versions of the group are whole numbers; where either is another word, the newer statement counts. */
function isOlder(version: string, standing: string): boolean {
  const number = /^\d{1,9}$/;
  return number.test(version) && number.test(standing) && Number(version) < Number(standing);
}

function sameRow(one: GroupReference, other: GroupReference): boolean {
  const names = ['label', 'domain', 'family', 'unit', 'active'] as const;
  return names.every((name) => one[name] === other[name]);
}

/** What an admission says of the references: all domains, and all products where it lists any. */
export function referencesOfAdmission({ references }: Pick<Admission, 'references'>): ReferencesToTake {
  const { domains, products } = references;
  const rowsOf = (kind: 'domain' | 'product', rows: readonly { readonly code: string; readonly label: string }[]) =>
    rows.map(({ code, label }) => ({ kind, code, label, domain: null, family: null, unit: null, active: true }));
  return {
    version: domains.version,
    source: 'ADMISSION',
    hasProducts: products !== undefined,
    rows: [...rowsOf('domain', domains.rows), ...rowsOf('product', products?.rows ?? [])],
    whole: products === undefined ? ['domain'] : ['domain', 'product'],
  };
}
