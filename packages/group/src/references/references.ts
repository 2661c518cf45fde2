import { createHash } from 'node:crypto';
import type { RequestContext, Tx } from '@prorata/platform';
import { type GroupNode, operatorContext } from '../node/group-node.ts';
import { recorded } from '../node/record.ts';
import { type ReferencesInput, readReferences } from './file.ts';
import { FOCUS_SERVICE_CATEGORIES } from './focus-categories.ts';
import { writeToday } from './today.ts';

/** What an import did to the references. `version` is the one that stands after it. */
export interface ReferencesImported {
  readonly version: number;
  readonly changed: boolean;
  readonly added: number;
  readonly updated: number;
  readonly deactivated: number;
}

export interface ReferenceRow {
  readonly code: string;
  readonly label: string;
}

/** The references that stand: what an admission hands out and an intake checks against. Deactivated codes are left out. */
export interface CurrentReferences {
  readonly version: number;
  readonly domains: readonly ReferenceRow[];
  readonly products: readonly ReferenceRow[];
}

interface Attributes {
  readonly code: string;
  readonly label: string;
  readonly active?: boolean;
  readonly domain?: string;
  readonly family?: string;
  readonly unit?: string;
  readonly replaced_by?: string;
}

const TABLES = { domains: 'ref_domain', families: 'ref_family', products: 'ref_product' } as const;
const COLUMNS = {
  domains: ['label', 'active', 'replaced_by'],
  families: ['label', 'active', 'replaced_by', 'domain_code'],
  products: ['label', 'active', 'replaced_by', 'domain_code', 'family_code', 'unit'],
} as const;

/** Version 1 of the domain reference, where there is none yet. */
export async function publishFirstReferences(group: GroupNode): Promise<void> {
  await group.db.transaction(group.scope, async (tx) => {
    await lockReferences(tx);
    if ((await currentVersion(tx)) > 0) return;
    const domains = FOCUS_SERVICE_CATEGORIES.map((name) => ({ code: name, label: name }));
    await publish(
      tx,
      group.config.node_id,
      { domains },
      'FOCUS 1.2 ServiceCategory',
      digestOf(JSON.stringify(domains)),
    );
  });
}

/**
 * Publishes a file of references as the next version. Each list in the file is whole: a code that it no longer holds is
 * deactivated, never deleted. A file that changes nothing publishes nothing.
 *
 * @throws Problem `REFERENCES_INVALID`, also where what stands after it does not hang together
 */
export async function importReferences(
  group: GroupNode,
  input: { readonly text: string; readonly name: string },
  options: { context?: RequestContext; idempotencyKey?: string | undefined } = {},
): Promise<ReferencesImported> {
  const context = options.context ?? operatorContext(group);
  const lists = readReferences(input.text);
  return await recorded(
    group,
    context,
    {
      action: 'group.references.import',
      payload: { name: input.name, lists },
      idempotencyKey: options.idempotencyKey,
    },
    async (tx, record) => {
      await lockReferences(tx);
      const result = await publish(tx, context.userId, lists, input.name, digestOf(input.text));
      if (result.changed) {
        const id = `references/${result.version}`;
        record.audit({ subject: 'reference_version', subjectId: id, details: result });
        record.emit({ event: 'GROUP.REFERENCES.PUBLISHED', entity_id: id, payload: result });
      }
      return result;
    },
  );
}

export async function currentReferences(tx: Tx): Promise<CurrentReferences> {
  const of = (table: string) =>
    tx.query<{ code: string; label: string }>(
      `SELECT code, label FROM ${table} WHERE valid_to IS NULL AND active ORDER BY code`,
    );
  return { version: await currentVersion(tx), domains: await of('ref_domain'), products: await of('ref_product') };
}

export async function currentVersion(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ version: number | null }>('SELECT max(version) AS version FROM reference_version');
  return row?.version ?? 0;
}

async function lockReferences(tx: Tx): Promise<void> {
  await tx.query(
    `SELECT pg_advisory_xact_lock(hashtextextended('references/' || current_setting('app.current_tenant'), 3))`,
  );
}

async function publish(
  tx: Tx,
  userId: string,
  lists: ReferencesInput,
  source: string,
  sha256: string,
): Promise<ReferencesImported> {
  const version = (await currentVersion(tx)) + 1;
  const tenant = `NULLIF(current_setting('app.current_tenant'), '')::uuid`;
  await tx.execute('SAVEPOINT version');
  await tx.execute(
    `INSERT INTO reference_version (tenant_id, version, source, sha256, published_by) VALUES (${tenant}, $1, $2, $3, $4)`,
    [version, source, sha256, userId],
  );
  let [added, updated, deactivated] = [0, 0, 0];
  for (const list of ['domains', 'families', 'products'] as const) {
    const wanted = lists[list];
    if (wanted === undefined) continue;
    const change = await replaceList(tx, list, wanted, version);
    added += change.added;
    updated += change.updated;
    deactivated += change.deactivated;
  }
  if (added + updated + deactivated === 0) {
    await tx.execute('ROLLBACK TO SAVEPOINT version');
    return { version: version - 1, changed: false, added, updated, deactivated };
  }
  await writeToday(tx);
  return { version, changed: true, added, updated, deactivated };
}

/** Closes the rows that change and opens their successors; a code that is no longer there gets an inactive successor. */
async function replaceList(tx: Tx, list: keyof typeof TABLES, wanted: readonly Attributes[], version: number) {
  const columns = COLUMNS[list];
  const stored = await tx.query(`SELECT code, ${columns.join(', ')} FROM ${TABLES[list]} WHERE valid_to IS NULL`);
  const standing = new Map(stored.map((row) => [String(row.code), row]));
  const counts = { added: 0, updated: 0, deactivated: 0 };
  const successors: Record<string, unknown>[] = [];
  for (const row of wanted) {
    const next: Record<string, unknown> = {
      code: row.code,
      label: row.label,
      // Whoever has a successor is used no more.
      active: row.replaced_by === undefined && (row.active ?? true),
      replaced_by: row.replaced_by ?? null,
      domain_code: row.domain,
      family_code: row.family ?? null,
      unit: row.unit,
    };
    const before = standing.get(row.code);
    standing.delete(row.code);
    if (before !== undefined && columns.every((name) => before[name] === next[name])) continue;
    counts[before === undefined ? 'added' : 'updated'] += 1;
    successors.push(next);
  }
  for (const gone of standing.values()) {
    if (gone.active === false) continue;
    counts.deactivated += 1;
    successors.push({ ...gone, active: false });
  }
  if (successors.length > 0) await writeSuccessors(tx, list, successors, version);
  return counts;
}

async function writeSuccessors(
  tx: Tx,
  list: keyof typeof TABLES,
  rows: readonly object[],
  version: number,
): Promise<void> {
  const table = TABLES[list];
  const names = ['code', ...COLUMNS[list]].join(', ');
  const json = JSON.stringify(rows);
  await tx.execute(
    `UPDATE ${table} SET valid_to = $1 WHERE valid_to IS NULL
        AND code IN (SELECT code FROM jsonb_to_recordset($2::jsonb) AS next(code text COLLATE "C"))`,
    [version, json],
  );
  await tx.execute(
    `INSERT INTO ${table} (tenant_id, ${names}, valid_from)
     SELECT NULLIF(current_setting('app.current_tenant'), '')::uuid, ${names}, $1
       FROM jsonb_populate_recordset(NULL::${table}, $2::jsonb)`,
    [version, json],
  );
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
