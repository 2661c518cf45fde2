import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from 'typebox';
import type { App } from '../http/app.ts';
import { listen } from '../http/listen.ts';
import { buildServer, type ServerOptions, styleNonce } from '../http/server.ts';
import { uploadOf } from '../http/uploads.ts';
import type { TenantClaims } from '../identity/claims.ts';
import { type Issuer, openIssuer } from '../identity/issuer.ts';
import { type SignInCodes, signInCodes } from '../identity/sign-in-codes.ts';
import { platformProblem } from '../problem/platform-problems.ts';

/** A listening server with one route of each kind, for the tests of this folder. */
export interface ExampleServer {
  readonly url: string;
  readonly app: App;
  readonly issuer: Issuer;
  readonly codes: SignInCodes;
  token(change?: Partial<TenantClaims>): Promise<string>;
  stop(): Promise<void>;
}

export function exampleClaims(change: Partial<TenantClaims> = {}): TenantClaims {
  return {
    tenant_id: randomUUID(),
    tenant_mode: 'POOLED',
    tenant_label: 'Example Group',
    legal_entity_id: randomUUID(),
    country_code: 'FR',
    locale: 'fr',
    supported_locales: ['fr', 'en'],
    billing_status: 'ACTIVE',
    enabled_modules: ['ERP_ANALYTIC_CORE'],
    roles: ['analytic.writer'],
    user_id: randomUUID(),
    deployment: 'prod',
    ...change,
  };
}

export async function exampleServer(change: Partial<ServerOptions> = {}): Promise<ExampleServer> {
  const dir = await mkdtemp(join(tmpdir(), 'prorata-http-'));
  const issuer = await openIssuer({ dir, nodeId: randomUUID() });
  const codes = signInCodes();
  const app = await buildServer({
    title: 'Example',
    version: '1.2.3',
    trust: { issuer, deployment: 'prod', codes },
    log: false,
    register: exampleRoutes,
    pages: (pages) => {
      pages.get('/page', async (_request, reply) => reply.type('text/html').send(`nonce=${styleNonce(reply)}`));
    },
    ...change,
  });
  const listening = await listen(app, { port: 0 });
  return {
    url: listening.url,
    app,
    issuer,
    codes,
    token: (claims) => issuer.issueToken(exampleClaims(claims)),
    async stop() {
      await listening.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const config = { roles: ['analytic.writer'], module: 'ERP_ANALYTIC_CORE' } as const;

export function exampleRoutes(app: App): void {
  app.get(
    '/things',
    {
      config,
      schema: {
        querystring: Type.Object({
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
          closed: Type.Optional(Type.Boolean()),
          entity: Type.Optional(Type.Array(Type.String({ maxLength: 10 }))),
          q: Type.Optional(Type.String()),
        }),
      },
    },
    async (request) => ({ query: request.query, correlation: request.context.correlationId }),
  );
  app.get(
    '/things/:id',
    { config, schema: { params: Type.Object({ id: Type.String({ format: 'uuid' }) }) } },
    async (request) => ({
      id: request.params.id,
    }),
  );
  app.post(
    '/things',
    {
      config,
      schema: {
        body: Type.Object({
          code: Type.String(),
          count: Type.Integer(),
          tags: Type.Optional(Type.Object({ a: Type.String() })),
        }),
      },
    },
    async (request) => ({ body: request.body }),
  );
  app.post('/free', { config: { ...config, legalEntity: 'none' } }, async (request) => ({ body: request.body }));
  app.post('/runs', { config: { ...config, idempotency: 'required' } }, async (request) => ({
    key: request.idempotencyKey,
  }));
  app.put(
    '/files',
    { config: { ...config, upload: { maxBytes: 1_000_000, types: ['application/zip'] } } },
    async (request) => {
      let bytes = 0;
      for await (const chunk of uploadOf(request)) bytes += (chunk as Buffer).length;
      return { bytes };
    },
  );
  app.put('/unread', { config: { ...config, upload: { maxBytes: 1_000_000_000 } } }, async () => {
    throw platformProblem('NOT_FOUND', 'refused without a look at the upload');
  });
  app.get('/slow', { config }, async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { done: true };
  });
  app.get('/broken', { config }, async () => {
    throw new Error('password=secret');
  });
}
