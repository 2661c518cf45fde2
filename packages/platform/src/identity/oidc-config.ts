import { type Static, Type } from 'typebox';

const strict = { additionalProperties: false };
const Name = Type.String({ minLength: 1, maxLength: 200 });
/** A member of the claims, or a path into them: `roles`, `realm_access.roles`. */
const ClaimPath = Type.String({ minLength: 1, maxLength: 200, pattern: '^[^.]+(\\.[^.]+)*$' });
const Role = Type.String({ pattern: '^[A-Za-z0-9._:-]{1,100}$' });

/** `identity` of prorata.yaml: who says who somebody is. Without it, the node's embedded issuer does. */
export const IdentityConfigSchema = Type.Object(
  {
    oidc: Type.Object(
      {
        /** As the provider writes it in its tokens; https, or http on this machine. */
        issuer: Type.String({ pattern: '^https?://[^\\s?#]+$', maxLength: 500 }),
        client_id: Name,
        /** File with the secret, relative to the node's folder, mode 600; a client without one proves itself by PKCE alone. */
        client_secret_file: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
        /** Audience of access tokens for the API. Without it no token of the provider is taken, only its sign-in. */
        audience: Type.Optional(Name),
        /** Asked for beside `openid`; `profile` unless told. */
        scopes: Type.Optional(
          Type.Array(Type.String({ pattern: '^[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,100}$' }), { maxItems: 20 }),
        ),
        roles_claim: ClaimPath,
        /** Of each role or group of the provider, the roles here. What is not listed gives nothing. */
        role_map: Type.Record(Type.String({ minLength: 1, maxLength: 200 }), Type.Array(Role, { maxItems: 20 })),
        /** The code of the entity that somebody speaks for. */
        entity_claim: Type.Optional(ClaimPath),
        /** A provider of several tenants: the claim that names the tenant, and what it has to say here. */
        tenant: Type.Optional(Type.Object({ claim: ClaimPath, value: Name }, strict)),
        /** Address of the node as browsers reach it, where that is not the one they ask for: `https://finops.example.com`. */
        public_url: Type.Optional(Type.String({ pattern: '^https?://[^\\s/?#]+$', maxLength: 500 })),
        /** A session of the browser ends after this long; 60 unless told. */
        session_minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 720 })),
      },
      strict,
    ),
  },
  strict,
);

export type OidcConfig = Static<typeof IdentityConfigSchema>['oidc'];

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** @returns what no schema can say about the configuration, or undefined when nothing is wrong */
export function oidcConfigFault(config: OidcConfig): string | undefined {
  const issuer = URL.parse(config.issuer);
  if (issuer === null) return `/identity/oidc/issuer ${config.issuer} is not an address`;
  if (issuer.protocol !== 'https:' && !LOOPBACK.has(issuer.hostname)) {
    return `/identity/oidc/issuer ${config.issuer} is not https; plain http is for this machine alone`;
  }
  // Both are meant for different readers: a token that proves a sign-in must not open the API (RFC 9068, section 5).
  if (config.audience === config.client_id) return '/identity/oidc/audience must differ from client_id';
  if (Object.values(config.role_map).every((roles) => roles.length === 0))
    return '/identity/oidc/role_map gives no role';
  return undefined;
}
