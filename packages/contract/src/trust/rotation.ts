import Type, { type Static } from 'typebox';
import { CONTRACT_NAME, CONTRACT_VERSION } from '../format/contract.ts';
import { Code, ContractOf, UtcTime } from '../format/manifest.ts';
import { refuse } from '../format/refusals.ts';
import { shape } from '../format/validation.ts';
import { carriedKey, PublicJwkSchema } from './enrolment.ts';
import { fingerprint, type PrivateJwk, type PublicJwk, publicOf, thumbprint } from './keys.ts';
import { envelopeOf, openStatement, STATEMENT_TYPES, signJson } from './statement.ts';
import { judgeKey, type ResolveKey } from './trusted-key.ts';

const closed = { additionalProperties: false } as const;
const Thumbprint = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });

export const RotationSchema = Type.Object(
  {
    contract: ContractOf,
    entity_code: Code,
    old_kid: Thumbprint,
    new_public_jwk: PublicJwkSchema,
    /** A statement by the new key about the same hand-over: whoever rotates holds both keys. */
    possession: Type.String({ minLength: 1, maxLength: 10_000 }),
    issued_at: UtcTime,
  },
  closed,
);
const rotationShape = shape(RotationSchema);

const possessionShape = shape(
  Type.Object({ entity_code: Code, old_kid: Thumbprint, new_kid: Thumbprint, issued_at: UtcTime }, closed),
);

/** A new key of an entity, vouched for by the key before it. */
export interface Rotation {
  readonly entityCode: string;
  readonly oldKid: string;
  readonly newKid: string;
  readonly newPublicJwk: PublicJwk;
  readonly newFingerprint: string;
  readonly issuedAt: string;
}

/** Writes the statement by which an entity changes its key; both keys sign. */
export async function signRotation(of: {
  entityCode: string;
  oldPrivateJwk: PrivateJwk;
  newPrivateJwk: PrivateJwk;
  issuedAt?: string;
}): Promise<string> {
  const old_kid = thumbprint(publicOf(of.oldPrivateJwk));
  const newPublic = publicOf(of.newPrivateJwk);
  const issued_at = of.issuedAt ?? new Date().toISOString();
  const handOver = { entity_code: of.entityCode, old_kid, new_kid: thumbprint(newPublic), issued_at };
  const statement: Static<typeof RotationSchema> = {
    contract: { name: CONTRACT_NAME, version: CONTRACT_VERSION },
    entity_code: of.entityCode,
    old_kid,
    new_public_jwk: newPublic,
    possession: await signJson(STATEMENT_TYPES.possession, handOver, of.newPrivateJwk),
    issued_at,
  };
  return signJson(STATEMENT_TYPES.rotation, statement, of.oldPrivateJwk);
}

/**
 * Reads a rotation. The old key must be known, valid at `receivedAt` and belong to the entity that the statement
 * names; the new key must have signed the same hand-over. Throws BundleRefused (MANIFEST_UNREADABLE, KEY_UNKNOWN,
 * KEY_REVOKED, SIGNATURE_INVALID, ENTITY_MISMATCH).
 */
export async function verifyRotation(
  text: string,
  trust: { resolveKey: ResolveKey; receivedAt?: string },
): Promise<Rotation> {
  const { kid } = envelopeOf(text);
  const key = judgeKey(kid, await trust.resolveKey(kid), trust.receivedAt ?? new Date().toISOString());
  const payload = await openStatement(text, STATEMENT_TYPES.rotation, () => key.publicJwk);
  if (!rotationShape.fits(payload)) {
    return refuse('MANIFEST_UNREADABLE', `The rotation: ${rotationShape.faults(payload)[0]?.message}`);
  }
  if (payload.old_kid !== kid) refuse('SIGNATURE_INVALID', `The rotation of ${payload.old_kid} is signed with ${kid}`);
  if (payload.entity_code !== key.entityCode) {
    refuse('ENTITY_MISMATCH', `The rotation is for ${payload.entity_code}, the key belongs to ${key.entityCode}`);
  }
  const newPublicJwk = carriedKey(payload.new_public_jwk);
  const newKid = thumbprint(newPublicJwk);
  const possession = await openStatement(payload.possession, STATEMENT_TYPES.possession, () => newPublicJwk);
  if (
    !possessionShape.fits(possession) ||
    possession.entity_code !== payload.entity_code ||
    possession.old_kid !== kid ||
    possession.new_kid !== newKid ||
    possession.issued_at !== payload.issued_at
  ) {
    refuse('SIGNATURE_INVALID', 'The new key signed another hand-over than this one');
  }
  return {
    entityCode: payload.entity_code,
    oldKid: kid,
    newKid,
    newPublicJwk,
    newFingerprint: fingerprint(newPublicJwk),
    issuedAt: payload.issued_at,
  };
}
