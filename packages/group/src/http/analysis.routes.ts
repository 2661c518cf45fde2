import type { App, Tx } from '@prorata/platform';
import type { TObject, TSchema } from 'typebox';
import type { GroupNode } from '../node/group-node.ts';
import { type BridgeInput, reportBridge } from '../reports/bridge-report.ts';
import { compareEntities, type EntityComparisonInput } from '../reports/entity-comparison.ts';
import { explainFact } from '../reports/explain.ts';
import { explainTotal } from '../reports/explain-total.ts';
import { exportCsv, fetched, reportBatches } from '../reports/export.ts';
import { type FactsInput, factsStatement, listFacts } from '../reports/facts.ts';
import type { ReportInput } from '../reports/filters.ts';
import { reportKpi } from '../reports/kpi.ts';
import { search } from '../reports/search.ts';
import { reportSeries, type SeriesInput, seriesKind } from '../reports/series.ts';
import { reportUnitCosts, UNIT_COST_COLUMNS, type UnitCostsInput, unitCostBatches } from '../reports/unit-costs.ts';
import * as schema from './analysis.schema.ts';
import { answer, nodeFor } from './answers.ts';
import { columnsOf, reading, readingForms } from './reports.routes.ts';
import { ReportQuery } from './reports.schema.ts';

/** The rows of a CSV: all at once where they are few, else by batches. */
type Lines<Input> =
  | { lines(node: GroupNode, input: Input): Promise<readonly object[]> }
  | { batches(node: GroupNode, input: Input): (tx: Tx) => AsyncIterable<readonly object[]> };

/** What the group's figures say: over time, between entities, why they differ, how good they are, and where each comes from. */
export function registerAnalysisRoutes(app: App, group: GroupNode): void {
  /** A report of one statement or a few, also as CSV. */
  const serve = <Input extends object>(
    path: string,
    of: {
      readonly operationId: string;
      readonly summary: string;
      readonly query: TSchema;
      readonly rows: TObject;
      readonly columns?: readonly string[];
      json(node: GroupNode, input: Input): Promise<object>;
    } & Lines<Input>,
  ) => {
    const route = readingForms(of.operationId, of.summary, of.query, of.rows);
    app.get(`/api/group/${path}`, route, async (request, reply) => {
      const { format: _, ...input } = request.query as Input & { format?: string };
      return await answer(request, reply, group, {
        name: path.replaceAll('/', '-'),
        json: (node) => of.json(node, input as unknown as Input),
        async csv(node) {
          const columns = of.columns ?? columnsOf(of.rows);
          if ('batches' in of) return await exportCsv(node, columns, of.batches(node, input as unknown as Input));
          const lines = await of.lines(node, input as unknown as Input);
          return await exportCsv(node, columns, async function* whole() {
            yield lines;
          });
        },
      });
    });
  };

  const series = 'Cost by month and entity, domain, family, type or environment';
  app.get(
    '/api/group/series',
    readingForms('groupSeries', series, schema.SeriesQuery, schema.SeriesReport),
    async (request, reply) => {
      const { format: _, ...input } = request.query as SeriesInput & { format?: string };
      const { by: _by, top: _top, ...asked } = input;
      return await answer(request, reply, group, {
        name: 'series',
        json: (node) => reportSeries(node, input),
        csv: (node) =>
          exportCsv(node, columnsOf(schema.SeriesReport), async function* rows(tx: Tx) {
            yield* reportBatches(node, await seriesKind(tx, node, input), asked)(tx);
          }),
      });
    },
  );
  serve<EntityComparisonInput>('comparison/entities', {
    operationId: 'groupEntityComparison',
    summary: 'Entities beside each other: share, changes, distance to the average, and at reference prices',
    query: schema.EntityComparisonQuery,
    rows: schema.EntityComparisonReport,
    json: compareEntities,
    lines: async (node, input) => (await compareEntities(node, input)).rows,
  });
  serve<UnitCostsInput>('comparison/units', {
    operationId: 'groupUnitCosts',
    summary: 'What entities pay for the same unit of the same product',
    query: schema.UnitCostsQuery,
    rows: schema.UnitCostsReport,
    columns: UNIT_COST_COLUMNS,
    json: reportUnitCosts,
    batches: (node, { limit: _limit, cursor: _cursor, ...input }) => unitCostBatches(node, input),
  });
  serve<BridgeInput>('bridge', {
    operationId: 'groupBridge',
    summary: 'Why two months or two entities differ: volume, mix, price, and what no quantity explains',
    query: schema.BridgeQuery,
    rows: schema.BridgeReport,
    json: reportBridge,
    lines: async (node, input) => (await reportBridge(node, input)).rows,
  });
  serve<ReportInput>('kpi', {
    operationId: 'groupKpi',
    summary: 'How well the group knows its costs, with the formula of each figure',
    query: ReportQuery,
    rows: schema.KpiReport,
    json: reportKpi,
    lines: async (node, input) => (await reportKpi(node, input)).rows,
  });
  serve<ReportInput>('explain/total', {
    operationId: 'groupExplainTotal',
    summary: 'What a total is made of: local costs, rates, and the publications behind them',
    query: schema.ExplainTotalQuery,
    rows: schema.TotalExplanation,
    columns: schema.TOTAL_COLUMNS,
    json: explainTotal,
    lines: async (node, input) =>
      (await explainTotal(node, input)).rows.map(({ evidence, previous, ...row }) => ({
        ...row,
        evidence: evidence?.manifest_digest,
        previous_revision: previous?.revision,
        previous_local_cost: previous?.local_cost,
        difference: previous?.difference,
        cost_difference: previous?.cost_difference,
      })),
  });

  app.get(
    '/api/group/facts',
    readingForms('groupFacts', 'Facts as the entities published them', schema.FactsQuery, schema.FactsAnswer),
    async (request, reply) => {
      const { format: _, ...input } = request.query as FactsInput & {
        limit?: number;
        cursor?: string;
        format?: string;
      };
      const { limit: _limit, cursor: _cursor, ...asked } = input;
      return await answer(request, reply, group, {
        name: 'facts',
        json: (node) => listFacts(node, input),
        csv: (node) =>
          exportCsv(node, columnsOf(schema.FactsAnswer), async function* facts(tx: Tx) {
            const { sql, values } = await factsStatement(tx, node, asked);
            yield* fetched(tx, sql, values);
          }),
      });
    },
  );

  const oneFact = reading(
    group,
    'groupExplain',
    'Where one fact comes from',
    schema.ExplainFactQuery,
    schema.FactExplanation,
  );
  app.get('/api/group/explain', oneFact, async (request) => {
    const { family = null, product = null, ...place } = request.query;
    return await explainFact(await nodeFor(group, request.context), { ...place, family, product });
  });

  const found = reading(group, 'groupSearch', 'Finds codes by code or name', schema.SearchQuery, schema.SearchAnswer);
  app.get('/api/group/search', found, async (request) => search(await nodeFor(group, request.context), request.query));
}
