import { join } from 'node:path';
import {
  createNode,
  databaseUrlOf,
  type NodeConfig,
  openDatabase,
  openKeyFile,
  PLATFORM_MIGRATIONS,
  readNodeConfig,
  type Scope,
  uuidv7,
} from '@prorata/platform';
import { publishFirstReferences } from '../references/references.ts';
import { GROUP_MIGRATIONS, type GroupNode } from './group-node.ts';

export interface GroupInit {
  readonly dir: string;
  /** Code of the tenant, the group of companies. */
  readonly tenantCode: string;
  readonly label?: string;
  /** ISO 4217: the currency of reports that name none. */
  readonly currency: string;
  readonly deployment?: NodeConfig['deployment'];
}

/**
 * Makes a group node: its folder, tenant, signing key, and the FOCUS service categories as version 1 of the domain reference.
 * A kill in the middle is healed by the next `openGroup`.
 *
 * @throws Problem `NODE_EXISTS`, `NODE_CONFIG_INVALID`
 */
export async function initGroup(init: GroupInit): Promise<GroupNode> {
  await createNode(init.dir, {
    schema: 'prorata.node/1',
    kind: 'group',
    node_id: uuidv7(),
    deployment: init.deployment ?? 'prod',
    tenant: { id: uuidv7(), code: init.tenantCode, label: init.label ?? init.tenantCode },
    currency: init.currency,
  });
  return await openGroup(init.dir);
}

/** Opens the group node of a folder. @throws Problem `NODE_NOT_FOUND`, `NODE_KIND_WRONG`, and those of the database */
export async function openGroup(dir: string): Promise<GroupNode> {
  const config = await readNodeConfig(dir, 'group');
  const db = await openDatabase({
    dir,
    url: databaseUrlOf(config),
    migrations: [PLATFORM_MIGRATIONS, GROUP_MIGRATIONS],
    nodeId: config.node_id,
    tenants: config.database?.tenants,
  });
  try {
    return await foundGroup({ dir, config, db });
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** Makes a node out of an open database: writes its tenant and first references where they are missing. */
export async function foundGroup(parts: Pick<GroupNode, 'dir' | 'config' | 'db'>): Promise<GroupNode> {
  const { config, db } = parts;
  const scope: Scope = { tenantId: config.tenant.id };
  await db.transaction(scope, (tx) =>
    tx.execute('INSERT INTO tenant (tenant_id, code, label) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      config.tenant.id,
      config.tenant.code,
      config.tenant.label,
    ]),
  );
  const signingKey = await openKeyFile(join(parts.dir, 'keys', 'signing.json'));
  const group: GroupNode = { ...parts, scope, signingKey, close: () => db.close() };
  await publishFirstReferences(group);
  return group;
}
