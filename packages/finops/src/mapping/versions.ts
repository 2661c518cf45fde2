import type { RequestContext, Tx } from '@prorata/platform';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import { type LoadedMapping, loadMapping, type MappingDocument } from './document.ts';

type EntityKey = readonly [tenantId: string, legalEntityId: string, ...rest: string[]];

/** A mapping as it was used or written; each is kept. */
export interface MappingVersion {
  readonly version: number;
  readonly sha256: string;
  readonly source: 'RUN' | 'COMMAND' | 'API';
  readonly created_at: string;
  readonly created_by: string;
}

export interface StoredMapping extends MappingVersion {
  readonly text: string;
  readonly document: MappingDocument;
}

const COLUMNS = `version, sha256, source, created_by,
  to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS created_at`;
const HEAD = `SELECT ${COLUMNS} FROM mapping_version WHERE tenant_id = $1 AND legal_entity_id = $2 ORDER BY version DESC LIMIT 1`;
const HISTORY = `SELECT ${COLUMNS} FROM mapping_version WHERE tenant_id = $1 AND legal_entity_id = $2 ORDER BY version DESC LIMIT 500`;
const ONE = `SELECT ${COLUMNS}, text, document FROM mapping_version
  WHERE tenant_id = $1 AND legal_entity_id = $2 AND version = $3`;
const ADD = `
  INSERT INTO mapping_version (tenant_id, legal_entity_id, version, sha256, text, document, source, country_code, created_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

/** Keeps a mapping as the next version, unless it is the one that was kept last. The caller holds the entity's lock. */
export async function keepMapping(
  tx: Tx,
  [tenantId, legalEntityId]: EntityKey,
  context: RequestContext,
  mapping: LoadedMapping,
  source: MappingVersion['source'],
): Promise<number> {
  const [head] = await tx.query<MappingVersion>(HEAD, [tenantId, legalEntityId]);
  if (head?.sha256 === mapping.sha256) return head.version;
  const version = (head?.version ?? 0) + 1;
  const { sha256, text, document } = mapping;
  const values = [tenantId, legalEntityId, version, sha256, text, JSON.stringify(document), source];
  await tx.execute(ADD, [...values, context.countryCode, context.userId]);
  return version;
}

/** The versions that were kept, newest first, at most 500. */
export async function mappingHistory(entity: EntityNode): Promise<{ readonly rows: readonly MappingVersion[] }> {
  const { tenantId, legalEntityId } = entity.scope;
  const rows = await entity.db.transaction(
    entity.scope,
    (tx) => tx.query<MappingVersion>(HISTORY, [tenantId, legalEntityId]),
    { readOnly: true },
  );
  return { rows };
}

/** One version, with its text. @throws Problem `MAPPING_VERSION_NOT_FOUND` */
export async function mappingVersion(entity: EntityNode, version: number): Promise<StoredMapping> {
  const { tenantId, legalEntityId } = entity.scope;
  const [found] = await entity.db.transaction(
    entity.scope,
    (tx) => tx.query<StoredMapping>(ONE, [tenantId, legalEntityId, version]),
    { readOnly: true },
  );
  if (found === undefined) throw finopsProblem('MAPPING_VERSION_NOT_FOUND', `there is no version ${version}`);
  return found;
}

/** One line of a difference: `-` stood before, `+` stands after, a blank in both. */
export interface DiffLine {
  readonly sign: '-' | '+' | ' ';
  readonly text: string;
}

export interface MappingDiff {
  readonly from: number;
  /** Null is the file as it is now. */
  readonly to: number | null;
  readonly rows: readonly DiffLine[];
}

/**
 * What changed between two versions, or between a version and the file as it is now, line by line.
 *
 * @throws Problem `MAPPING_VERSION_NOT_FOUND`, `MAPPING_INVALID` where the file cannot be read
 */
export async function mappingDiff(entity: EntityNode, from: number, to?: number): Promise<MappingDiff> {
  const before = (await mappingVersion(entity, from)).text;
  const after = to === undefined ? (await loadMapping(entity.dir)).text : (await mappingVersion(entity, to)).text;
  return { from, to: to ?? null, rows: diffLines(before.split('\n'), after.split('\n')) };
}

/** Longest common subsequence, over what is left once equal beginnings and ends are set aside. */
function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  const room = Math.min(before.length, after.length) - start;
  while (end < room && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  const [left, right] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  // Two files of thousands of lines that share nothing would need millions of cells: shown as one block each.
  const rows = left.length * right.length > 4_000_000 ? blocks(left, right) : lcs(left, right);
  return rows;
}

function blocks(left: readonly string[], right: readonly string[]): DiffLine[] {
  return [
    ...left.map((text): DiffLine => ({ sign: '-', text })),
    ...right.map((text): DiffLine => ({ sign: '+', text })),
  ];
}

function lcs(left: readonly string[], right: readonly string[]): DiffLine[] {
  const width = right.length + 1;
  const lengths = new Uint32Array((left.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      lengths[i * width + j] = left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const rows: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      rows.push({ sign: ' ', text: left[i] ?? '' });
      [i, j] = [i + 1, j + 1];
    } else if (i < left.length && (j >= right.length || at(i + 1, j) >= at(i, j + 1))) {
      rows.push({ sign: '-', text: left[i++] ?? '' });
    } else {
      rows.push({ sign: '+', text: right[j++] ?? '' });
    }
  }
  return rows;
}
