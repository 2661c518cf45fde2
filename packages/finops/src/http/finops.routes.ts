import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type App, type RequestContext, uploadOf } from '@prorata/platform';
import { Type } from 'typebox';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import { withPrivateFolder } from '../import/source-file.ts';
import { type EntityNode, FINOPS_MODULE, workFolder } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import { listPublications, readPublication } from '../publish/publications.ts';
import { publishMonth } from '../publish/publish-month.ts';
import { explainIndirect } from '../report/explain.ts';
import { listImports, listRuns, reportCoverage, reportFacts } from '../report/reports.ts';
import * as schema from './finops.schema.ts';

const MOST_UPLOAD_BYTES = 4 * 1024 ** 3;

const READERS = { roles: ['finops.reader', 'finops.analyst', 'finops.admin'], module: FINOPS_MODULE };
const ANALYSTS = { roles: ['finops.analyst', 'finops.admin'], module: FINOPS_MODULE };
const ADMINS = { roles: ['finops.admin'], module: FINOPS_MODULE };

const refusals = { '4xx': schema.ProblemAnswer };

/** The same value; use cases promise not to change what they give, which the types of a reply have no word for. */
type Answered<T> = T extends readonly (infer Member)[]
  ? Answered<Member>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Answered<T[Key]> }
    : T;

function answered<T>(value: T): Answered<T> {
  return value as Answered<T>;
}

/** The entity's FinOps over HTTP: each route is one use case, which the command line calls as well. */
export async function registerFinopsRoutes(app: App, entity: EntityNode): Promise<void> {
  await app.register(async (instance) => {
    const scoped = instance as App;
    // Use cases work for the node's entity: a token of any other one ends here, whatever its roles.
    scoped.addHook('onRequest', async (request) => refuseOthers(request.context, entity));
    importRoutes(scoped, entity);
    runRoutes(scoped, entity);
    reportRoutes(scoped, entity);
    publicationRoutes(scoped, entity);
  });
}

function refuseOthers(context: RequestContext, entity: EntityNode): void {
  const { tenantId, legalEntityId } = entity.scope;
  if (context.tenantId === tenantId && context.legalEntityId === legalEntityId) return;
  throw finopsProblem('ENTITY_NOT_SERVED', `the token is for ${context.legalEntityId ?? 'no legal entity'}`);
}

function importRoutes(app: App, entity: EntityNode): void {
  app.post(
    '/api/finops/imports',
    {
      config: { ...ANALYSTS, upload: { maxBytes: MOST_UPLOAD_BYTES } },
      schema: {
        tags: ['imports'],
        operationId: 'importFocus',
        summary: 'Take a FOCUS file: CSV, gzip of CSV or Parquet',
        querystring: schema.ImportQuery,
        response: { 200: schema.ImportAnswer, 201: schema.ImportAnswer, ...refusals },
      },
    },
    async (request, reply) => {
      const { replace = false, name = 'upload' } = request.query;
      const { context, idempotencyKey } = request;
      return await withPrivateFolder(workFolder(entity.dir), async (folder) => {
        const path = join(folder, 'upload');
        await pipeline(uploadOf(request), createWriteStream(path, { mode: 0o600 }));
        const answer = await importFocus(entity, { path, name, replace }, { context, idempotencyKey });
        return reply.code(answer.imported ? 201 : 200).send(answered(answer));
      });
    },
  );
  app.get(
    '/api/finops/imports',
    {
      config: READERS,
      schema: {
        tags: ['imports'],
        operationId: 'listImports',
        summary: 'The latest imports',
        querystring: schema.NoQuery,
        response: { 200: schema.ImportList, ...refusals },
      },
    },
    async () => answered(await listImports(entity)),
  );
}

function runRoutes(app: App, entity: EntityNode): void {
  app.post(
    '/api/finops/runs',
    {
      config: ANALYSTS,
      schema: {
        tags: ['runs'],
        operationId: 'runMonth',
        summary: "The monthly batch: replace the month's facts",
        body: schema.MonthBody,
        response: { 201: schema.RunAnswer, ...refusals },
      },
    },
    async (request, reply) => {
      const { context, idempotencyKey } = request;
      const result = await runMonth(entity, request.body.month, { context, idempotencyKey, trigger: 'API' });
      return reply.code(201).send(answered(result));
    },
  );
  app.get(
    '/api/finops/runs',
    {
      config: READERS,
      schema: {
        tags: ['runs'],
        operationId: 'listRuns',
        summary: 'The latest runs',
        querystring: schema.OptionalMonthQuery,
        response: { 200: schema.RunList, ...refusals },
      },
    },
    async (request) => answered(await listRuns(entity, request.query.month)),
  );
}

function reportRoutes(app: App, entity: EntityNode): void {
  app.get(
    '/api/finops/facts',
    {
      config: READERS,
      schema: {
        tags: ['reports'],
        operationId: 'facts',
        summary: 'Facts of a month at their grain, a page at a time',
        querystring: schema.FactsQuery,
        response: { 200: schema.FactsAnswer, ...refusals },
      },
    },
    async (request) => {
      const { month, application, domain, environment, consumption_type, without_tax, after, limit } = request.query;
      const types = consumption_type === undefined ? undefined : [consumption_type];
      const filters = { applications: application, domains: domain, environments: environment, types };
      return answered(await reportFacts(entity, { month, ...filters, withoutTax: without_tax, after, limit }));
    },
  );
  app.get(
    '/api/finops/coverage',
    {
      config: READERS,
      schema: {
        tags: ['reports'],
        operationId: 'coverage',
        summary: 'What the mapping placed, and what it did not',
        querystring: schema.MonthQuery,
        response: { 200: schema.CoverageAnswer, ...refusals },
      },
    },
    async (request) => answered(await reportCoverage(entity, request.query.month)),
  );
  app.get(
    '/api/finops/explain',
    {
      config: READERS,
      schema: {
        tags: ['reports'],
        operationId: 'explainIndirect',
        summary: 'Why an application bears its part of the shared costs',
        querystring: schema.ExplainQuery,
        response: { 200: schema.ExplainAnswer, ...refusals },
      },
    },
    async (request) => {
      const { month, application, lang } = request.query;
      const language = lang ?? (request.context.locale.startsWith('fr') ? 'fr' : 'en');
      return answered(await explainIndirect(entity, month, application, language));
    },
  );
}

function publicationRoutes(app: App, entity: EntityNode): void {
  app.post(
    '/api/finops/publications',
    {
      config: ADMINS,
      schema: {
        tags: ['publications'],
        operationId: 'publishMonth',
        summary: 'Sign what a month says as its next revision',
        body: schema.MonthBody,
        response: { 200: schema.PublishAnswer, 201: schema.PublishAnswer, ...refusals },
      },
    },
    async (request, reply) => {
      const { context, idempotencyKey } = request;
      const {
        path: _path,
        pushed: _pushed,
        ...told
      } = await publishMonth(entity, request.body.month, {
        context,
        idempotencyKey,
      });
      return reply.code(told.created ? 201 : 200).send(answered(told));
    },
  );
  app.get(
    '/api/finops/publications',
    {
      config: READERS,
      schema: {
        tags: ['publications'],
        operationId: 'listPublications',
        summary: 'What was published after a point, oldest first',
        querystring: schema.SinceQuery,
        response: { 200: schema.PublicationList, ...refusals },
      },
    },
    async (request) => answered(await listPublications(entity, request.query.since, request.query.limit)),
  );
  app.get(
    '/api/finops/publications/:month/:revision',
    {
      config: READERS,
      schema: {
        tags: ['publications'],
        operationId: 'publicationBundle',
        summary: 'The signed bundle, byte for byte as it was published',
        params: schema.PublicationPath,
        response: { 200: { content: { 'application/zip': { schema: Type.Unknown() } } }, ...refusals },
      },
    },
    async (request, reply) => {
      const { month, revision } = request.params;
      const found = await readPublication(entity, month, revision);
      reply.header('content-disposition', `attachment; filename="${found.file_name}"`);
      reply.header('etag', `"${found.bundle_sha256}"`);
      return reply.type('application/zip').send(found.bundle);
    },
  );
}
