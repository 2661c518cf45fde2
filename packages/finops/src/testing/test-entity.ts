import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEnrolment, generateSigningKey, signAdmission, verifyEnrolment } from '@prorata/contract';
import { LEDGER_EVENTS, LEDGER_MIGRATIONS } from '@prorata/ledger';
import { type NodeConfig, PLATFORM_MIGRATIONS, uuidv7, writeFileWhole } from '@prorata/platform';
import { openTestDatabase, type TestDatabase } from '@prorata/platform/testing';
import { FINOPS_EVENTS } from '../event-catalogue.ts';
import { DEFAULT_MAPPING } from '../mapping/default-mapping.ts';
import { FINOPS_MIGRATIONS } from '../migrations.ts';
import { type EntityNode, entityOver, signingKeyOf } from '../node/entity.ts';

export interface TestEntity {
  readonly entity: EntityNode;
  readonly database: TestDatabase;
  readonly dir: string;
  /** Writes a file into the node's folder and gives its path. */
  file(name: string, content: string | Uint8Array): Promise<string>;
  close(): Promise<void>;
}

/** An entity node with a folder and a database of its own; nothing of it outlives `close`. */
export async function openTestEntity(code = 'FR01', currency = 'EUR'): Promise<TestEntity> {
  const database = await openTestDatabase([PLATFORM_MIGRATIONS, LEDGER_MIGRATIONS, FINOPS_MIGRATIONS], {
    events: { ...LEDGER_EVENTS, ...FINOPS_EVENTS },
  });
  const dir = await mkdtemp(join(tmpdir(), 'prorata-finops-'));
  const entity = await anotherEntity(database, dir, code, currency);
  return {
    entity,
    database,
    dir,
    async file(name, content) {
      const path = join(dir, name);
      await writeFile(path, content);
      return path;
    },
    async close() {
      await database.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** One more entity, of a tenant of its own, in the same database. */
export async function anotherEntity(
  database: TestDatabase,
  dir: string,
  code: string,
  currency: string,
): Promise<EntityNode> {
  const config: NodeConfig = {
    schema: 'prorata.node/1',
    kind: 'entity',
    node_id: uuidv7(),
    deployment: 'prod',
    tenant: { id: uuidv7(), code, label: `${code} test` },
    currency,
    entity: { id: uuidv7(), code, label: `${code} test`, country: 'FR' },
  };
  await signingKeyOf(dir, true);
  await writeFileWhole(join(dir, 'mapping.yaml'), DEFAULT_MAPPING);
  return await entityOver(dir, config, database.db);
}

/** The service categories of FOCUS that the shared bills use: what a group starts its domain reference with. */
export const CATEGORIES = [
  'AI and Machine Learning',
  'Analytics',
  'Business Applications',
  'Compute',
  'Databases',
  'Developer Tools',
  'Identity',
  'Integration',
  'Management and Governance',
  'Networking',
  'Other',
  'Security',
  'Storage',
];

/** A group that exists only to admit: its key and its identity stay the same over all admissions. */
export function testGroup() {
  const key = generateSigningKey();
  const tenant = { id: uuidv7(), code: 'HELIOS' };
  const entityIds = new Map<string, string>();
  return {
    key,
    tenant,
    /** Path of an admission for the entity, with the given domains. */
    async admit(
      entity: EntityNode,
      domains: readonly string[] = CATEGORIES,
      version = '1',
      address: string | null = null,
    ): Promise<string> {
      const { code, label, country } = entity.entity;
      const enrolment = await verifyEnrolment(
        await createEnrolment({
          entity: { code, label, country, currency: entity.config.currency },
          deployment: entity.config.deployment,
          privateJwk: await signingKeyOf(entity.dir),
        }),
      );
      const id = entityIds.get(code) ?? uuidv7();
      entityIds.set(code, id);
      const admission = await signAdmission(
        {
          tenant,
          entity: { id, ...enrolment.entity },
          entityKid: enrolment.kid,
          group: { label: 'Helios', currency: 'EUR', address },
          deployment: entity.config.deployment,
          references: { domains: { version, rows: domains.map((one) => ({ code: one, label: one })) } },
        },
        key.privateJwk,
      );
      const path = join(entity.dir, `admission-${version}.jws`);
      await writeFile(path, admission);
      return path;
    },
  };
}
