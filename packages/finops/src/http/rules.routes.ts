import type { App } from '@prorata/platform';
import { importDrivers, listDrivers } from '../drivers/import-drivers.ts';
import { archiveRule, importRules, listRules, publishRule, showRule } from '../indirect/rules.ts';
import { testRules } from '../indirect/test-rules.ts';
import type { EntityNode } from '../node/entity.ts';
import { CONTROLLING, requireRole } from '../node/require-role.ts';
import { answered } from './answered.ts';
import { answers, asker, describedAs, takes } from './described.ts';
import { ANALYSTS, CONTROLLERS, READERS } from './roles.ts';
import * as schema from './rules.schema.ts';
import { withUpload } from './uploaded.ts';

const MOST_DRIVER_BYTES = 256 * 1024 ** 2;

const rules = describedAs('rules');
const drivers = describedAs('drivers');

/** Indirect rules by version, tried before they count, and the drivers that they weigh by. */
export function ruleRoutes(app: App, entity: EntityNode): void {
  app.post(
    '/api/finops/indirect-rules',
    {
      config: ANALYSTS,
      schema: {
        ...rules(
          'importIndirectRules',
          'Take indirect rules: what is new becomes a draft; whoever may publish publishes it at once',
        ),
        body: schema.RulesBody,
        response: answers(schema.ImportedRules),
      },
    },
    async (request) => {
      const { context, idempotencyKey } = request;
      const { document, publish } = request.body;
      if (publish === true) requireRole(context, CONTROLLING, 'to publish indirect rules');
      return answered(await importRules(entity, JSON.stringify(document), { publish, context, idempotencyKey }));
    },
  );
  app.get(
    '/api/finops/indirect-rules',
    {
      config: READERS,
      schema: {
        ...rules('listIndirectRules', 'All versions of all indirect rules, in the order in which rules choose'),
        response: answers(schema.RuleList),
      },
    },
    async () => answered(await listRules(entity)),
  );
  app.get(
    '/api/finops/indirect-rules/:code/:version',
    {
      config: READERS,
      schema: {
        ...rules('showIndirectRule', 'A version of an indirect rule with what it says'),
        params: schema.RulePath,
        response: answers(schema.ShownRule),
      },
    },
    async (request) => answered(await showRule(entity, request.params.code, request.params.version)),
  );
  changeRoutes(app, entity);
  testRoute(app, entity);
  driverRoutes(app, entity);
}

function changeRoutes(app: App, entity: EntityNode): void {
  const verbs = [
    ['publish', publishRule, 'Publish a draft: it is in force from the next run on, and never changed again'],
    ['archive', archiveRule, 'Take a published version out of force for the runs to come'],
  ] as const;
  for (const [verb, change, summary] of verbs) {
    app.post(
      `/api/finops/indirect-rules/:code/:version/${verb}`,
      {
        config: CONTROLLERS,
        schema: {
          tags: ['rules'],
          operationId: `${verb}IndirectRule`,
          summary,
          params: schema.RulePath,
          response: answers(schema.ShownRule),
        },
      },
      async (request) => {
        const { code, version } = request.params;
        return answered(await change(entity, code, version, asker(request)));
      },
    );
  }
}

function testRoute(app: App, entity: EntityNode): void {
  app.post(
    '/api/finops/indirect-rules/test',
    {
      config: ANALYSTS,
      schema: {
        ...rules(
          'testIndirectRules',
          'Compute a month with other rules and change nothing: what each rule takes, what each application would bear',
        ),
        body: schema.RulesTestBody,
        response: answers(schema.RulesTested),
      },
    },
    async (request) => {
      const { month, document } = request.body;
      return answered(await testRules(entity, month, document === undefined ? undefined : JSON.stringify(document)));
    },
  );
}

function driverRoutes(app: App, entity: EntityNode): void {
  app.post(
    '/api/finops/drivers',
    {
      config: { ...ANALYSTS, upload: { maxBytes: MOST_DRIVER_BYTES } },
      schema: {
        ...drivers(
          'importDrivers',
          'Take driver values: CSV or Parquet with the columns driver, month, application, value',
        ),
        querystring: schema.DriverImportQuery,
        response: takes(schema.DriverImported),
      },
    },
    async (request, reply) => {
      const { replace = false, name = 'upload' } = request.query;
      const answer = await withUpload(entity, request, (path) =>
        importDrivers(entity, { path, name, replace }, asker(request)),
      );
      return reply.code(answer.imported ? 201 : 200).send(answered(answer));
    },
  );
  app.get(
    '/api/finops/drivers',
    {
      config: READERS,
      schema: {
        ...drivers('listDrivers', 'What stands of the drivers, with control totals'),
        querystring: schema.DriverQuery,
        response: answers(schema.DriverList),
      },
    },
    async (request) => answered(await listDrivers(entity, request.query)),
  );
}
