import Type, { type Static } from 'typebox';
import { CONTRACT_NAME, CONTRACT_VERSION, type Deployment } from '../format/contract.ts';
import { Code, ContractOf, Currency, DeploymentName, UtcTime } from '../format/manifest.ts';
import { refuse } from '../format/refusals.ts';
import { shape } from '../format/validation.ts';
import { fingerprint, type PrivateJwk, type PublicJwk, publicOf, readPublicJwk, thumbprint } from './keys.ts';
import { openStatement, peek, reason, STATEMENT_TYPES, signJson } from './statement.ts';

const closed = { additionalProperties: false } as const;

export const PublicJwkSchema = Type.Object(
  { kty: Type.Literal('OKP'), crv: Type.Literal('Ed25519'), x: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }) },
  closed,
);

/** How an entity introduces itself. `country` is ISO 3166-1 alpha-2, `currency` ISO 4217. */
export const EntityIdentitySchema = Type.Object(
  {
    code: Code,
    label: Type.String({ minLength: 1, maxLength: 512 }),
    country: Type.String({ pattern: '^[A-Z]{2}$' }),
    currency: Currency,
  },
  closed,
);
export type EntityIdentity = Static<typeof EntityIdentitySchema>;

export const EnrolmentSchema = Type.Object(
  {
    contract: ContractOf,
    entity: EntityIdentitySchema,
    deployment: DeploymentName,
    public_jwk: PublicJwkSchema,
    issued_at: UtcTime,
  },
  closed,
);
const enrolmentShape = shape(EnrolmentSchema);

/** A request to be admitted whose sender holds the private key. Whose key it is, the fingerprint has to tell. */
export interface Enrolment {
  readonly entity: EntityIdentity;
  readonly deployment: Deployment;
  readonly publicJwk: PublicJwk;
  readonly kid: string;
  readonly fingerprint: string;
  readonly issuedAt: string;
}

/** Writes `enrolment.json`: the entity's identity and public key, signed with the very key (proof of possession). */
export async function createEnrolment(of: {
  entity: EntityIdentity;
  deployment: Deployment;
  privateJwk: PrivateJwk;
  issuedAt?: string;
}): Promise<string> {
  const statement: Static<typeof EnrolmentSchema> = {
    contract: { name: CONTRACT_NAME, version: CONTRACT_VERSION },
    entity: of.entity,
    deployment: of.deployment,
    public_jwk: publicOf(of.privateJwk),
    issued_at: of.issuedAt ?? new Date().toISOString(),
  };
  const [fault] = enrolmentShape.faults(statement);
  if (fault) throw new TypeError(`Not an entity that can be enrolled: ${fault.message}`);
  return signJson(STATEMENT_TYPES.enrolment, statement, of.privateJwk);
}

/**
 * Reads an enrolment and proves that its sender holds the key it carries.
 * It proves nothing about who the sender is: compare `fingerprint` with the one that the entity's operator tells.
 * Throws BundleRefused (MANIFEST_UNREADABLE, SIGNATURE_INVALID).
 */
export async function verifyEnrolment(text: string): Promise<Enrolment> {
  const payload = await openStatement(text, STATEMENT_TYPES.enrolment, (envelope) =>
    carriedKey(peek(envelope).public_jwk),
  );
  if (!enrolmentShape.fits(payload)) {
    return refuse('MANIFEST_UNREADABLE', `The enrolment: ${enrolmentShape.faults(payload)[0]?.message}`);
  }
  const publicJwk = carriedKey(payload.public_jwk);
  return {
    entity: payload.entity,
    deployment: payload.deployment,
    publicJwk,
    kid: thumbprint(publicJwk),
    fingerprint: fingerprint(publicJwk),
    issuedAt: payload.issued_at,
  };
}

/** The key that a statement carries about its own signer; refuses with MANIFEST_UNREADABLE. */
export function carriedKey(value: unknown): PublicJwk {
  try {
    return readPublicJwk(value);
  } catch (error) {
    return refuse('MANIFEST_UNREADABLE', `The statement carries a key that cannot be taken: ${reason(error)}`);
  }
}
