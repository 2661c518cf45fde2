import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { type Static, Type } from 'typebox';
import { parse, stringify } from 'yaml';
import { ENTITY_CODE } from '../database/scope.ts';
import { NODE_FRENCH } from '../i18n/problems.fr.ts';
import { IdentityConfigSchema, oidcConfigFault } from '../identity/oidc-config.ts';
import { defineProblems } from '../problem/problem.ts';

export const nodeProblem = defineProblems(
  {
    NODE_NOT_FOUND: {
      status: 404,
      title: 'There is no node in this folder',
      next: 'Name the folder with --dir, or make a node with `prorata group init` or `prorata entity init`.',
    },
    NODE_EXISTS: {
      status: 409,
      title: 'There is a node in this folder already',
      next: 'Choose another folder with --dir; nothing was changed.',
    },
    NODE_CONFIG_INVALID: {
      status: 400,
      title: 'prorata.yaml is not valid',
      next: 'Correct the members named in the detail.',
    },
    NODE_KIND_WRONG: {
      status: 400,
      title: 'The folder holds a node of the other kind',
      next: 'Name the folder of the right node with --dir.',
    },
  },
  NODE_FRENCH,
);

const Uuid = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' });
const Currency = Type.String({ pattern: '^[A-Z]{3}$' });
const Label = Type.String({ minLength: 1, maxLength: 200 });
const strict = { additionalProperties: false };

const NodeConfigSchema = Type.Object(
  {
    schema: Type.Literal('prorata.node/1'),
    kind: Type.Union([Type.Literal('entity'), Type.Literal('group')]),
    node_id: Uuid,
    deployment: Type.Union([Type.Literal('prod'), Type.Literal('test')]),
    tenant: Type.Object({ id: Uuid, code: Type.String({ pattern: ENTITY_CODE.source }), label: Label }, strict),
    currency: Currency,
    entity: Type.Optional(
      Type.Object(
        {
          id: Uuid,
          code: Type.String({ pattern: ENTITY_CODE.source }),
          label: Label,
          country: Type.String({ pattern: '^[A-Z]{2}$' }),
        },
        strict,
      ),
    ),
    database: Type.Optional(
      Type.Object(
        {
          url: Type.Optional(Type.String()),
          /** Tenants that do not share tables with others: a schema in the same database, or a database of their own. */
          tenants: Type.Optional(
            Type.Array(
              Type.Union([
                Type.Object({ id: Uuid, mode: Type.Literal('SCHEMA') }, strict),
                Type.Object(
                  { id: Uuid, mode: Type.Literal('DEDICATED_DB'), url: Type.Optional(Type.String()) },
                  strict,
                ),
              ]),
              { maxItems: 1_000 },
            ),
          ),
        },
        strict,
      ),
    ),
    http: Type.Optional(
      Type.Object(
        {
          host: Type.Optional(Type.String()),
          port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65535 })),
          /** Addresses or networks of the proxies in front of the node: what they say about the caller's address is believed. */
          trust_proxy: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 50 }), { maxItems: 50 })),
        },
        strict,
      ),
    ),
    identity: Type.Optional(IdentityConfigSchema),
    /** Jobs that are asked for by the clock: five cron fields, in UTC. */
    schedules: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' }),
            job: Type.String({ minLength: 1, maxLength: 64 }),
            cron: Type.String({ minLength: 9, maxLength: 200 }),
            payload: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
          },
          strict,
        ),
        { maxItems: 100 },
      ),
    ),
    /** Of a group node: the folder that holds a watched folder for each entity, relative to that of the node; `incoming` unless told. */
    intake: Type.Optional(
      Type.Object(
        {
          folder: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
          settle_seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 3600 })),
          every_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 3600 })),
        },
        strict,
      ),
    ),
    /** What extends the node: the folder of each plugin, relative to that of the node. */
    plugins: Type.Optional(
      Type.Array(
        Type.Object(
          {
            code: Type.String({ pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$', maxLength: 40 }),
            path: Type.String({ minLength: 1, maxLength: 1000 }),
          },
          strict,
        ),
        { maxItems: 50 },
      ),
    ),
    /** Networks beside the Internet that events may be sent to: `10.20.0.0/16`, `127.0.0.0/8`. */
    webhooks: Type.Optional(
      Type.Object({ allow: Type.Array(Type.String({ maxLength: 50 }), { maxItems: 50 }) }, strict),
    ),
  },
  strict,
);

/**
 * `prorata.yaml`: who a node is. `tenant.id` of an entity node is its own until it joins a group; what it publishes bears
 * the tenant of its admission. `currency` is the entity's books or the group's reporting currency (ISO 4217).
 */
export type NodeConfig = Static<typeof NodeConfigSchema>;

const valid = new Ajv({ strict: true, allErrors: true }).compile<NodeConfig>(NodeConfigSchema);

const FILE = 'prorata.yaml';

/** @throws Problem `NODE_NOT_FOUND`, `NODE_CONFIG_INVALID`, `NODE_KIND_WRONG` (only when `kind` is asked for) */
export async function readNodeConfig(dir: string, kind?: NodeConfig['kind']): Promise<NodeConfig> {
  const path = join(dir, FILE);
  if (!existsSync(path)) throw nodeProblem('NODE_NOT_FOUND', `${path} does not exist`);
  let value: unknown;
  try {
    value = parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw nodeProblem('NODE_CONFIG_INVALID', `${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!valid(value)) {
    const faults = (valid.errors ?? []).map((fault) => `${fault.instancePath || '/'} ${fault.message}`);
    throw nodeProblem('NODE_CONFIG_INVALID', `${path}: ${faults.join('; ')}`);
  }
  const fault = value.identity === undefined ? undefined : oidcConfigFault(value.identity.oidc);
  if (fault !== undefined) throw nodeProblem('NODE_CONFIG_INVALID', `${path}: ${fault}`);
  if (kind !== undefined && value.kind !== kind) {
    throw nodeProblem(
      'NODE_KIND_WRONG',
      `${path} describes a node of kind ${value.kind}, this needs one of kind ${kind}`,
    );
  }
  return value;
}

/** Makes the folder of a new node. @throws Problem `NODE_EXISTS`, `NODE_CONFIG_INVALID` */
export async function createNode(dir: string, config: NodeConfig): Promise<void> {
  if (existsSync(join(dir, FILE))) throw nodeProblem('NODE_EXISTS', `${join(dir, FILE)} exists`);
  if (!valid(config)) {
    const faults = (valid.errors ?? []).map((fault) => `${fault.instancePath || '/'} ${fault.message}`);
    throw nodeProblem('NODE_CONFIG_INVALID', faults.join('; '));
  }
  await mkdir(join(dir, 'keys'), { recursive: true, mode: 0o700 });
  // A node that is made inside a repository: its private keys are in no commit, whoever adds everything.
  await writeFileWhole(join(dir, 'keys', '.gitignore'), '*\n', 0o600);
  // It may hold the URL of a database with its password.
  await writeFileWhole(join(dir, FILE), stringify(config), 0o600);
}

/**
 * Writes beside and renames: a reader, or a crash, sees the old file or the new one, never a half. What cannot be written (a full disk)
 * leaves nothing behind, and its error names the path.
 */
export async function writeFileWhole(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  const draft = `${path}.${process.pid}.${randomUUID().slice(0, 8)}`;
  try {
    await writeFile(draft, content, { mode, flush: true });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw error instanceof Error ? Object.assign(error, { path }) : error;
  }
}
