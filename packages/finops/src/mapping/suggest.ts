import { createHash } from 'node:crypto';
import type { EntityNode } from '../node/entity.ts';
import { listReferences } from '../references/list-references.ts';
import { UNALLOCATED } from './apply.ts';
import { isAllocated, type PlacedGroup } from './charges.ts';
import { type LoadedMapping, loadMapping, type MappingDocument } from './document.ts';
import { fold, tidy } from './fold.ts';
import { nearestOf, type Spelling, spelt } from './near.ts';
import { type SumRow, Sums, sizeOf } from './sums.ts';
import { placedCharges, type TrialOn } from './trial.ts';

/** A spelling that is near one that the mapping knows; nothing comes of it until a person accepts it. */
export interface Suggestion {
  /** Counts from 1 in this list. */
  readonly number: number;
  /** Stays the same as long as the suggestion does. */
  readonly id: string;
  /** `TAG_KEY`: a key that is near one that the mapping reads. `APPLICATION`, `ENVIRONMENT`: a value near a known one. */
  readonly kind: 'TAG_KEY' | 'APPLICATION' | 'ENVIRONMENT';
  readonly found: string;
  readonly meant: string;
  /** Edits between the two; 0 where they differ in signs and blanks only. */
  readonly distance: number;
  /** What hangs on it, by currency. */
  readonly money: readonly SumRow[];
}

export interface Suggestions {
  readonly on: string;
  readonly mapping_sha256: string;
  readonly rows: readonly Suggestion[];
}

/**
 * Tag keys and values of a bill or a month that are nearly, but not, what the mapping knows, with the money that hangs on each; the
 * dearest first, then in byte order: the same charges give the same list.
 *
 * @throws Problem as `testMapping`
 */
export async function suggestMappings(entity: EntityNode, on: TrialOn, mapping?: LoadedMapping): Promise<Suggestions> {
  const loaded = mapping ?? (await loadMapping(entity.dir));
  const { document, sha256 } = loaded;
  const placed = await placedCharges(entity, on, document);
  const found = [
    ...tagKeys(placed, document),
    ...applications(placed, await importedApplications(entity)),
    ...environments(placed, document),
  ];
  const total = (one: Omit<Suggestion, 'number'>) =>
    one.money.reduce((sum, { cost_effective }) => sum + sizeOf(cost_effective), 0n);
  found.sort((one, other) => {
    const [left, right] = [total(one), total(other)];
    if (left !== right) return left > right ? -1 : 1;
    return one.id < other.id ? -1 : 1;
  });
  const rows = found.map((one, index) => ({ number: index + 1, ...one }));
  return { on: 'file' in on ? on.file : on.month, mapping_sha256: sha256, rows };
}

/** Code → label of the applications that somebody said there are. */
async function importedApplications(entity: EntityNode): Promise<ReadonlyMap<string, string>> {
  const { rows } = await listReferences(entity, { kind: 'application' });
  return new Map(rows.filter((one) => one.origin === 'IMPORTED').map(({ code, label }) => [code, label]));
}

function suggestion(
  kind: Suggestion['kind'],
  found: string,
  meant: string,
  distance: number,
  money: readonly SumRow[],
): Omit<Suggestion, 'number'> {
  const id = createHash('sha256')
    .update(JSON.stringify([kind, found, meant]))
    .digest('hex')
    .slice(0, 8);
  return { id, kind, found, meant, distance, money };
}

/** Keys that the mapping reads, as it writes them. */
function keysRead(document: MappingDocument): Set<string> {
  const keys = new Set<string>();
  const read = (key: string) => keys.add(fold(key));
  for (const source of [...document.application.sources, ...document.environment.sources]) {
    if ('tag' in source) read(source.tag);
  }
  for (const match of (document.pools ?? []).flatMap((pool) => pool.match)) if ('tag' in match) read(match.tag);
  for (const rule of document.rules ?? []) for (const key of Object.keys(rule.match.tags ?? {})) read(key);
  return keys;
}

/** Keys near one that is read: of charges that reach no application, or have no known environment. */
function tagKeys(placed: readonly PlacedGroup[], document: MappingDocument) {
  const read = keysRead(document);
  const known = [...read].map(spelt);
  const aliased = new Set(Object.keys(document.tag_aliases ?? {}).map(fold));
  const sums = new Sums();
  for (const { group, placement } of placed) {
    if (group.tags === null || (isAllocated(placement) && placement.environment !== 'unknown')) continue;
    const keys = new Set(Object.keys(JSON.parse(group.tags) as object).map(fold));
    for (const key of keys) if (!read.has(key) && !aliased.has(key)) sums.add(key, group);
  }
  return sums.names().flatMap((key) => {
    const near = nearestOf(spelt(key), known);
    return near === undefined ? [] : [suggestion('TAG_KEY', key, near.name, near.distance, sums.of(key))];
  });
}

/**
 * Applications near one that has more rows, or that somebody imported as a reference: the rare spelling is proposed for the
 * frequent one, never the other way round, and a reference is nobody's misspelling.
 */
function applications(placed: readonly PlacedGroup[], references: ReadonlyMap<string, string>) {
  const sums = new Sums();
  const labels = new Map<string, string>();
  for (const { group, placement } of placed) {
    if (placement.application === UNALLOCATED || placement.spelling === undefined) continue;
    sums.add(placement.application, group);
    const known = labels.get(placement.application);
    if (known === undefined || placement.spelling < known) labels.set(placement.application, placement.spelling);
  }
  const names = sums.names().map((name) => ({
    spelling: spelt(name),
    rows: sums.of(name).reduce((sum, one) => sum + one.rows, 0),
  }));
  names.sort((one, other) => other.rows - one.rows || (one.spelling.name < other.spelling.name ? -1 : 1));
  const better: Spelling[] = [...references.keys()].map(spelt);
  return names.flatMap(({ spelling }) => {
    const { name } = spelling;
    const near = references.has(name) ? undefined : nearestOf(spelling, better);
    better.push(spelling);
    if (near === undefined) return [];
    const meant = references.get(near.name) ?? labels.get(near.name) ?? near.name;
    return [suggestion('APPLICATION', name, meant, near.distance, sums.of(name))];
  });
}

function environments(placed: readonly PlacedGroup[], document: MappingDocument) {
  const { prod = [], non_prod = [] } = document.environment.values;
  const known = [...new Set([...prod, ...non_prod].map(fold))].map(spelt);
  const sums = new Sums();
  for (const { group, placement } of placed) {
    if (placement.unknownEnvironment !== undefined) sums.add(tidy(placement.unknownEnvironment), group);
  }
  return sums.names().flatMap((value) => {
    const near = nearestOf(spelt(fold(value)), known);
    return near === undefined ? [] : [suggestion('ENVIRONMENT', value, near.name, near.distance, sums.of(value))];
  });
}
