import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NodeConfig, PLATFORM_MIGRATIONS, uuidv7 } from '@prorata/platform';
import { openCitusDatabase, openTestDatabase, type TestDatabase } from '@prorata/platform/testing';
import { GROUP_EVENTS } from '../event-catalogue.ts';
import { GROUP_MIGRATIONS, type GroupNode } from '../node/group-node.ts';
import { foundGroup } from '../node/open-group.ts';
import { distributeGroup } from '../scale/distribute.ts';

/** A group node on a database of its own, and a look past every policy. */
export interface TestGroup {
  readonly group: GroupNode;
  readonly admin: TestDatabase['admin'];
  close(): Promise<void>;
}

/** Founds a group (tenant ACME, reports in EUR) for one test file; on the Citus cluster of CITUS_URL, distributed, where that is set. */
export async function openTestGroup(of: Partial<Pick<NodeConfig, 'currency' | 'deployment'>> = {}): Promise<TestGroup> {
  const dir = await mkdtemp(join(tmpdir(), 'prorata-group-'));
  await mkdir(join(dir, 'keys'), { mode: 0o700 });
  const config: NodeConfig = {
    schema: 'prorata.node/1',
    kind: 'group',
    node_id: uuidv7(),
    deployment: of.deployment ?? 'prod',
    tenant: { id: uuidv7(), code: 'ACME', label: 'Acme Group' },
    currency: of.currency ?? 'EUR',
  };
  const test = await openPlace(dir, config);
  const group = await foundGroup({ dir, config, db: test.db });
  return {
    group,
    admin: test.admin,
    async close() {
      await test.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function openPlace(dir: string, config: NodeConfig): Promise<Pick<TestDatabase, 'db' | 'admin' | 'close'>> {
  const migrations = [PLATFORM_MIGRATIONS, GROUP_MIGRATIONS];
  const { CITUS_URL } = process.env;
  if (CITUS_URL === undefined) return await openTestDatabase(migrations, { events: GROUP_EVENTS });
  const test = await openCitusDatabase(CITUS_URL, dir, migrations);
  await distributeGroup({ dir, config: { ...config, database: { url: test.url } } });
  return test;
}
