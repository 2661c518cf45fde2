import { join } from 'node:path';
import {
  createNode,
  type Database,
  databaseUrlOf,
  ENTITY_CODE,
  type MigrationSet,
  type NodeConfig,
  openDatabase,
  openKeyFile,
  PLATFORM_MIGRATIONS,
  type RequestContext,
  readNodeConfig,
  type Scope,
  type SigningKey,
  uuidv7,
} from '@prorata/platform';
import { publishFirstReferences } from '../references/references.ts';

/** Tables of a group node; they follow those of the platform. */
export const GROUP_MIGRATIONS: MigrationSet = {
  name: 'group',
  directory: new URL('../../migrations/', import.meta.url),
};

/** Module that a tenant needs for the group's API. */
export const GROUP_MODULE = 'FINOPS_GROUP';

/** An open group node: one tenant, its database and its signing key. Whoever opened it closes it. */
export interface GroupNode {
  readonly dir: string;
  readonly config: NodeConfig;
  readonly db: Database;
  readonly scope: Scope;
  /** Signs admissions; its public half is what entities trust. */
  readonly signingKey: SigningKey;
  close(): Promise<void>;
}

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

/**
 * Who acts when the node's operator works from the shell of the machine: the node itself, with every role. Its user id is the
 * node's id.
 */
export function operatorContext(group: GroupNode): RequestContext {
  return {
    tenantId: group.config.tenant.id,
    tenantMode: group.db.tenantMode(group.config.tenant.id),
    tenantLabel: group.config.tenant.label,
    countryCode: 'FR',
    locale: 'en',
    supportedLocales: ['en', 'fr'],
    billingStatus: 'ACTIVE',
    enabledModules: [GROUP_MODULE],
    roles: ['group.admin', 'group.reader'],
    userId: group.config.node_id,
    correlationId: uuidv7(),
  };
}

/** Whether a text may be the code of an entity (FR01). */
export function isEntityCode(text: string): boolean {
  return ENTITY_CODE.test(text);
}
