import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Choice } from '../selection/choice.ts';
import { stringifySearch } from '../selection/selection.ts';
import { answer, api } from './client.ts';
import type { ReportQuery } from './types.ts';

/** What was sent and refused: the one kind of answer with words of the node, in the language in which it was asked. */
export const REFUSED_KEY = 'quarantine';

/** Who is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => answer(api.GET('/session')),
  staleTime: 60_000,
});

/** How to sign in at this node: through an identity provider, or with a code or token. */
export const waysQuery = queryOptions({
  queryKey: ['ways'],
  queryFn: () => answer(api.GET('/session/ways')),
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

/** Months with facts, entities, domains and currencies: what a reader can choose from. */
export const filtersQuery = queryOptions({
  queryKey: ['filters'],
  queryFn: () => answer(api.GET('/api/group/filters')),
});

export type Asked = Pick<
  Choice,
  | 'from'
  | 'to'
  | 'currency'
  | 'measure'
  | 'withoutTax'
  | 'entity'
  | 'domain'
  | 'family'
  | 'product'
  | 'application'
  | 'type'
  | 'environment'
  | 'hierarchy'
>;

/** A choice as the parameters of a report; defaults are left out, so that equal questions have equal keys. */
export function parametersOf(asked: Asked): ReportQuery {
  const { from, to, entity, domain, family, product, application } = asked;
  return {
    from,
    to,
    ...mannerOf(asked),
    ...(entity.length > 0 ? { entity: [...entity] } : {}),
    ...(domain.length > 0 ? { domain: [...domain] } : {}),
    ...(family.length > 0 ? { family: [...family] } : {}),
    ...(product.length > 0 ? { product: [...product] } : {}),
    ...(application.length > 0 ? { application: [...application] } : {}),
  };
}

type Manner = Pick<Choice, 'currency' | 'measure' | 'withoutTax' | 'type' | 'environment' | 'hierarchy'>;

/** What is counted, and in which currency: the same for every report. */
export function mannerOf({ currency, measure, withoutTax, type, environment, hierarchy }: Manner) {
  return {
    currency,
    ...(measure === 'cost' ? {} : { measure }),
    ...(withoutTax ? { without_tax: true } : {}),
    ...(type === undefined ? {} : { consumption_type: type }),
    ...(environment.length > 0 ? { environment: [...environment] } : {}),
    ...(hierarchy === 'today' ? { hierarchy } : {}),
  };
}

/** Where the node writes a whole report as CSV, with the same filters. */
export function reportCsv(report: 'products' | 'applications', asked: Asked): string {
  return csvHref(report, parametersOf(asked));
}

function csvHref(report: string, query: Readonly<Record<string, unknown>>): string {
  return `/api/group/${report}${stringifySearch({ ...query, format: 'csv' })}`;
}

/** Cost by month over the range. */
export function monthsQuery(asked: Asked) {
  const query = parametersOf(asked);
  return queryOptions({
    queryKey: ['months', query],
    queryFn: () => answer(api.GET('/api/group/months', { params: { query } })),
    placeholderData: keepPreviousData,
  });
}

/** Entities by cost over the range. */
export function entitiesQuery(asked: Asked) {
  const query = parametersOf(asked);
  return queryOptions({
    queryKey: ['entities', query],
    queryFn: () => answer(api.GET('/api/group/entities', { params: { query } })),
    placeholderData: keepPreviousData,
  });
}

/** Domains by cost over the range. */
export function domainsQuery(asked: Asked) {
  const query = parametersOf(asked);
  return queryOptions({
    queryKey: ['domains', query],
    queryFn: () => answer(api.GET('/api/group/domains', { params: { query } })),
    placeholderData: keepPreviousData,
  });
}

/** Families by cost over the range, each within its domain. */
export function familiesQuery(asked: Asked) {
  const query = parametersOf(asked);
  return queryOptions({
    queryKey: ['families', query],
    queryFn: () => answer(api.GET('/api/group/families', { params: { query } })),
    placeholderData: keepPreviousData,
  });
}

/** The applications of all entities that cost most over the range. */
export function applicationsQuery(asked: Asked, limit: number) {
  const query = { ...parametersOf(asked), limit };
  return queryOptions({
    queryKey: ['applications', query],
    queryFn: () => answer(api.GET('/api/group/applications', { params: { query } })),
    placeholderData: keepPreviousData,
  });
}

/** The products that cost most over the range, each in its unit. */
export function productsQuery(asked: Asked, limit: number) {
  const query = { ...parametersOf(asked), limit };
  return queryOptions({
    queryKey: ['products', query],
    queryFn: () => answer(api.GET('/api/group/products', { params: { query } })),
    placeholderData: keepPreviousData,
  });
}

/** Cost by month and domain or entity; beyond the greatest, the others share one row a month. */
export function seriesQuery(asked: Asked, by: 'domain' | 'entity', top: number) {
  const query = { ...parametersOf(asked), by, top };
  return queryOptions({
    queryKey: ['series', query],
    queryFn: () => answer(api.GET('/api/group/series', { params: { query } })),
    placeholderData: keepPreviousData,
  });
}

/** Where the node writes the whole series as CSV. */
export function seriesCsv(asked: Asked, by: 'domain' | 'entity'): string {
  return csvHref('series', { ...parametersOf(asked), by });
}

/** Families, applications and products with these words in their code or name. */
export function searchQuery(words: string) {
  const query = { q: words, kind: ['family' as const, 'application' as const, 'product' as const] };
  return queryOptions({
    queryKey: ['search', query],
    queryFn: () => answer(api.GET('/api/group/search', { params: { query } })),
    enabled: words !== '',
    placeholderData: keepPreviousData,
  });
}

/** Cost by entity and domain over the range. */
export function matrixQuery(asked: Asked) {
  const query = parametersOf(asked);
  return queryOptions({
    queryKey: ['matrix', query],
    queryFn: () => answer(api.GET('/api/group/matrix', { params: { query } })),
    placeholderData: keepPreviousData,
  });
}

/** The steps from the group down; each needs the ones before it. */
export interface Path {
  readonly entity?: string;
  readonly domain?: string;
  readonly application?: string;
}

/** Most rows of a level that are asked for at once (the node's own bound). */
export const MOST_ROWS = 1000;

/** A level of the drill-down in the month of the choice, as parameters. */
function levelOf(choice: Choice, path: Path) {
  const { month, family, product } = choice;
  return {
    from: month,
    to: month,
    ...mannerOf(choice),
    ...(family.length > 0 ? { family: [...family] } : {}),
    ...(product.length > 0 ? { product: [...product] } : {}),
    ...path,
  };
}

/** One level of the drill-down in the month of the choice. */
export function drilldownQuery(choice: Choice, path: Path) {
  const query = { ...levelOf(choice, path), limit: MOST_ROWS };
  return queryOptions({
    queryKey: ['drilldown', query],
    queryFn: () => answer(api.GET('/api/group/drilldown', { params: { query } })),
  });
}

/** Where the node writes every row of that level as CSV. */
export function drilldownCsv(choice: Choice, path: Path): string {
  return csvHref('drilldown', levelOf(choice, path));
}

/** The rows of a level after those of its first page, page by page. */
export function moreOfLevelQuery(choice: Choice, path: Path, from: string | null) {
  const query = { ...levelOf(choice, path), limit: MOST_ROWS };
  return infiniteQueryOptions({
    queryKey: ['drilldown', 'more', query, from],
    queryFn: ({ pageParam: cursor }) =>
      answer(api.GET('/api/group/drilldown', { params: { query: { ...query, cursor } } })),
    initialPageParam: from ?? '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
    // Only for whoever asks for more than the greatest rows.
    enabled: false,
  });
}

/** Which entity has published which month. */
export function completenessQuery(asked: {
  readonly from: string;
  readonly to: string;
  readonly entity: readonly string[];
}) {
  const { from, to, entity } = asked;
  const query = { from, to, ...(entity.length > 0 ? { entity: [...entity] } : {}) };
  return queryOptions({
    queryKey: ['completeness', query],
    queryFn: () => answer(api.GET('/api/group/completeness', { params: { query } })),
    placeholderData: keepPreviousData,
  });
}

/** Every revision that one entity has published for one month. */
export function publicationsQuery(entity: string, month: string) {
  const path = { entity, month };
  return queryOptions({
    queryKey: ['publications', path],
    queryFn: () => answer(api.GET('/api/group/publications/{entity}/{month}', { params: { path } })),
  });
}

/** Most differences that are listed; the rest are counted. */
export const MOST_DIFFERENCES = 200;

/** What changed between two revisions, fact by fact. */
export function differenceQuery(entity: string, month: string, from: number, to: number) {
  const path = { entity, month };
  const query = { from, to, limit: MOST_DIFFERENCES };
  return queryOptions({
    queryKey: ['difference', path, query],
    queryFn: () => answer(api.GET('/api/group/publications/{entity}/{month}/diff', { params: { path, query } })),
  });
}
