import { queryOptions } from '@tanstack/react-query';
import { answer, api } from './client.ts';
import { REFUSED_KEY } from './queries.ts';

/** Months of the group: what they wait for, what they are made of, who differs from them. */
export const periodsQuery = queryOptions({
  queryKey: ['periods'],
  queryFn: () => answer(api.GET('/api/group/periods')),
});

/** Every entity that ever enrolled. */
export const membersQuery = queryOptions({
  queryKey: ['members'],
  queryFn: () => answer(api.GET('/api/group/members')),
});

/** How entities keep to what was agreed: on time, restated, priced, mapped. */
export function disciplineQuery(from: string, to: string) {
  const query = { from, to };
  return queryOptions({
    queryKey: ['discipline', query],
    queryFn: () => answer(api.GET('/api/group/discipline', { params: { query } })),
  });
}

/** Domains, families and products as they stand now. */
export const referencesQuery = queryOptions({
  queryKey: ['references'],
  queryFn: () => answer(api.GET('/api/group/references')),
});

export const referenceVersionsQuery = queryOptions({
  queryKey: ['reference-versions'],
  queryFn: () => answer(api.GET('/api/group/references/versions')),
});

/** The references as they stood in one version: they never change again. */
export function referencesThenQuery(version: number) {
  return queryOptions({
    queryKey: ['references-then', version],
    queryFn: () => answer(api.GET('/api/group/references/versions/{version}', { params: { path: { version } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Codes that are called otherwise, or belong elsewhere, today than once. */
export const placesTodayQuery = queryOptions({
  queryKey: ['references-today'],
  queryFn: () => answer(api.GET('/api/group/references/today')),
});

/** Pricing Views as the entities published them. */
export const pricingViewsQuery = queryOptions({
  queryKey: ['pricing-views'],
  queryFn: () => answer(api.GET('/api/group/pricing-views')),
});

/** Most prices that are compared on one page. */
const MOST_PRICES = 10_000;

/** Published prices of a month side by side. */
export function pricesQuery(month: string, currency: string) {
  const query = { month, currency, limit: MOST_PRICES };
  return queryOptions({
    queryKey: ['prices', query],
    queryFn: () => answer(api.GET('/api/group/pricing-views/comparison', { params: { query } })),
  });
}

/** Reference views of the group: prices at which all entities can be valued alike. */
export const priceSetsQuery = queryOptions({
  queryKey: ['price-sets'],
  queryFn: () => answer(api.GET('/api/group/reference-prices')),
});

export const contractVersionsQuery = queryOptions({
  queryKey: ['contract-versions'],
  queryFn: () => answer(api.GET('/api/group/contract-versions')),
});

export const policyQuery = queryOptions({
  queryKey: ['policy'],
  queryFn: () => answer(api.GET('/api/group/policy')),
});

export const rateSetsQuery = queryOptions({
  queryKey: ['rate-sets'],
  queryFn: () => answer(api.GET('/api/group/rate-sets')),
});

/** What converts each month and currency in use. */
export function exchangeQuery(from: string, to: string, currency: string) {
  const query = { from, to, currency };
  return queryOptions({
    queryKey: ['exchange', query],
    queryFn: () => answer(api.GET('/api/group/exchange', { params: { query } })),
  });
}

/** Refused bundles that are held, the latest first. */
export const quarantineQuery = queryOptions({
  queryKey: [REFUSED_KEY],
  queryFn: () => answer(api.GET('/api/group/quarantine', { params: { query: { status: 'ALL' } } })),
});

/** The report of the intake of one refused bundle. */
export function quarantinedQuery(id: string) {
  return queryOptions({
    queryKey: [REFUSED_KEY, id],
    queryFn: () => answer(api.GET('/api/group/quarantine/{id}', { params: { path: { id } } })),
  });
}
