import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Admission, BundleRefused, publicOf, thumbprint, verifyAdmission } from '@prorata/contract';
import { type RequestContext, type Tx, writeFileWhole, writePath } from '@prorata/platform';
import { finopsProblem } from '../problems.ts';
import { referencesOfAdmission, takeGroupReferences } from '../references/group-references.ts';
import { type EntityNode, signingKeyOf } from './entity.ts';

export interface JoinResult {
  readonly entity: string;
  readonly group: { readonly label: string; readonly currency: string; readonly address: string | null };
  readonly tenant: { readonly id: string; readonly code: string };
  /** To compare with what the group's operator reads out. */
  readonly group_fingerprint: string;
  readonly references: { readonly version: string; readonly domains: number };
}

/** The group as the entity knows it. */
export interface Membership {
  readonly group_kid: string;
  readonly statement: Admission;
}

/**
 * Takes the admission that answers the entity's enrolment: tenant, entity id, group key, address and references. The same
 * group may send a newer one (references, address); another group is refused.
 *
 * @param file path of `admission.jws`
 * @throws Problem `FILE_NOT_FOUND`, `ADMISSION_REFUSED` (with the contract's code), `ALREADY_JOINED`
 */
export async function joinGroup(
  entity: EntityNode,
  file: string,
  context: RequestContext = entity.operator,
): Promise<JoinResult> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw finopsProblem('FILE_NOT_FOUND', `${file} cannot be read`, {}, cause);
  });
  const current = await entity.db.transaction(entity.scope, membershipOf, { readOnly: true });
  const admission = await verified(entity, text, current?.group_kid);
  if (current !== undefined && current.statement.tenant.id !== admission.tenant.id) {
    throw finopsProblem('ALREADY_JOINED', `it publishes to ${current.statement.group.label}`);
  }
  const request = { action: 'finops.join', method: 'POST', route: 'membership', payload: { kid: admission.groupKid } };
  await writePath(entity.db, context, request, async (tx, record) => {
    const { tenantId, legalEntityId } = entity.scope;
    await tx.execute(TAKE_ADMISSION, [
      tenantId,
      legalEntityId,
      context.countryCode,
      admission.groupKid,
      admission.tenant.id,
      text,
      JSON.stringify(admission),
      context.userId,
    ]);
    await takeGroupReferences(tx, [tenantId, legalEntityId], context, referencesOfAdmission(admission));
    const { groupFingerprint, tenant, references } = admission;
    const details = { groupFingerprint, tenant, domains: references.domains.version };
    record.audit({ subject: 'group_membership', subjectId: admission.groupKid, details });
    return { status: 200, body: null };
  });
  await writeFileWhole(join(entity.dir, 'admission.jws'), text);
  const { label, currency, address } = admission.group;
  const { domains } = admission.references;
  return {
    entity: admission.entity.code,
    group: { label, currency, address },
    tenant: { id: admission.tenant.id, code: admission.tenant.code },
    group_fingerprint: admission.groupFingerprint,
    references: { version: domains.version, domains: domains.rows.length },
  };
}

async function verified(entity: EntityNode, text: string, groupKid: string | undefined): Promise<Admission> {
  const entityKid = thumbprint(publicOf(await signingKeyOf(entity.dir)));
  try {
    const admission = await verifyAdmission(text, {
      entityKid,
      deployment: entity.config.deployment,
      ...(groupKid === undefined ? {} : { groupKid }),
    });
    if (admission.entity.code === entity.entity.code) return admission;
    throw finopsProblem('ADMISSION_REFUSED', `it is for ${admission.entity.code}, this node is ${entity.entity.code}`, {
      reason: 'ENTITY_MISMATCH',
    });
  } catch (error) {
    if (!(error instanceof BundleRefused)) throw error;
    throw finopsProblem('ADMISSION_REFUSED', error.message, { reason: error.code }, error);
  }
}

const TAKE_ADMISSION = `
  INSERT INTO group_membership (tenant_id, legal_entity_id, country_code, group_kid, group_tenant_id, admission, statement,
                                joined_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  ON CONFLICT (tenant_id, legal_entity_id) DO UPDATE
     SET admission = excluded.admission, statement = excluded.statement, joined_at = now(), joined_by = excluded.joined_by`;

/** The group that the transaction's entity belongs to. */
export async function membershipOf(tx: Tx): Promise<Membership | undefined> {
  // Row-level security leaves the one row of the entity.
  const rows = await tx.query<Membership>('SELECT group_kid, statement FROM group_membership');
  return rows[0];
}
