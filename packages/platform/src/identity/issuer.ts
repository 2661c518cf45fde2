import { join } from 'node:path';
import { CompactSign, compactVerify, importJWK, type JWK, SignJWT } from 'jose';
import { claimsFault, type TenantClaims } from './claims.ts';
import { openKeyFile } from './key-file.ts';
import { uuidv7 } from './uuid.ts';

/** `typ` of an access token (RFC 9068) and of the cookie; a token of one kind is never taken for the other. */
export const ACCESS_TOKEN_TYPE = 'at+jwt';
export const SESSION_TOKEN_TYPE = 'prorata-session+jwt';

const DEFAULT_LIFETIME_SECONDS = 12 * 3600;
const LONGEST_LIFETIME_SECONDS = 31 * 24 * 3600;

/** Whom a node's tokens are for. */
export function audienceOf(nodeId: string): string {
  return `prorata:${nodeId}`;
}

/** The embedded issuer of a node. */
export function issuerOf(nodeId: string): string {
  return `prorata:${nodeId}/issuer`;
}

export interface TokenOptions {
  /** Seconds from now, 1 s to 31 days; 12 hours unless told. */
  readonly lifetimeSeconds?: number;
  readonly type?: typeof ACCESS_TOKEN_TYPE | typeof SESSION_TOKEN_TYPE;
  /** Further registered or private claims, such as `auth_time` of a session. */
  readonly extra?: Readonly<Record<string, string | number>>;
}

export interface Issuer {
  readonly nodeId: string;
  readonly issuer: string;
  readonly audience: string;
  readonly kid: string;
  readonly publicJwk: JWK;
  /** Signs an access token for this node. @throws RangeError for a lifetime out of bounds, TypeError for invalid claims */
  issueToken(claims: TenantClaims, options?: TokenOptions): Promise<string>;
  /** Signs a statement of the node about itself, as a compact JWS; `typ` says which kind. */
  signStatement(statement: object, typ: string): Promise<string>;
  /** @returns the statement, or undefined when this node did not sign it as one of that kind */
  readStatement(jws: string, typ: string): Promise<unknown>;
  /** The public keys (RFC 7517), served at `/.well-known/jwks.json`. */
  jwks(): { readonly keys: readonly JWK[] };
}

/**
 * Opens the issuer that is embedded in a node: its Ed25519 key stands in `keys/issuer.jwk.json`, mode 600.
 *
 * @throws Problem `KEY_FILE_EXPOSED`, `KEY_FILE_UNREADABLE`
 */
export async function openIssuer(options: { readonly dir: string; readonly nodeId: string }): Promise<Issuer> {
  const key = await openKeyFile(join(options.dir, 'keys', 'issuer.jwk.json'));
  const privateKey = await importJWK(key.privateJwk, 'EdDSA');
  const publicKey = await importJWK(key.publicJwk, 'EdDSA');
  const issuer = issuerOf(options.nodeId);
  const audience = audienceOf(options.nodeId);
  return {
    nodeId: options.nodeId,
    issuer,
    audience,
    kid: key.kid,
    publicJwk: key.publicJwk,
    async issueToken(
      claims,
      { lifetimeSeconds = DEFAULT_LIFETIME_SECONDS, type = ACCESS_TOKEN_TYPE, extra = {} } = {},
    ) {
      const fault = claimsFault(claims);
      if (fault !== undefined) throw new TypeError(`token claims: ${fault}`);
      const seconds = checkedLifetime(lifetimeSeconds);
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ ...claims, ...extra })
        .setProtectedHeader({ alg: 'EdDSA', typ: type, kid: key.kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(claims.user_id)
        .setJti(uuidv7())
        .setIssuedAt(now)
        .setExpirationTime(now + seconds)
        .sign(privateKey);
    },
    async signStatement(statement, typ) {
      const bytes = new TextEncoder().encode(JSON.stringify(statement));
      return new CompactSign(bytes).setProtectedHeader({ alg: 'EdDSA', typ, kid: key.kid }).sign(privateKey);
    },
    async readStatement(jws, typ) {
      const verified = await compactVerify(jws, publicKey, { algorithms: ['EdDSA'] }).catch(() => undefined);
      if (verified?.protectedHeader.typ !== typ) return undefined;
      return JSON.parse(new TextDecoder().decode(verified.payload));
    },
    jwks() {
      return { keys: [{ ...key.publicJwk, kid: key.kid, alg: 'EdDSA', use: 'sig' }] };
    },
  };
}

function checkedLifetime(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= LONGEST_LIFETIME_SECONDS) return seconds;
  throw new RangeError(`token lifetime ${seconds} s; expected whole seconds from 1 to ${LONGEST_LIFETIME_SECONDS}`);
}

/**
 * Signs a short-lived token with a key that the receiving node already knows, as an entity does before it pushes a bundle.
 * It carries no claim about tenant or roles: the receiver looks those up for the key (see `DelegatedIssuer`).
 *
 * @param options.issuer e.g. `entity:FR01`
 * @param options.audience of the receiving node, see `audienceOf`
 */
export async function signDelegatedToken(options: {
  readonly issuer: string;
  readonly audience: string;
  readonly privateJwk: JWK;
  readonly kid: string;
  readonly lifetimeSeconds?: number;
}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({})
    .setProtectedHeader({ alg: 'EdDSA', typ: ACCESS_TOKEN_TYPE, kid: options.kid })
    .setIssuer(options.issuer)
    .setAudience(options.audience)
    .setSubject(options.issuer)
    .setJti(uuidv7())
    .setIssuedAt(now)
    .setExpirationTime(now + (options.lifetimeSeconds ?? 120))
    .sign(await importJWK(options.privateJwk, 'EdDSA'));
}
