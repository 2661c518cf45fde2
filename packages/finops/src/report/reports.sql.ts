const FACT = `to_char(period_month, 'YYYY-MM') AS period_month, application_id, domain_id, family_id, product_id, unit,
         environment, consumption_type, currency, trim_scale(quantity)::text AS quantity,
         trim_scale(cost_effective)::text AS cost_effective, trim_scale(cost_billed)::text AS cost_billed,
         trim_scale(cost_standard)::text AS cost_standard`;

/** $4 to $10: filters as arrays, where null is none; whether to leave tax out. */
const CHOSEN = `tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
     AND ($4::text[] IS NULL OR application_id = ANY ($4)) AND ($5::text[] IS NULL OR domain_id = ANY ($5))
     AND ($6::text[] IS NULL OR environment = ANY ($6)) AND ($7::text[] IS NULL OR consumption_type = ANY ($7))
     AND ($8::text[] IS NULL OR family_id = ANY ($8)) AND ($9::text[] IS NULL OR product_id = ANY ($9))
     AND (NOT $10::boolean OR product_id IS DISTINCT FROM 'TAX')`;

const GRAIN = `application_id, domain_id, coalesce(family_id, ''), coalesce(product_id, ''), unit, environment, consumption_type, currency`;

/** Facts at their grain, a page at a time in the order of the grain. */
export const FACTS = `
  SELECT ${FACT}
    FROM standing_fact
   WHERE ${CHOSEN}
     AND ($11::text[] IS NULL OR (${GRAIN}) > ($11[1], $11[2], $11[3], $11[4], $11[5], $11[6], $11[7], $11[8]))
   ORDER BY ${GRAIN}
   LIMIT $12`;

/** The same, all of them as they stand at one moment. */
export const OPEN_EXPORT = `
  DECLARE exported_facts NO SCROLL CURSOR FOR
  SELECT ${FACT}
    FROM standing_fact
   WHERE ${CHOSEN}
   ORDER BY ${GRAIN}`;
export const NEXT_EXPORTED = 'FETCH 5000 FROM exported_facts';

export const FACTS_BY_TYPE = `
  SELECT consumption_type, currency, count(*)::integer AS rows, trim_scale(sum(cost_effective))::text AS cost_effective,
         trim_scale(sum(cost_billed))::text AS cost_billed, trim_scale(sum(cost_standard))::text AS cost_standard
    FROM standing_fact
   WHERE ${CHOSEN}
   GROUP BY 1, 2 ORDER BY 2, 1`;

export const COVERAGE = `
  SELECT currency, placed_on, lower(charge_category) AS charge_category, sum(row_count)::integer AS rows,
         trim_scale(sum(cost_effective))::text AS cost_effective, trim_scale(sum(cost_billed))::text AS cost_billed
    FROM run_coverage
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
   GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`;

/** Shares are rounded half up at six decimals, for reading; the costs beside them are exact. */
export const COVERAGE_SUMMARY = `
  SELECT currency, trim_scale(sum(cost_effective))::text AS cost_effective, trim_scale(sum(cost_billed))::text AS cost_billed,
         trim_scale(sum(cost_effective) FILTER (WHERE charge_category <> 'Tax'))::text AS cost_effective_without_tax,
         trim_scale(sum(cost_billed) FILTER (WHERE charge_category <> 'Tax'))::text AS cost_billed_without_tax,
         trim_scale(coalesce(sum(cost_effective) FILTER (WHERE placed_on <> 'UNALLOCATED'), 0))::text AS mapped_effective,
         round(coalesce(sum(cost_effective) FILTER (WHERE placed_on <> 'UNALLOCATED'), 0)
               / nullif(sum(cost_effective), 0), 6)::text AS mapped_share
    FROM run_coverage
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
   GROUP BY currency ORDER BY currency`;

export const IMPORTS = `
  SELECT f.import_file_id AS import_id, f.name AS file, f.sha256, f.kind, f.row_count::integer AS rows,
         f.answer -> 'totals' AS totals,
         to_char(f.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS created_at,
         (SELECT jsonb_agg(jsonb_build_object('provider', s.provider, 'billing_account', s.billing_account,
                   'period_month', to_char(s.period_month, 'YYYY-MM'), 'currency', s.currency, 'superseded_by', s.superseded_by)
                   ORDER BY s.period_month, s.provider, s.billing_account, s.currency)
            FROM import_scope s WHERE s.tenant_id = f.tenant_id AND s.legal_entity_id = f.legal_entity_id
             AND s.import_file_id = f.import_file_id) AS scopes
    FROM import_file f
   WHERE f.tenant_id = $1 AND f.legal_entity_id = $2
   ORDER BY f.created_at DESC, f.import_file_id DESC LIMIT $3`;

export const HAS_FACTS = `
  SELECT EXISTS (SELECT 1 FROM standing_fact WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3) AS any`;
