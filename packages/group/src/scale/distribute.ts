import { randomBytes } from 'node:crypto';
import { administer, databaseUrlOf } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { groupProblem } from '../problems.ts';
import * as sql from './distribute.sql.ts';

export interface DistributedTable {
  readonly table: string;
  readonly shards: number;
  /** Whether this run distributed it; false when it was so already. */
  readonly moved: boolean;
}

export interface Distribution {
  readonly citus: string;
  readonly workers: readonly string[];
  readonly rows: readonly DistributedTable[];
}

/** What an administrator's connection has to do here; that of the driver does it. */
interface Administrator {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** Pieces of each month for each worker: enough to spread an uneven group, few enough that 120 months stay cheap to plan. */
const SHARDS_OF_WORKER = 4;
const MOST_SHARDS = 1024;

const OWNER = 'prorata_owner';

/**
 * Spreads facts, staged rows and the views with an entity in their grain over the workers of a Citus cluster, by `entity_id`; the rows
 * of one entity lie together. Everything else stays with the coordinator. Run again, it takes up what is not distributed yet.
 * Each table moves in a transaction of its own and is locked meanwhile: intakes and reports wait.
 *
 * @param shards of each table; four for each worker unless told. It cannot be changed later without a rebalance of Citus
 * @throws Problem `CITUS_NOT_READY`, `SHARDS_INVALID`
 */
export async function distributeGroup(
  group: Pick<GroupNode, 'dir' | 'config'>,
  options: { shards?: number; progress?: (done: number, all: number) => void } = {},
): Promise<Distribution> {
  const { shards } = options;
  if (shards !== undefined && !(Number.isInteger(shards) && shards > 0 && shards <= MOST_SHARDS)) {
    throw groupProblem('SHARDS_INVALID', `${shards} is no whole number from 1 to ${MOST_SHARDS}`);
  }
  const url = databaseUrlOf(group.config);
  if (url === undefined) throw groupProblem('CITUS_NOT_READY', 'the group has an embedded database');
  return await administer({ dir: group.dir, url }, async (admin, logins) => {
    const { version, workers } = await cluster(admin);
    const before = new Set((await placements(admin)).keys());
    const missing = sql.DISTRIBUTED_TABLES.filter((table) => !before.has(table));
    for (const [done, table] of missing.entries()) {
      options.progress?.(done, missing.length);
      if (table === 'fact_consumption_group') {
        await admin.query(sql.CLOSE_PARTITIONS);
        await admin.query(sql.DISTRIBUTE_FACTS, [shards ?? SHARDS_OF_WORKER * workers.length]);
      } else await admin.query(sql.DISTRIBUTE_ALONG, [table]);
    }
    await openWorkers(admin, logins);
    options.progress?.(missing.length, missing.length);
    const after = await placements(admin);
    return {
      citus: version,
      workers: workers.map(({ name, port }) => `${name}:${port}`),
      rows: sql.DISTRIBUTED_TABLES.map((table) => ({
        table,
        shards: after.get(table) ?? 0,
        moved: !before.has(table),
      })),
    };
  });
}

interface Worker {
  readonly name: string;
  readonly port: number;
}

async function cluster(admin: Administrator): Promise<{ version: string; workers: Worker[] }> {
  const [citus] = (await admin.query(sql.CITUS_VERSION)).rows as { version: string }[];
  if (citus === undefined) throw groupProblem('CITUS_NOT_READY', 'the database has no extension citus');
  const workers = (await admin.query(sql.WORKERS)).rows as Worker[];
  if (workers.length === 0) throw groupProblem('CITUS_NOT_READY', 'no node of the cluster may hold shards');
  return { version: citus.version, workers };
}

async function placements(admin: Administrator): Promise<Map<string, number>> {
  const { rows } = await admin.query(sql.PLACEMENT, [sql.DISTRIBUTED_TABLES]);
  return new Map((rows as { table: string; shards: number }[]).map(({ table, shards }) => [table, shards]));
}

/**
 * The coordinator speaks to the workers as whoever asks it: each login of the node shows its password there. The owner of the tables,
 * who makes the partition of a new month, gets one that stands in the catalogue of the cluster only.
 */
async function openWorkers(
  admin: Administrator,
  logins: readonly { readonly name: string; readonly password: string }[],
): Promise<void> {
  const known = (await admin.query(sql.OWNER_TRUSTED)).rows.length > 0;
  const owner = known ? [] : [{ name: OWNER, password: randomBytes(24).toString('base64url') }];
  for (const { password } of owner) await admin.query(`ALTER ROLE ${OWNER} LOGIN PASSWORD '${password}'`);
  for (const { name, password } of [...owner, ...logins]) {
    await admin.query(sql.TRUST_LOGIN, [name, `password=${password}`]);
  }
}
