import type { LoadedMapping } from '../mapping/document.ts';
import { poolProduct, TAX } from '../mapping/products.ts';
import { applicationLabels, type MonthPlacements, placeMonth } from './place.ts';
import * as sql from './run.sql.ts';
import type { BatchStep, MonthRun } from './steps.ts';
import { consumptionTotals, countOf, factTotals } from './totals.ts';

/**
 * The bills' part of the batch. MAPPING asks the mapping about every origin and service of the month; DIRECT writes the direct
 * facts, the coverage, and the cost of each pool, which INDIRECT spreads. The two share what the mapping said.
 */
export function focusSteps(): readonly BatchStep[] {
  let placements: MonthPlacements | undefined;
  const mapping: BatchStep = {
    name: 'MAPPING',
    async run({ tx, key, mapping: { document } }) {
      placements = await placeMonth(tx, document, key);
      return {
        rows_in: Number(placements.rows),
        rows_out: placements.origins.length + placements.services.length,
        money: await consumptionTotals(tx, key),
        warnings: placements.warnings,
        errors: 0,
      };
    },
  };
  const direct: BatchStep = {
    name: 'DIRECT',
    async run(run) {
      if (placements === undefined) throw new Error('DIRECT runs after MAPPING');
      await addReferences(run, placements);
      await run.tx.execute(sql.WRITE_DIRECT, [...run.key, run.runId, ...placementArrays(placements)]);
      const money = await factTotals(run.tx, run.key);
      return { rows_in: Number(placements.rows), rows_out: countOf(money), money, warnings: [], errors: 0 };
    },
  };
  return [mapping, direct];
}

function placementArrays({ origins, services }: MonthPlacements): unknown[][] {
  return [
    origins.map((one) => one.tags ?? ''),
    origins.map((one) => one.sub_account_id ?? ''),
    origins.map((one) => one.sub_account_name ?? ''),
    origins.map((one) => one.tax),
    origins.map((one) => one.placement.application),
    origins.map((one) => one.placement.environment),
    origins.map((one) => one.placement.pool ?? ''),
    services.map((one) => one.service_category),
    services.map((one) => one.service_name ?? ''),
    services.map((one) => one.consumed_unit ?? ''),
    services.map((one) => one.tax),
    services.map((one) => one.place.product),
    services.map((one) => one.place.unit),
    services.map((one) => one.place.domain),
  ];
}

async function addReferences({ tx, entity, context, mapping }: MonthRun, placements: MonthPlacements): Promise<void> {
  const { tenantId, legalEntityId } = entity.scope;
  const base = [tenantId, legalEntityId, context.countryCode, context.userId];
  const domains = [...new Set(placements.services.map((service) => service.place.domain))];
  await tx.execute(sql.ADD_DOMAINS, [...base, domains]);
  const rows = productsOf(placements, mapping, domains);
  await tx.execute(sql.ADD_PRODUCTS, [
    ...base,
    rows.map((row) => row.product),
    rows.map((row) => row.label),
    rows.map((row) => row.unit),
    rows.map((row) => row.domain),
  ]);
  const labels = applicationLabels(placements.origins);
  await tx.execute(sql.ADD_APPLICATIONS, [...base, [...labels.keys()], [...labels.values()]]);
}

function productsOf({ services }: MonthPlacements, { document }: LoadedMapping, domains: readonly string[]) {
  const products = new Map(services.map(({ place }) => [place.product, place]));
  const rows: { product: string; label: string; unit: string; domain: string | null }[] = [];
  // A tax keeps the domain of its charge, so its product has none of its own.
  for (const place of products.values()) rows.push({ ...place, domain: place.product === TAX ? null : place.domain });
  for (const pool of document.pools ?? []) {
    for (const domain of domains) {
      rows.push({ product: poolProduct(pool.code, domain), label: `${pool.label} — ${domain}`, unit: 'share', domain });
    }
  }
  return rows;
}
