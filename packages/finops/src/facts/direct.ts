import type { LoadedMapping } from '../mapping/document.ts';
import { poolProduct, TAX } from '../mapping/products.ts';
import { columnsOf, type ExtraColumn } from '../mapping/rules.ts';
import { settleProducts } from '../mapping/settle.ts';
import { keepMapping } from '../mapping/versions.ts';
import { applicationLabels, type MonthPlacements, placeMonth } from './place.ts';
import * as sql from './run.sql.ts';
import type { BatchStep, MonthRun } from './step.ts';
import { consumptionTotals, countOf, factTotals } from './totals.ts';

/**
 * The bills' part of the batch. MAPPING asks the mapping about every origin and service of the month; DIRECT writes the direct
 * facts, the coverage, and the cost of each pool, which INDIRECT spreads. The two share what the mapping said.
 */
export function focusSteps(): readonly BatchStep[] {
  let placements: MonthPlacements | undefined;
  const mapping: BatchStep = {
    name: 'MAPPING',
    async run({ tx, key, context, mapping }) {
      await keepMapping(tx, key, context, mapping, 'RUN');
      placements = await placeMonth(tx, mapping.document, key);
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
      const extra = columnsOf(run.mapping.document.rules);
      await run.tx.execute(sql.writeDirect(extra), [...run.key, run.runId, ...placementArrays(placements, extra)]);
      await settleProducts(run.tx, run.key, run.context);
      const money = await factTotals(run.tx, run.key);
      return { rows_in: Number(placements.rows), rows_out: countOf(money), money, warnings: [], errors: 0 };
    },
  };
  return [mapping, direct];
}

function placementArrays({ origins, services }: MonthPlacements, extra: readonly ExtraColumn[]): unknown[][] {
  return [
    origins.map((one) => one.tags ?? ''),
    origins.map((one) => one.sub_account_id ?? ''),
    origins.map((one) => one.sub_account_name ?? ''),
    ...extra.map((column) => origins.map((one) => one[column] ?? '')),
    origins.map((one) => one.tax),
    origins.map((one) => one.placement.application),
    origins.map((one) => one.placement.environment),
    origins.map((one) => one.placement.pool ?? ''),
    origins.map((one) => one.placement.product ?? ''),
    origins.map((one) => one.placement.domain ?? ''),
    origins.map((one) => one.placement.family ?? ''),
    origins.map((one) => one.placement.unit ?? ''),
    services.map((one) => one.service_category),
    services.map((one) => one.service_name ?? ''),
    services.map((one) => one.consumed_unit ?? ''),
    services.map((one) => one.tax),
    services.map((one) => one.place.product),
    services.map((one) => one.place.unit),
    services.map((one) => one.place.domain),
    services.map((one) => one.place.family ?? ''),
  ];
}

async function addReferences({ tx, entity, context, mapping }: MonthRun, placements: MonthPlacements): Promise<void> {
  const { tenantId, legalEntityId } = entity.scope;
  const base = [tenantId, legalEntityId, context.countryCode, context.userId];
  const ruled = placements.origins.map(({ placement }) => placement.domain).filter((domain) => domain !== undefined);
  const domains = [...new Set([...placements.services.map((service) => service.place.domain), ...ruled])];
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
