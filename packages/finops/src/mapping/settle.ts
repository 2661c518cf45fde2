import type { RequestContext, Tx } from '@prorata/platform';
import { finopsProblem } from '../problems.ts';
import type { ProductHomes } from './products.ts';

type MonthKey = readonly [tenantId: string, legalEntityId: string, firstDay: string];

const HOMES = `
  SELECT product_id, unit, domain_id AS domain, family_id AS family FROM dim_product
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND origin = 'IMPORTED' AND domain_id IS NOT NULL`;

/** Where imported references say that products belong: a run does not overrule what a person said. */
export async function productHomes(tx: Tx, [tenantId, legalEntityId]: MonthKey): Promise<ProductHomes> {
  const rows = await tx.query<{ product_id: string; unit: string; domain: string; family: string | null }>(HOMES, [
    tenantId,
    legalEntityId,
  ]);
  return new Map(rows.map(({ product_id, ...home }) => [product_id, home]));
}

/**
 * Products of the month's direct facts that would have two units, domains or families, what an imported reference says included;
 * a tax has the domain of its charge.
 */
const AMBIGUOUS = `
  SELECT f.product_id AS product, array_agg(DISTINCT said.unit ORDER BY said.unit) AS units,
         array_agg(DISTINCT said.domain ORDER BY said.domain) AS domains,
         array_agg(DISTINCT said.family ORDER BY said.family) AS families
    FROM (SELECT DISTINCT product_id, unit, domain_id, coalesce(family_id, 'none') AS family_id FROM fact_consumption
           WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND consumption_type = 'DIRECT'
             AND product_id <> 'TAX') AS f
    LEFT JOIN dim_product p ON p.tenant_id = $1 AND p.legal_entity_id = $2 AND p.product_id = f.product_id
    CROSS JOIN LATERAL (VALUES
      (f.unit, f.domain_id, f.family_id),
      (coalesce(p.unit, f.unit), CASE WHEN p.origin = 'IMPORTED' THEN p.domain_id ELSE f.domain_id END,
       CASE WHEN p.origin = 'IMPORTED' THEN coalesce(p.family_id, 'none') ELSE f.family_id END)
    ) AS said (unit, domain, family)
   GROUP BY f.product_id
  HAVING count(DISTINCT said.unit) > 1 OR count(DISTINCT said.domain) > 1 OR count(DISTINCT said.family) > 1
   ORDER BY f.product_id COLLATE "C" LIMIT 20`;

const ADD_FAMILIES = `
  INSERT INTO dim_family (tenant_id, legal_entity_id, country_code, created_by, family_id, domain_id, name_i18n_key, name_source)
  SELECT DISTINCT $1::uuid, $2::uuid, $4, $5::uuid, family_id, domain_id, 'finops.family.' || family_id || '.name', family_id
    FROM fact_consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND family_id IS NOT NULL
  ON CONFLICT DO NOTHING`;

const FAMILIES_ELSEWHERE = `
  SELECT DISTINCT f.family_id AS family, f.domain_id AS domain, d.domain_id AS own
    FROM fact_consumption f JOIN dim_family d USING (tenant_id, legal_entity_id, family_id)
   WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.period_month = $3 AND f.domain_id <> d.domain_id
   ORDER BY 1, 2 LIMIT 20`;

/** What rules call a product, and where bills put a product now. An imported reference stays as it was imported. */
const SETTLE = `
  INSERT INTO dim_product AS p (tenant_id, legal_entity_id, country_code, created_by, product_id, name_i18n_key, name_source,
                                unit, domain_id, family_id)
  SELECT DISTINCT $1::uuid, $2::uuid, $4, $5::uuid, product_id, 'finops.product.' || product_id || '.name', product_id, unit,
         domain_id, family_id
    FROM fact_consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND consumption_type = 'DIRECT' AND product_id <> 'TAX'
  ON CONFLICT (tenant_id, legal_entity_id, product_id) DO UPDATE
     SET domain_id = excluded.domain_id, family_id = excluded.family_id, updated_at = now(), updated_by = $5,
         version = p.version + 1
   WHERE p.origin = 'FOUND'
     AND (p.domain_id, p.family_id) IS DISTINCT FROM (excluded.domain_id, excluded.family_id)`;

/**
 * Settles the references from the direct facts of a month: a product has one unit, one domain and at most one family.
 *
 * @throws Problem `PRODUCT_AMBIGUOUS`
 */
export async function settleProducts(tx: Tx, key: MonthKey, context: RequestContext): Promise<void> {
  const ambiguous = await tx.query<{ product: string; units: string[]; domains: string[]; families: string[] }>(
    AMBIGUOUS,
    key,
  );
  const [first] = ambiguous;
  if (first !== undefined) {
    const { product, units, domains, families } = first;
    const twice = { units, domains, families };
    const said = Object.entries(twice).filter(([, values]) => values.length > 1);
    const detail = said.map(([name, values]) => `${name} ${values.join(', ')}`).join('; ');
    throw finopsProblem('PRODUCT_AMBIGUOUS', `${product}: ${detail}`, { products: ambiguous });
  }
  const base = [...key, context.countryCode, context.userId];
  await tx.execute(ADD_FAMILIES, base);
  const elsewhere = await tx.query<{ family: string; domain: string; own: string }>(FAMILIES_ELSEWHERE, key);
  if (elsewhere[0] !== undefined) {
    const { family, domain, own } = elsewhere[0];
    throw finopsProblem('PRODUCT_AMBIGUOUS', `family ${family} belongs to the domain ${own}, its facts to ${domain}`, {
      families: elsewhere,
    });
  }
  await tx.execute(SETTLE, base);
}
