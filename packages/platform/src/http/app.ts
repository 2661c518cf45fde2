import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { RequestContext } from '../identity/context.ts';
import type { VerifiedToken } from '../identity/verifier.ts';

/** The Fastify instance that a package registers its routes on: schemas give the types of body, query and path. */
export type App = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBoxTypeProvider>;

/** A body taken as a stream instead of JSON. */
export interface UploadConfig {
  readonly maxBytes: number;
  /** Content types; any of `UPLOAD_TYPES` unless told. */
  readonly types?: readonly string[];
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call the route: one of these roles, or whoever has a valid token. Every guarded route states it. */
    roles?: readonly string[] | 'any';
    /** Module that must be enabled for the tenant. */
    module?: string;
    /** A write needs a legal entity unless the route says `none`, because it acts on the tenant as a whole. */
    legalEntity?: 'required' | 'none';
    /** `required`: the request is refused without the header `Idempotency-Key`. */
    idempotency?: 'required';
    upload?: UploadConfig;
    /**
     * The answer bears the version of what it shows as ETag (`answered`, and If-None-Match is heeded), or a change may say in If-Match
     * for which version it was made (`matched`). The handler does it; this is how the description of the API says so.
     */
    version?: 'answered' | 'matched';
  }
  interface FastifyRequest {
    /** Who asks; only inside the guard (see `ServerOptions.register`). */
    readonly context: RequestContext;
    /** Value of the header `Idempotency-Key`, 1 to 255 visible ASCII characters. */
    readonly idempotencyKey: string | undefined;
    verifiedToken: VerifiedToken | undefined;
    requestContext: RequestContext | undefined;
  }
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a request with this method changes something (RFC 9110, section 9.2.1). */
export function isWrite(method: string): boolean {
  return !SAFE_METHODS.has(method);
}
