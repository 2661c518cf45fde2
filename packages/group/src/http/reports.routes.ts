import type { App } from '@prorata/platform';
import { type TObject, type TSchema, Type } from 'typebox';
import { CONSOLIDATED_ROLES, REPORT_ROLES } from '../access/reach.ts';
import { listMultipliers } from '../exchange/listing.ts';
import { GROUP_MODULE, type GroupNode } from '../node/group-node.ts';
import { reportChoices } from '../reports/choices.ts';
import { reportCompleteness } from '../reports/completeness.ts';
import { drilldown, drilldownKind } from '../reports/drilldown.ts';
import { exportCsv, reportBatches } from '../reports/export.ts';
import type { ReportInput } from '../reports/filters.ts';
import {
  APPLICATIONS,
  COMPARISON,
  DOMAINS,
  ENTITIES,
  FAMILIES,
  MATRIX,
  MONTHS,
  type Page,
  PRODUCTS,
  type ReportKind,
  report,
} from '../reports/reports.ts';
import { answer, nodeFor, unlessHeld } from './answers.ts';
import * as schema from './reports.schema.ts';

/** Reading the group as a whole is for consolidated profiles only (spec 01, 9). */
export const CONSOLIDATED = { roles: CONSOLIDATED_ROLES, module: GROUP_MODULE };
/** Reports also answer an entity's reader about its own slice: such a route reads `nodeFor` its caller and never the group itself. */
const NOT_MODIFIED = Type.Null({ description: 'The state named in If-None-Match still stands' });
export const WITHIN_REACH = { roles: REPORT_ROLES, module: GROUP_MODULE };

/**
 * What the routes of one report share: who may read it, what it takes and what it answers; a caller who has the answer already need not
 * read it again.
 */
export function reading<Query extends TSchema, Answer extends TSchema>(
  group: GroupNode,
  operationId: string,
  summary: string,
  querystring: Query,
  answer: Answer,
) {
  const response = { 200: answer, 304: NOT_MODIFIED, '4xx': schema.ProblemAnswer };
  const preHandler = unlessHeld(group);
  return {
    config: WITHIN_REACH,
    preHandler,
    schema: { tags: ['group reports'], operationId, summary, querystring, response },
  };
}

/** The same for a report that also leaves as CSV. */
export function readingForms<Query extends TSchema, Answer extends TSchema>(
  operationId: string,
  summary: string,
  querystring: Query,
  rows: Answer,
) {
  const content = { 'application/json': { schema: rows }, 'text/csv': { schema: Type.String() } };
  // Two forms of one answer have no one type.
  const response: Readonly<Record<string, unknown>> = {
    200: { description: summary, content },
    304: NOT_MODIFIED,
    '4xx': schema.ProblemAnswer,
    503: schema.ProblemAnswer,
  };
  return { config: WITHIN_REACH, schema: { tags: ['group reports'], operationId, summary, querystring, response } };
}

/** The columns of the rows of an answer, for its CSV. */
export function columnsOf(rows: TObject): string[] {
  const items = (rows.properties.rows as { items?: TObject } | undefined)?.items;
  return Object.keys(items?.properties ?? {});
}

/** The group's figures: each route is one use case over one statement. */
export function registerReportRoutes(app: App, group: GroupNode): void {
  const serve = <Row extends object>(
    path: string,
    operationId: string,
    summary: string,
    kind: ReportKind<Row>,
    rows: TObject,
  ) => {
    const query: TSchema = kind.paged ? schema.PagedReportQuery : schema.ReportQuery;
    app.get(`/api/group/${path}`, readingForms(operationId, summary, query, rows), async (request, reply) => {
      const { format: _, ...input } = request.query as ReportInput & Page & { format?: string };
      const { limit: _limit, offset: _offset, cursor: _cursor, ...asked } = input;
      return await answer(request, reply, group, {
        name: path,
        json: (node) => report(node, kind, input),
        csv: (node) => exportCsv(node, columnsOf(rows), reportBatches(node, kind, asked)),
      });
    });
  };
  serve('months', 'groupMonths', 'Cost of the group by month', MONTHS, schema.MonthsReport);
  serve('entities', 'groupEntities', 'Entities by cost, with share, rank and change', ENTITIES, schema.EntitiesReport);
  serve('domains', 'groupDomains', 'Domains by cost', DOMAINS, schema.DomainsReport);
  serve('families', 'groupFamilies', 'Families by cost, within their domains', FAMILIES, schema.FamiliesReport);
  serve('matrix', 'groupMatrix', 'Cost by entity and domain', MATRIX, schema.MatrixReport);
  const byApplication = 'Applications of all entities by cost';
  serve('applications', 'groupApplications', byApplication, APPLICATIONS, schema.ApplicationsReport);
  serve('products', 'groupProducts', 'Quantity and cost by product and unit', PRODUCTS, schema.ProductsReport);
  const sideBySide = 'Entities side by side, by product and unit';
  serve('comparison', 'groupComparison', sideBySide, COMPARISON, schema.ComparisonReport);

  const steps = 'One level of group, entity, domain, application, product';
  const levels = readingForms('groupDrilldown', steps, schema.DrilldownQuery, schema.DrilldownReport);
  app.get('/api/group/drilldown', levels, async (request, reply) => {
    const { format: _, ...input } = request.query;
    return await answer(request, reply, group, {
      name: 'drilldown',
      json: (node) => drilldown(node, input),
      async csv(node) {
        const { kind, filters } = drilldownKind(input);
        return await exportCsv(node, columnsOf(schema.DrilldownReport), reportBatches(node, kind, filters));
      },
    });
  });

  const published = 'Which entity has published which month';
  const completeness = reading(
    group,
    'groupCompleteness',
    published,
    schema.CompletenessQuery,
    schema.CompletenessReport,
  );
  app.get('/api/group/completeness', completeness, async (request) =>
    reportCompleteness(await nodeFor(group, request.context), request.query),
  );

  const toChoose = 'Entities, domains, months and currencies to choose from';
  const filters = reading(group, 'groupFilters', toChoose, schema.NoQuery, schema.FiltersAnswer);
  app.get('/api/group/filters', filters, async (request) => reportChoices(await nodeFor(group, request.context)));

  const multipliers = 'What converts each month and currency in use';
  const exchange = reading(group, 'groupExchange', multipliers, schema.ExchangeQuery, schema.ExchangeAnswer);
  app.get('/api/group/exchange', { ...exchange, config: CONSOLIDATED }, async (request) =>
    listMultipliers(group, request.query),
  );
}
