import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Choice } from '../selection/choice.ts';
import { stringifySearch } from '../selection/selection.ts';
import { answer, api } from './client.ts';
import { type Asked, mannerOf, type Path, parametersOf } from './queries.ts';
import type { Fact } from './types.ts';

/** Entities beside each other over the range, also at the prices of a reference. */
export function comparedQuery(asked: Asked, reference: string | undefined) {
  const query = { ...parametersOf(asked), ...(reference === undefined ? {} : { reference }) };
  return queryOptions({
    queryKey: ['comparison', query],
    queryFn: () => answer(api.GET('/api/group/comparison/entities', { params: { query } })),
    placeholderData: keepPreviousData,
  });
}

/** Products of one page of the unit costs. */
const UNITS_AT_ONCE = 200;

/** What entities pay for the same unit of the same product, the greatest costs first. */
export function unitCostsQuery(asked: Asked, reference: string | undefined) {
  const query = { ...parametersOf(asked), ...(reference === undefined ? {} : { reference }), limit: UNITS_AT_ONCE };
  return infiniteQueryOptions({
    queryKey: ['unit-costs', query],
    queryFn: ({ pageParam: cursor }) =>
      answer(
        api.GET('/api/group/comparison/units', {
          params: { query: { ...query, ...(cursor === null ? {} : { cursor }) } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
}

/** Where the node writes all unit costs as CSV. */
export function unitCostsCsv(asked: Asked, reference: string | undefined): string {
  const query = { ...parametersOf(asked), reference, format: 'csv' };
  return `/api/group/comparison/units${stringifySearch(query)}`;
}

/** The two sides of a bridge. */
export type Sides =
  | { readonly between: 'months'; readonly from: string; readonly to: string }
  | { readonly between: 'entities'; readonly from: string; readonly to: string };

/** Why two months, or two entities in one month, cost differently. */
export function bridgeQuery(asked: Asked, { between, from, to }: Sides) {
  const { from: _from, to: _to, entity: _entity, ...rest } = parametersOf(asked);
  const { entity } = asked;
  const query =
    between === 'months'
      ? { ...rest, ...(entity.length > 0 ? { entity: [...entity] } : {}), from_month: from, to_month: to }
      : { ...rest, from: asked.from, to: asked.to, from_entity: from, to_entity: to };
  return queryOptions({
    queryKey: ['bridge', query],
    queryFn: () => answer(api.GET('/api/group/bridge', { params: { query } })),
    placeholderData: keepPreviousData,
  });
}

/** How well the group knows its costs. */
export function kpiQuery(asked: Asked) {
  const query = parametersOf(asked);
  return queryOptions({
    queryKey: ['kpi', query],
    queryFn: () => answer(api.GET('/api/group/kpi', { params: { query } })),
    placeholderData: keepPreviousData,
  });
}

/** What a total is made of: entity by entity, with rates and publications. */
export function totalQuery(asked: Asked) {
  const query = parametersOf(asked);
  return queryOptions({
    queryKey: ['explain-total', query],
    queryFn: () => answer(api.GET('/api/group/explain/total', { params: { query } })),
  });
}

/** Most facts of one product that are explained one by one. */
export const MOST_FACTS = 50;

/** The facts of a product of an application, as the entity published them. */
export function factsQuery(choice: Choice, path: Path, product: string, unit: string) {
  const { entity, domain, application } = path;
  const query = {
    from: choice.month,
    to: choice.month,
    ...(entity === undefined ? {} : { entity: [entity] }),
    ...(domain === undefined ? {} : { domain: [domain] }),
    ...(application === undefined ? {} : { application: [application] }),
    product: [product],
    ...(choice.type === undefined ? {} : { consumption_type: choice.type }),
    ...(choice.environment.length > 0 ? { environment: [...choice.environment] } : {}),
    limit: MOST_FACTS,
  };
  return queryOptions({
    queryKey: ['facts', query, unit],
    queryFn: async () => {
      const { rows } = await answer(api.GET('/api/group/facts', { params: { query } }));
      return rows.filter((fact) => fact.unit === unit);
    },
  });
}

/** Where one fact comes from, and how it became what the reports show. */
export function explainQuery(fact: Fact, choice: Choice) {
  const {
    family,
    product,
    quantity: _quantity,
    cost_effective: _e,
    cost_billed: _b,
    cost_standard: _s,
    ...place
  } = fact;
  const query = {
    ...place,
    ...(family === null ? {} : { family }),
    ...(product === null ? {} : { product }),
    report_currency: choice.currency,
    ...(mannerOf(choice).measure === undefined ? {} : { measure: choice.measure }),
  };
  return queryOptions({
    queryKey: ['explain', query],
    queryFn: () => answer(api.GET('/api/group/explain', { params: { query } })),
  });
}
