import Type, { type Static } from 'typebox';
import { CONTRACT_NAME, CONTRACT_VERSION } from '../format/contract.ts';
import { Code, ContractOf, Currency, DeploymentName, Named, UtcTime, Uuid } from '../format/manifest.ts';
import { refuse } from '../format/refusals.ts';
import { shape } from '../format/validation.ts';
import { carriedKey, PublicJwkSchema } from './enrolment.ts';
import { fingerprint, type PrivateJwk, type PublicJwk, publicOf, thumbprint } from './keys.ts';
import { openStatement, peek, STATEMENT_TYPES, signJson } from './statement.ts';

const closed = { additionalProperties: false } as const;
const Label = Type.String({ minLength: 1, maxLength: 512 });
const Thumbprint = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });

/** A published reference: its version and codes. Codes of products are optional, domains are not. */
const ReferenceList = Type.Object(
  {
    version: Code,
    rows: Type.Array(Type.Object({ code: Code, label: Label }, closed), { maxItems: 100_000 }),
  },
  closed,
);

export const AdmissionSchema = Type.Object(
  {
    contract: ContractOf,
    tenant: Named,
    entity: Type.Object(
      { id: Uuid, code: Code, label: Label, country: Type.String({ pattern: '^[A-Z]{2}$' }), currency: Currency },
      closed,
    ),
    entity_kid: Thumbprint,
    group: Type.Object(
      { label: Label, currency: Currency, public_jwk: PublicJwkSchema, address: Type.Union([Label, Type.Null()]) },
      closed,
    ),
    deployment: DeploymentName,
    accepted_versions: Type.Array(Type.Object({ version: Code, until: Type.Optional(UtcTime) }, closed), {
      minItems: 1,
      maxItems: 100,
    }),
    references: Type.Object({ domains: ReferenceList, products: Type.Optional(ReferenceList) }, closed),
    issued_at: UtcTime,
  },
  closed,
);
const admissionShape = shape(AdmissionSchema);

export type AdmissionStatement = Static<typeof AdmissionSchema>;
export type ReferenceList = Static<typeof ReferenceList>;

/** The group's answer to an enrolment, proven to come from the holder of the group key that it carries. */
export interface Admission extends AdmissionStatement {
  readonly groupKid: string;
  readonly groupPublicJwk: PublicJwk;
  readonly groupFingerprint: string;
}

/** What the group decides; contract, group key and time are added by `signAdmission`. */
export interface AdmissionDraft {
  readonly tenant: AdmissionStatement['tenant'];
  /** `id` is the legal entity id that the group gives; the rest repeats the enrolment. */
  readonly entity: AdmissionStatement['entity'];
  /** Thumbprint of the key that was enrolled: the admission is worth nothing to any other key. */
  readonly entityKid: string;
  /** `address`: where the group node listens, null where bundles travel as files. `currency`: of the group's reports. */
  readonly group: { label: string; currency: string; address: string | null };
  readonly deployment: AdmissionStatement['deployment'];
  readonly references: AdmissionStatement['references'];
  readonly acceptedVersions?: AdmissionStatement['accepted_versions'];
  readonly issuedAt?: string;
}

/** Writes `admission.jws`, signed with the group's key. Throws TypeError when the draft does not fit the schema. */
export async function signAdmission(draft: AdmissionDraft, groupPrivateJwk: PrivateJwk): Promise<string> {
  const statement: AdmissionStatement = {
    contract: { name: CONTRACT_NAME, version: CONTRACT_VERSION },
    tenant: draft.tenant,
    entity: draft.entity,
    entity_kid: draft.entityKid,
    group: { ...draft.group, public_jwk: publicOf(groupPrivateJwk) },
    deployment: draft.deployment,
    accepted_versions: draft.acceptedVersions ?? [{ version: CONTRACT_VERSION.split('.').slice(0, 2).join('.') }],
    references: draft.references,
    issued_at: draft.issuedAt ?? new Date().toISOString(),
  };
  const [fault] = admissionShape.faults(statement);
  if (fault) throw new TypeError(`Not an admission: ${fault.message}`);
  return signJson(STATEMENT_TYPES.admission, statement, groupPrivateJwk);
}

/**
 * Reads an admission for the entity whose key has the thumbprint `entityKid`.
 * The first admission brings the group's key (the operator compares `groupFingerprint`); from then on give `groupKid`
 * and only that key is believed. Throws BundleRefused: MANIFEST_UNREADABLE, KEY_UNKNOWN, SIGNATURE_INVALID,
 * ENTITY_MISMATCH (for another key), ENVIRONMENT_MISMATCH.
 */
export async function verifyAdmission(
  text: string,
  expected: { entityKid: string; groupKid?: string; deployment?: 'prod' | 'test' },
): Promise<Admission> {
  const payload = await openStatement(text, STATEMENT_TYPES.admission, (envelope) => {
    if (expected.groupKid !== undefined && envelope.kid !== expected.groupKid) {
      refuse('KEY_UNKNOWN', `The admission is signed with ${envelope.kid}, the group's key is ${expected.groupKid}`);
    }
    const { group } = peek(envelope);
    return carriedKey(typeof group === 'object' && group !== null && 'public_jwk' in group ? group.public_jwk : null);
  });
  if (!admissionShape.fits(payload)) {
    return refuse('MANIFEST_UNREADABLE', `The admission: ${admissionShape.faults(payload)[0]?.message}`);
  }
  if (payload.entity_kid !== expected.entityKid) {
    refuse(
      'ENTITY_MISMATCH',
      `The admission is for the key ${payload.entity_kid}, this node's key is ${expected.entityKid}`,
    );
  }
  if (expected.deployment !== undefined && payload.deployment !== expected.deployment) {
    refuse('ENVIRONMENT_MISMATCH', `The group is a ${payload.deployment} node, this node is ${expected.deployment}`);
  }
  const groupPublicJwk = carriedKey(payload.group.public_jwk);
  return {
    ...payload,
    groupKid: thumbprint(groupPublicJwk),
    groupPublicJwk,
    groupFingerprint: fingerprint(groupPublicJwk),
  };
}
