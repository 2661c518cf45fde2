import swagger, { type SwaggerTransformObject } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifySchema } from 'fastify';
import { type App, isWrite } from './app.ts';
import { answersWithHeaders, type HeaderConfig, requestHeaders } from './described-headers.ts';
import { asDescribed } from './described-schema.ts';
import { PROBLEM_TYPE } from './errors.ts';
import { UPLOAD_TYPES } from './uploads.ts';

export interface DocsOptions {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
  /** Name of the session cookie, which differs from node to node. */
  readonly cookieName: string;
}

const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'Problem details (RFC 9457). `code` is stable; docs/errors.md lists the codes.',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    detail: { type: 'string' },
    detail_language: {
      type: 'string',
      description: 'Of `detail` (BCP 47); Content-Language is that of title and next',
    },
    next: { type: 'string' },
    instance: { type: 'string' },
    correlation_id: { type: 'string', format: 'uuid' },
    errors: {
      type: 'array',
      description: 'Each fault at its place: in and pointer of a request, pointer of a document, line of a file',
      items: {
        type: 'object',
        required: ['message'],
        properties: {
          in: { type: 'string', description: 'body, query, path or headers' },
          pointer: { type: 'string', description: 'RFC 6901' },
          line: { type: 'integer', description: 'Counted from 1, with the header' },
          code: { type: 'string' },
          message: { type: 'string' },
          language: { type: 'string', description: 'Of the message, where it is not English' },
        },
      },
    },
  },
};

/** Describes every route at `/openapi.json` (OpenAPI 3.1) and shows it at `/docs`; call it before any route is registered. */
export async function registerDocs(app: App, options: DocsOptions): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: options.title, version: options.version, description: options.description ?? '' },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          session: { type: 'apiKey', in: 'cookie', name: options.cookieName },
        },
      },
    },
    transform: ({ schema, url, route }) => {
      const writes = [route.method].flat().some(isWrite);
      return { url, schema: asDescribed(describe(schema ?? {}, route.config ?? {}, writes)) as FastifySchema };
    },
    transformObject: withProblemSchema,
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    // swagger-ui makes a <style> element without a nonce. This page shows no text of a tenant, so it may; scripts may not.
    transformStaticCSP: (policy) => policy.replace(/style-src-elem [^;]*/, "style-src-elem 'self' 'unsafe-inline'"),
    // No badge of a validator on the Internet: the page talks to this node only.
    uiConfig: { docExpansion: 'list', deepLinking: true, validatorUrl: null, layout: 'BaseLayout' },
    theme: { title: options.title },
  });
}

interface DescribedConfig extends HeaderConfig {
  readonly roles?: readonly string[] | 'any';
  readonly upload?: { readonly types?: readonly string[]; readonly maxBytes: number };
}

/** Adds what the guard does to each route's own description: who may call it, the headers it takes, the problems it answers. */
function describe(schema: FastifySchema, config: DescribedConfig, writes: boolean): FastifySchema {
  const guarded = config.roles !== undefined;
  const keyed = guarded && writes;
  const roles = Array.isArray(config.roles) ? `Roles: ${config.roles.join(', ')}.` : '';
  const described: Record<string, unknown> = {
    ...schema,
    security: guarded ? [{ bearer: [] }, { session: [] }] : [],
    response: withProblems(answersWithHeaders(schema.response, config, keyed)),
  };
  const text = [schema.description, roles].filter((part) => part !== undefined && part !== '').join(' ');
  if (text !== '') described.description = text;
  const headers = requestHeaders(schema.headers, config, keyed);
  if (headers !== undefined) described.headers = headers;
  if (config.upload !== undefined) described.body = uploadBody(config.upload.types ?? UPLOAD_TYPES);
  return described;
}

/** Whatever a route says of its refusals, they go out as problem documents and with their media type (RFC 9457). */
function withProblems(response: unknown): Record<string, unknown> {
  const own = Object.entries((response ?? {}) as object).map(([status, schema]) => [
    status,
    /^[45]/.test(status) ? problemResponse() : schema,
  ]);
  return { ...Object.fromEntries(own), default: problemResponse() };
}

function problemResponse() {
  return {
    description: 'A problem',
    content: { [PROBLEM_TYPE]: { schema: { type: 'object', $ref: '#/components/schemas/Problem' } } },
  };
}

function uploadBody(types: readonly string[]) {
  const schema = { type: 'string', format: 'binary' };
  return { content: Object.fromEntries(types.map((type) => [type, { schema }])) };
}

const withProblemSchema: SwaggerTransformObject = (document) => {
  if (!('openapiObject' in document)) return document.swaggerObject;
  const { openapiObject } = document;
  const schemas = { ...openapiObject.components?.schemas, Problem: PROBLEM_SCHEMA };
  return { ...openapiObject, components: { ...openapiObject.components, schemas } } as typeof openapiObject;
};
