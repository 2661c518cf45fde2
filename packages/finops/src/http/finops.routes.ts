import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type App, REPLAYED_HEADER, uploadOf, wasReplayed } from '@prorata/platform';
import { type Static, Type } from 'typebox';
import { importFocus } from '../import/import-focus.ts';
import { withPrivateFolder } from '../import/source-file.ts';
import { explainIndirect } from '../indirect/explain.ts';
import { type EntityNode, workFolder } from '../node/entity.ts';
import { exportFacts } from '../report/export-facts.ts';
import { type FactsFilter, listImports, reportCoverage, reportFacts } from '../report/reports.ts';
import { answered } from './answered.ts';
import { closingRoutes } from './closing.routes.ts';
import { answers, refusals, takes } from './described.ts';
import * as schema from './finops.schema.ts';
import { mappingRoutes } from './mapping.routes.ts';
import { measuredRoutes } from './measured.routes.ts';
import { pricingRoutes } from './pricing.routes.ts';
import { publicationRoutes } from './publications.routes.ts';
import { referenceRoutes } from './references.routes.ts';
import { ANALYSTS, READERS, refuseOthers } from './roles.ts';
import { ruleRoutes } from './rules.routes.ts';
import { runRoutes } from './runs.routes.ts';
import { tieOutRoutes } from './tieout.routes.ts';

const MOST_UPLOAD_BYTES = 4 * 1024 ** 3;

/** The entity's FinOps over HTTP: each route is one use case, which the command line calls as well. */
export async function registerFinopsRoutes(app: App, entity: EntityNode): Promise<void> {
  await app.register(async (instance) => {
    const scoped = instance as App;
    scoped.addHook('onRequest', async (request) => refuseOthers(request.context, entity));
    scoped.addHook('onSend', async (request, reply) => {
      // A refused caller has no context to ask about.
      if (reply.statusCode < 300 && wasReplayed(request.context)) reply.header(REPLAYED_HEADER, 'true');
    });
    importRoutes(scoped, entity);
    measuredRoutes(scoped, entity);
    referenceRoutes(scoped, entity);
    mappingRoutes(scoped, entity);
    runRoutes(scoped, entity);
    ruleRoutes(scoped, entity);
    reportRoutes(scoped, entity);
    pricingRoutes(scoped, entity);
    closingRoutes(scoped, entity);
    tieOutRoutes(scoped, entity);
    publicationRoutes(scoped, entity);
  });
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
        response: takes(schema.ImportAnswer),
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
        response: answers(schema.ImportList),
      },
    },
    async () => answered(await listImports(entity)),
  );
}

/** Which facts a query asks for, in the words of the use case. */
function filterOf(query: Static<typeof schema.ExportQuery>): FactsFilter {
  const { month, application, domain, family, product, environment, consumption_type, without_tax } = query;
  return {
    month,
    applications: application,
    domains: domain,
    families: family,
    products: product,
    environments: environment,
    types: consumption_type === undefined ? undefined : [consumption_type],
    withoutTax: without_tax,
  };
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
        response: answers(schema.FactsAnswer),
      },
    },
    async (request) => {
      const { after, limit } = request.query;
      return answered(await reportFacts(entity, { ...filterOf(request.query), after, limit }));
    },
  );
  app.get(
    '/api/finops/facts/export',
    {
      config: READERS,
      schema: {
        tags: ['reports'],
        operationId: 'exportFacts',
        summary: 'The facts of a month as CSV, all as they stand at one moment',
        querystring: schema.ExportQuery,
        response: { 200: { content: { 'text/csv': { schema: Type.Unknown() } } }, ...refusals },
      },
    },
    async (request, reply) =>
      await withPrivateFolder(workFolder(entity.dir), async (folder) => {
        const path = join(folder, 'facts.csv');
        await exportFacts(entity, filterOf(request.query), path);
        // Open before the folder goes: what is open stays readable until it is closed.
        const file = await open(path);
        const name = `${entity.entity.code}_${request.query.month}_facts.csv`;
        reply.header('content-disposition', `attachment; filename="${name}"`);
        return reply.type('text/csv; charset=utf-8').send(file.createReadStream());
      }),
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
        response: answers(schema.CoverageAnswer),
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
        response: answers(schema.ExplainAnswer),
      },
    },
    async (request) => {
      const { month, application, lang } = request.query;
      const language = lang ?? (request.context.locale.startsWith('fr') ? 'fr' : 'en');
      return answered(await explainIndirect(entity, month, application, language));
    },
  );
}
