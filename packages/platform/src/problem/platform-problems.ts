import { PLATFORM_FRENCH } from '../i18n/problems.fr.ts';
import { defineProblems } from './problem.ts';

/** Problems that any HTTP service of the platform can answer. docs/errors.md lists them; a test compares the two. */
export const platformProblem = defineProblems(
  {
    MISSING_TENANT_CONTEXT: {
      status: 401,
      title: 'The request carries no valid tenant context',
      next: 'Send "Authorization: Bearer <token>" with a token of this node (prorata token), or sign in again.',
    },
    SIGN_IN_REFUSED: {
      status: 401,
      title: 'The sign-in was refused',
      next: 'Ask the node for a new sign-in link or token; a sign-in code works once and for a few minutes.',
    },
    SIGN_IN_WITHOUT_ROLE: {
      status: 403,
      title: 'The identity provider gives the user no role here',
      next: 'Have the user added to a group or role of the provider that role_map in prorata.yaml lists, then sign in again.',
    },
    IDENTITY_PROVIDER_UNAVAILABLE: {
      status: 503,
      title: 'The identity provider does not answer',
      next: 'Try again in a while; the log of the node has the cause. Whoever is signed in stays so.',
    },
    LOGOUT_TOKEN_INVALID: {
      status: 400,
      title: 'The logout token does not hold',
      next: 'Send the token that the configured provider signed for this client, within ten minutes.',
    },
    EMBEDDED_ISSUER_OFF: {
      status: 409,
      title: 'The embedded issuer is off',
      next: 'Sign in with the identity provider that prorata.yaml names, or use an access token of it.',
    },
    TENANT_SUSPENDED: {
      status: 403,
      title: 'The tenant is not active',
      next: 'Settle the billing status of the tenant with the platform, then request a new token.',
    },
    MODULE_DISABLED: {
      status: 403,
      title: 'The module is not enabled for the tenant',
      next: 'Have the module enabled for the tenant, then request a new token.',
    },
    FORBIDDEN: {
      status: 403,
      title: 'The caller has no role that allows this',
      next: 'Use a token that carries one of the roles listed in "roles".',
    },
    CSRF_REFUSED: {
      status: 403,
      title: 'The request did not come from the page that holds the session',
      next: 'Send changes from the same origin as JSON or with the header "X-Requested-With".',
    },
    ENVIRONMENT_MISMATCH: {
      status: 403,
      title: 'The token belongs to another deployment',
      next: 'Use a token of the same deployment: prod and test never mix.',
    },
    LEGAL_ENTITY_REQUIRED: {
      status: 400,
      title: 'A write needs a legal entity',
      next: 'Use a token with the claim legal_entity_id.',
    },
    UNKNOWN_COUNTRY: {
      status: 400,
      title: 'The country code of the token is unknown',
      next: 'Use a token whose country_code is an ISO 3166-1 alpha-2 code.',
    },
    FORBIDDEN_FIELD: {
      status: 400,
      title: 'The body names a field that only the token may set',
      next: 'Remove tenant_id, legal_entity_id and country_code from the body: they come from the token.',
    },
    VALIDATION_FAILED: {
      status: 400,
      title: 'The request does not match its description',
      next: 'Correct the places listed in "errors"; /openapi.json describes the expected request.',
    },
    BODY_UNREADABLE: {
      status: 400,
      title: 'The body could not be read',
      next: 'Send one complete JSON document in UTF-8, at most 64 levels deep, each member once and large numbers as texts.',
    },
    REQUEST_UNREADABLE: {
      status: 400,
      title: 'The request is not valid HTTP',
      next: 'Send a well-formed HTTP/1.1 request.',
    },
    MONTH_INVALID: {
      status: 400,
      title: 'The month is not a month',
      next: 'Write months as YYYY-MM, from 1900-01 to 2199-12, such as 2025-07, and the first one before the last one.',
    },
    IDEMPOTENCY_KEY_REQUIRED: {
      status: 400,
      title: 'This write needs an idempotency key',
      next: 'Send the header "Idempotency-Key" with a new UUID, and the same one when repeating the request.',
    },
    IDEMPOTENCY_KEY_REUSED: {
      status: 409,
      title: 'The idempotency key was used for another request',
      next: 'Use a new key for a new request, or repeat the first request unchanged.',
    },
    NOT_FOUND: {
      status: 404,
      title: 'There is nothing at this address',
      next: 'Check the address and the identifiers in it; /openapi.json lists the addresses.',
    },
    METHOD_NOT_ALLOWED: {
      status: 405,
      title: 'The address does not answer this method',
      next: 'Use one of the methods listed in "allow".',
    },
    PAYLOAD_TOO_LARGE: {
      status: 413,
      title: 'The body is too large',
      next: 'Send less at once; "limit_bytes" is the most that this address takes.',
    },
    UNSUPPORTED_MEDIA_TYPE: {
      status: 415,
      title: 'The address does not take this kind of body',
      next: 'Send one of the content types listed in "accepted".',
    },
    RATE_LIMITED: {
      status: 429,
      title: 'Too many requests',
      next: 'Wait for the seconds given in "Retry-After".',
    },
    HEADERS_TOO_LARGE: {
      status: 431,
      title: 'The headers are too large',
      next: 'Send at most 16 KiB of headers.',
    },
    INTERNAL: {
      status: 500,
      title: 'The service failed',
      next: 'Report the correlation id; the log of the node has the cause. Repeating the request with the same key is safe.',
    },
    TENANT_MODE_MISMATCH: {
      status: 500,
      title: 'The tenant mode of the token contradicts the database reached',
      next: 'Nothing was done. Correct the tenant registry of the node, or the issuer of the token.',
    },
    DATABASE_UNAVAILABLE: {
      status: 503,
      title: 'The database does not answer',
      next: 'Repeat the request in a few seconds with the same idempotency key.',
    },
    NOT_READY: {
      status: 503,
      title: 'The node is not ready',
      next: 'Wait until /health/ready answers 200; "checks" says what is missing.',
    },
    KEY_FILE_EXPOSED: {
      status: 500,
      title: 'A private key is readable by others',
      next: 'Restrict the file to its owner (chmod 600), and replace the key if others could have read it.',
    },
    KEY_FILE_UNREADABLE: {
      status: 500,
      title: 'The key file of the node cannot be read',
      next: 'Restore the file from a copy; removing it makes the node create a new key, which ends every session and token.',
    },
    AUDIT_CHECKPOINT_INVALID: {
      status: 500,
      title: 'A kept checkpoint of the audit log was not signed by this node',
      next: 'Restore audit/checkpoints.jws from a copy; a checkpoint that cannot be trusted proves nothing.',
    },
    AUDIT_CHAIN_BROKEN: {
      status: 500,
      title: 'The audit log was altered',
      next: 'Keep the database as it is, compare with the last checkpoint and inform whoever is in charge of the audit.',
    },
  },
  PLATFORM_FRENCH,
);

/** One place of the request that does not match, as listed in `errors` of VALIDATION_FAILED. */
export interface ValidationError {
  /** Which part of the request: body, query, path or headers. */
  readonly in: 'body' | 'query' | 'path' | 'headers';
  /** JSON pointer (RFC 6901) inside that part. */
  readonly pointer: string;
  readonly message: string;
}
