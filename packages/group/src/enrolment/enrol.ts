import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AcceptedVersion,
  BundleRefused,
  type Enrolment,
  readPrivateJwk,
  sameFingerprint,
  signAdmission,
  verifyEnrolment,
} from '@prorata/contract';
import { type RequestContext, type Tx, uuidv7, type WriteRecord, writeFileWhole } from '@prorata/platform';
import { type GroupNode, isEntityCode, operatorContext } from '../node/group-node.ts';
import { recorded } from '../node/record.ts';
import { acceptedVersions } from '../policy/contract-versions.ts';
import { groupProblem } from '../problems.ts';
import { type CurrentReferences, currentReferences } from '../references/references.ts';

export interface EnrolInput {
  /** Content of `enrolment.json`. */
  readonly enrolment: string;
  /** As the entity's operator told it, by another way than the file. */
  readonly fingerprint: string;
  /** Where the entity reaches this node; null where bundles travel as files. */
  readonly address?: string;
  /** Where the admission is written; `admissions/CODE.jws` in the node's folder unless told. */
  readonly out?: string;
}

export interface Enrolled {
  readonly entity: string;
  readonly legal_entity_id: string;
  readonly kid: string;
  readonly fingerprint: string;
  /** Whether the entity was enrolled with this key before; the admission is written anew then. */
  readonly known: boolean;
  /** The signed answer for the entity, and where it was written. */
  readonly admission: string;
  readonly path: string;
}

/**
 * Registers an entity and its public key, once the operator confirms the fingerprint, and answers with the signed admission. An
 * entity whose keys are all revoked may enrol a new one.
 *
 * @throws Problem `ENROLMENT_REFUSED`, `FINGERPRINT_MISMATCH`, `DEPLOYMENT_MISMATCH`, `ENTITY_EXISTS`
 */
export async function enrolEntity(
  group: GroupNode,
  input: EnrolInput,
  options: { context?: RequestContext; idempotencyKey?: string | undefined } = {},
): Promise<Enrolled> {
  const context = options.context ?? operatorContext(group);
  const enrolment = await readEnrolment(input.enrolment);
  refuseMismatch(group, enrolment, input.fingerprint);
  const { entity, kid } = enrolment;
  const payload = { entity, kid, deployment: enrolment.deployment };
  const what = { action: 'group.entity.enrol', payload, idempotencyKey: options.idempotencyKey };
  const registered = await recorded(group, context, what, (tx, record) =>
    register(tx, group, context, enrolment, record),
  );
  const admission = await admit(group, enrolment, registered, input.address ?? null);
  const path = input.out ?? join(group.dir, 'admissions', `${entity.code}.jws`);
  if (input.out === undefined) await mkdir(join(group.dir, 'admissions'), { recursive: true });
  await writeFileWhole(path, admission);
  return {
    entity: entity.code,
    legal_entity_id: registered.legalEntityId,
    kid,
    fingerprint: enrolment.fingerprint,
    known: registered.known,
    admission,
    path,
  };
}

async function readEnrolment(text: string): Promise<Enrolment> {
  try {
    return await verifyEnrolment(text);
  } catch (error) {
    if (error instanceof BundleRefused) throw groupProblem('ENROLMENT_REFUSED', error.message, { refusal: error.code });
    throw error;
  }
}

function refuseMismatch(group: GroupNode, enrolment: Enrolment, fingerprint: string): void {
  const { code } = enrolment.entity;
  if (!isEntityCode(code)) {
    throw groupProblem(
      'ENROLMENT_REFUSED',
      `"${code}" cannot be the code of an entity: capital letters, digits, _ and -`,
    );
  }
  if (!sameFingerprint(fingerprint, enrolment.fingerprint)) {
    throw groupProblem('FINGERPRINT_MISMATCH', `the enrolment of ${code} carries another key than the one confirmed`, {
      entity: code,
    });
  }
  if (enrolment.deployment !== group.config.deployment) {
    throw groupProblem(
      'DEPLOYMENT_MISMATCH',
      `${code} is a ${enrolment.deployment} node, the group is ${group.config.deployment}`,
    );
  }
}

interface Registered {
  readonly legalEntityId: string;
  readonly known: boolean;
  readonly references: CurrentReferences;
  readonly accepted: readonly AcceptedVersion[];
}

async function register(
  tx: Tx,
  group: GroupNode,
  context: RequestContext,
  { entity, kid, publicJwk, fingerprint }: Enrolment,
  record: WriteRecord,
): Promise<Registered> {
  const { tenantId } = group.scope;
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 4))', [`${tenantId}/enrolment`]);
  const [standing] = await tx.query<{ legal_entity_id: string }>(
    'SELECT legal_entity_id FROM dim_entity WHERE entity_id = $1',
    [entity.code],
  );
  const keys = await tx.query<{ kid: string; entity_id: string; revoked: boolean }>(
    'SELECT kid, entity_id, revoked_at IS NOT NULL AS revoked FROM entity_key WHERE entity_id = $1 OR kid = $2',
    [entity.code, kid],
  );
  const references = await currentReferences(tx);
  const accepted = await acceptedVersions(tx);
  const same = keys.find((key) => key.kid === kid);
  if (same !== undefined && (same.revoked || same.entity_id !== entity.code)) {
    const state = same.revoked ? 'was revoked' : `belongs to ${same.entity_id}`;
    throw groupProblem('ENTITY_EXISTS', `the key ${kid} ${state}`, { entity: same.entity_id, kid });
  }
  if (same !== undefined && standing !== undefined) {
    return { legalEntityId: standing.legal_entity_id, known: true, references, accepted };
  }
  if (keys.some((key) => !key.revoked)) {
    throw groupProblem('ENTITY_EXISTS', `${entity.code} is enrolled with another key`, { entity: entity.code });
  }
  const legalEntityId = standing?.legal_entity_id ?? uuidv7();
  await tx.execute(
    `INSERT INTO dim_entity (tenant_id, entity_id, legal_entity_id, label, country, currency, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [tenantId, entity.code, legalEntityId, entity.label, entity.country, entity.currency, context.userId],
  );
  await tx.execute('INSERT INTO entity_key (tenant_id, entity_id, kid, jwk, created_by) VALUES ($1, $2, $3, $4, $5)', [
    tenantId,
    entity.code,
    kid,
    JSON.stringify(publicJwk),
    context.userId,
  ]);
  const details = { ...entity, kid, fingerprint };
  record.audit({ subject: 'dim_entity', subjectId: entity.code, details });
  record.emit({ event: 'GROUP.ENTITY.ENROLLED', entity_id: legalEntityId, payload: details });
  return { legalEntityId, known: false, references, accepted };
}

async function admit(
  group: GroupNode,
  { entity, kid, deployment }: Enrolment,
  { legalEntityId, references, accepted }: Registered,
  address: string | null,
): Promise<string> {
  const { tenant, currency } = group.config;
  const version = String(references.version);
  return await signAdmission(
    {
      tenant: { id: tenant.id, code: tenant.code },
      entity: { id: legalEntityId, ...entity },
      entityKid: kid,
      group: { label: tenant.label, currency, address },
      deployment,
      references: {
        domains: { version, rows: [...references.domains] },
        ...(references.products.length === 0 ? {} : { products: { version, rows: [...references.products] } }),
      },
      acceptedVersions: [...accepted],
    },
    readPrivateJwk(group.signingKey.privateJwk),
  );
}
