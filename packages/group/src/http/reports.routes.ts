import type { App, RequestContext } from '@prorata/platform';
import type { TSchema } from 'typebox';
import { CONSOLIDATED_ROLES, REPORT_ROLES, reachOf } from '../access/reach.ts';
import { listMultipliers } from '../exchange/listing.ts';
import { GROUP_MODULE, type GroupNode } from '../node/group-node.ts';
import { reportChoices } from '../reports/choices.ts';
import { reportCompleteness } from '../reports/completeness.ts';
import { drilldown } from '../reports/drilldown.ts';
import {
  reportApplications,
  reportComparison,
  reportDomains,
  reportEntities,
  reportMatrix,
  reportMonths,
  reportProducts,
} from '../reports/reports.ts';
import * as schema from './reports.schema.ts';

/** Reading the group as a whole is for consolidated profiles only (spec 01, 9). */
export const CONSOLIDATED = { roles: CONSOLIDATED_ROLES, module: GROUP_MODULE };
/** Reports also answer an entity's reader, about its own slice: such a route reads `reachOf` its caller and never the group itself. */
export const WITHIN_REACH = { roles: REPORT_ROLES, module: GROUP_MODULE };

/** What the routes of one report share: who may read it, what it takes and what it answers. */
export function reading<Query extends TSchema, Answer extends TSchema>(
  operationId: string,
  summary: string,
  querystring: Query,
  answer: Answer,
) {
  const response = { 200: answer, '4xx': schema.ProblemAnswer };
  return { config: WITHIN_REACH, schema: { tags: ['group reports'], operationId, summary, querystring, response } };
}

/** The group's figures: each route is one use case over one statement. */
export function registerReportRoutes(app: App, group: GroupNode): void {
  const reach = (request: { readonly context: RequestContext }) => reachOf(group, request.context);

  const months = reading('groupMonths', 'Cost of the group by month', schema.ReportQuery, schema.MonthsReport);
  app.get('/api/group/months', months, async (request) => reportMonths(await reach(request), request.query));

  const ranking = 'Entities by cost, with share, rank and change';
  const entities = reading('groupEntities', ranking, schema.ReportQuery, schema.EntitiesReport);
  app.get('/api/group/entities', entities, async (request) => reportEntities(await reach(request), request.query));

  const domains = reading('groupDomains', 'Domains by cost', schema.ReportQuery, schema.DomainsReport);
  app.get('/api/group/domains', domains, async (request) => reportDomains(await reach(request), request.query));

  const matrix = reading('groupMatrix', 'Cost by entity and domain', schema.ReportQuery, schema.MatrixReport);
  app.get('/api/group/matrix', matrix, async (request) => reportMatrix(await reach(request), request.query));

  const byApplication = 'Applications of all entities by cost';
  const applications = reading('groupApplications', byApplication, schema.PagedReportQuery, schema.ApplicationsReport);
  app.get('/api/group/applications', applications, async (request) =>
    reportApplications(await reach(request), request.query),
  );

  const byProduct = 'Quantity and cost by product and unit';
  const products = reading('groupProducts', byProduct, schema.PagedReportQuery, schema.ProductsReport);
  app.get('/api/group/products', products, async (request) => reportProducts(await reach(request), request.query));

  const sideBySide = 'Entities side by side, by product and unit';
  const comparison = reading('groupComparison', sideBySide, schema.PagedReportQuery, schema.ComparisonReport);
  app.get('/api/group/comparison', comparison, async (request) =>
    reportComparison(await reach(request), request.query),
  );

  const steps = 'One level of group, entity, domain, application, product';
  const levels = reading('groupDrilldown', steps, schema.DrilldownQuery, schema.DrilldownReport);
  app.get('/api/group/drilldown', levels, async (request) => drilldown(await reach(request), request.query));

  const published = 'Which entity has published which month';
  const completeness = reading('groupCompleteness', published, schema.CompletenessQuery, schema.CompletenessReport);
  app.get('/api/group/completeness', completeness, async (request) =>
    reportCompleteness(await reach(request), request.query),
  );

  const toChoose = 'Entities, domains, months and currencies to choose from';
  const filters = reading('groupFilters', toChoose, schema.NoQuery, schema.FiltersAnswer);
  app.get('/api/group/filters', filters, async (request) => reportChoices(await reach(request)));

  const multipliers = 'What converts each month and currency in use';
  const exchange = reading('groupExchange', multipliers, schema.ExchangeQuery, schema.ExchangeAnswer);
  app.get('/api/group/exchange', exchange, async (request) => listMultipliers(await reach(request), request.query));
}
