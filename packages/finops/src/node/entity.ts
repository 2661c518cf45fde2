import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createEnrolment, fingerprint, generateSigningKey, type PrivateJwk, readPrivateJwk } from '@prorata/contract';
import { LEDGER_MIGRATIONS } from '@prorata/ledger/migrations';
import {
  createNode,
  type Database,
  type Deployment,
  databaseUrlOf,
  isCountryCode,
  type MigrationSet,
  type NodeConfig,
  nodeProblem,
  openDatabase,
  openKeyFile,
  PLATFORM_MIGRATIONS,
  type RequestContext,
  readNodeConfig,
  uuidv7,
  writeFileWhole,
} from '@prorata/platform';
import { DEFAULT_MAPPING } from '../mapping/default-mapping.ts';
import { FINOPS_MIGRATIONS } from '../migrations.ts';
import { DEFAULT_TIE_OUT } from '../tieout/default-config.ts';

/** Modules that the operator of an entity node has. */
export const FINOPS_MODULE = 'FINOPS';

/** An open entity node: its folder, its database and whom it speaks for. */
export interface EntityNode {
  readonly dir: string;
  readonly config: NodeConfig;
  readonly entity: NonNullable<NodeConfig['entity']>;
  readonly db: Database;
  readonly scope: { readonly tenantId: string; readonly legalEntityId: string };
  /** Who acts when a command does: the operator of the machine. */
  readonly operator: RequestContext;
  close(): Promise<void>;
}

export interface EntityInit {
  readonly dir: string;
  readonly code: string;
  readonly label: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly deployment?: Deployment;
  readonly databaseUrl?: string;
}

export interface EntityInitResult {
  readonly dir: string;
  readonly code: string;
  /** What the operator reads to the group, which compares it before it enrols the key. */
  readonly fingerprint: string;
  readonly enrolment: string;
  readonly mapping: string;
}

/**
 * Makes the folder of an entity node: configuration, key pair, enrolment and the mapping to edit, and its database. A kill
 * before the end leaves a folder without `prorata.yaml`, which running it again completes with the same key.
 *
 * @throws Problem `NODE_EXISTS`, `NODE_CONFIG_INVALID`
 */
export async function initEntity(init: EntityInit): Promise<EntityInitResult> {
  const { dir, code, label, country, currency } = init;
  const deployment = init.deployment ?? 'prod';
  if (existsSync(join(dir, 'prorata.yaml'))) throw nodeProblem('NODE_EXISTS', `${join(dir, 'prorata.yaml')} exists`);
  if (!isCountryCode(country)) throw nodeProblem('NODE_CONFIG_INVALID', `${country} is no country of ISO 3166-1`);
  if (!Intl.supportedValuesOf('currency').includes(currency)) {
    throw nodeProblem('NODE_CONFIG_INVALID', `${currency} is no currency of ISO 4217`);
  }
  const config: NodeConfig = {
    schema: 'prorata.node/1',
    kind: 'entity',
    node_id: uuidv7(),
    deployment,
    tenant: { id: uuidv7(), code, label },
    currency,
    entity: { id: uuidv7(), code, label, country },
    ...(init.databaseUrl === undefined ? {} : { database: { url: init.databaseUrl } }),
  };
  const privateJwk = await signingKeyOf(dir, true);
  const enrolment = await createEnrolment({ entity: { code, label, country, currency }, deployment, privateJwk });
  await writeFileWhole(join(dir, 'enrolment.json'), `${enrolment}\n`);
  if (!existsSync(join(dir, 'mapping.yaml'))) await writeFileWhole(join(dir, 'mapping.yaml'), DEFAULT_MAPPING);
  if (!existsSync(join(dir, 'tie-out.yaml'))) await writeFileWhole(join(dir, 'tie-out.yaml'), DEFAULT_TIE_OUT);
  // Last: from here on the folder is a node.
  await createNode(dir, config);
  await (await openEntity(dir)).close();
  return {
    dir,
    code,
    fingerprint: fingerprint(publicHalf(privateJwk)),
    enrolment: join(dir, 'enrolment.json'),
    mapping: join(dir, 'mapping.yaml'),
  };
}

/**
 * The key with which the entity vouches for what it publishes.
 *
 * @throws Problem `KEY_FILE_EXPOSED`, `KEY_FILE_UNREADABLE`
 */
export async function signingKeyOf(dir: string, create = false): Promise<PrivateJwk> {
  const path = join(dir, 'keys', 'signing.json');
  if (create && !existsSync(path)) {
    await mkdir(join(dir, 'keys'), { recursive: true, mode: 0o700 });
    await writeFileWhole(path, `${JSON.stringify(generateSigningKey().privateJwk)}\n`, 0o600);
  }
  return readPrivateJwk((await openKeyFile(path)).privateJwk);
}

function publicHalf({ kty, crv, x }: PrivateJwk) {
  return { kty, crv, x };
}

export interface OpenEntityOptions {
  /** Tables of the other services that the node hosts in the same database. Whoever opens it names the same ones. */
  readonly also?: readonly MigrationSet[];
}

/**
 * Opens an entity node: its database migrated, its tenant and legal entity registered, and what killed processes left in
 * private folders removed.
 *
 * @throws Problem of the platform's node and database tables
 */
export async function openEntity(dir: string, options: OpenEntityOptions = {}): Promise<EntityNode> {
  const config = await readNodeConfig(dir, 'entity');
  const { entity } = config;
  if (entity === undefined) throw nodeProblem('NODE_CONFIG_INVALID', 'prorata.yaml of an entity node needs "entity"');
  const url = databaseUrlOf(config);
  const db = await openDatabase({
    dir,
    url,
    migrations: migrationsOf(options.also ?? []),
    nodeId: config.node_id,
    tenants: config.database?.tenants,
  });
  try {
    const node = entityNode(dir, config, entity, db);
    await register(node);
    await removeLeftovers(dir);
    return node;
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** The tie-out reads the books: their tables stand in every entity's database, whatever else the node hosts. */
function migrationsOf(also: readonly MigrationSet[]): MigrationSet[] {
  const ledger = also.some((set) => set.name === LEDGER_MIGRATIONS.name) ? [] : [LEDGER_MIGRATIONS];
  return [PLATFORM_MIGRATIONS, FINOPS_MIGRATIONS, ...ledger, ...also];
}

/** An entity node over a database that is open already, as tests have one. */
export async function entityOver(dir: string, config: NodeConfig, db: Database): Promise<EntityNode> {
  if (config.entity === undefined) throw nodeProblem('NODE_CONFIG_INVALID', 'the node has no entity');
  const node = entityNode(dir, config, config.entity, db);
  await register(node);
  return node;
}

function entityNode(
  dir: string,
  config: NodeConfig,
  entity: NonNullable<NodeConfig['entity']>,
  db: Database,
): EntityNode {
  const scope = { tenantId: config.tenant.id, legalEntityId: entity.id };
  const operator: RequestContext = {
    ...scope,
    tenantMode: db.tenantMode(config.tenant.id),
    entityCode: entity.code,
    countryCode: entity.country,
    locale: 'en',
    supportedLocales: ['en', 'fr'],
    billingStatus: 'ACTIVE',
    enabledModules: [FINOPS_MODULE],
    roles: ['finops.admin', 'finops.analyst', 'finops.reader'],
    // The node itself: what the machine's operator does is told apart from what a user of the API does.
    userId: config.node_id,
    correlationId: uuidv7(),
  };
  return { dir, config, entity, db, scope, operator, close: () => db.close() };
}

async function register(node: EntityNode): Promise<void> {
  const { tenant, currency } = node.config;
  const { entity } = node;
  await node.db.transaction(node.scope, async (tx) => {
    await tx.execute('INSERT INTO tenant (tenant_id, code, label) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      tenant.id,
      tenant.code,
      tenant.label,
    ]);
    await tx.execute(
      `INSERT INTO legal_entity (tenant_id, legal_entity_id, code, label, country_code, currency)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [tenant.id, entity.id, entity.code, entity.label, entity.country, currency],
    );
  });
}

/** Where work puts files that nobody else may read; each piece of work has a folder of its own. */
export function workFolder(dir: string): string {
  return join(dir, '.work');
}

/** A killed process cannot tidy up; its folder bears its process id. */
async function removeLeftovers(dir: string): Promise<void> {
  const names = await readdir(workFolder(dir)).catch(() => []);
  for (const name of names) {
    const owner = Number(/^(\d+)-/.exec(name)?.[1] ?? 0);
    if (owner > 0 && !isAlive(owner)) await rm(join(workFolder(dir), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
