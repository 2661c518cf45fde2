/** The run whose facts stand, what it was computed from, and with which mapping. */
export const STANDING_RUN = `
  SELECT r.run_id, r.mapping_sha256, r.summary ->> 'inputs_sha256' AS inputs_sha256
    FROM batch_run r
   WHERE r.tenant_id = $1 AND r.legal_entity_id = $2 AND r.period_month = $3 AND r.status = 'COMPLETED'
   ORDER BY r.ended_at DESC LIMIT 1`;

export const APPLICATIONS_OF_MONTH = `
  SELECT a.application_id, coalesce(a.name_source, a.application_id) AS label, a.group_code AS reference_id
    FROM dim_application a
   WHERE a.tenant_id = $1 AND a.legal_entity_id = $2
     AND EXISTS (SELECT 1 FROM fact_consumption f WHERE f.tenant_id = a.tenant_id AND f.legal_entity_id = a.legal_entity_id
                    AND f.period_month = $3 AND f.application_id = a.application_id)
   ORDER BY 1`;

export const PRODUCTS_OF_MONTH = `
  SELECT p.product_id, coalesce(p.name_source, p.product_id) AS label, p.group_code
    FROM dim_product p
   WHERE p.tenant_id = $1 AND p.legal_entity_id = $2
     AND p.product_id IN (SELECT f.product_id FROM fact_consumption f
                           WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.period_month = $3)
   ORDER BY 1`;

/**
 * A cursor: the facts of a month pass through in batches, however many they are. Domains and families go under the codes of the
 * group that they stand for; two that stand for one are added up where nothing else tells their facts apart.
 */
export const OPEN_FACTS = `
  DECLARE facts_of_month NO SCROLL CURSOR FOR
  SELECT f.application_id, coalesce(d.group_code, f.domain_id) AS domain_id, coalesce(g.group_code, f.family_id) AS family_id,
         f.product_id, f.unit, f.environment, f.consumption_type, f.currency, sum(f.quantity) AS quantity,
         sum(f.cost_effective) AS cost_effective, sum(f.cost_billed) AS cost_billed, sum(f.cost_standard) AS cost_standard
    FROM fact_consumption f
    LEFT JOIN dim_domain d USING (tenant_id, legal_entity_id, domain_id)
    LEFT JOIN dim_family g USING (tenant_id, legal_entity_id, family_id)
   WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.period_month = $3
   GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`;
export const NEXT_FACTS = 'FETCH 10000 FROM facts_of_month';
export const CLOSE_FACTS = 'CLOSE facts_of_month';

const PUBLICATION = `to_char(period_month, 'YYYY-MM') AS period_month, revision, supersedes, manifest, manifest_sha256,
  content_sha256, bundle_sha256, file_name, length(bundle) AS bytes, sequence::text AS sequence,
  to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS created_at`;

export const HEAD_PUBLICATION = `
  SELECT ${PUBLICATION} FROM entity_publication
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 ORDER BY revision DESC LIMIT 1`;

export const PUBLICATIONS_SINCE = `
  SELECT ${PUBLICATION} FROM entity_publication
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND sequence > $3 ORDER BY sequence LIMIT $4`;

export const PUBLICATION_BYTES = `
  SELECT ${PUBLICATION}, bundle FROM entity_publication
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND revision = $4`;

export const INSERT_PUBLICATION = `
  INSERT INTO entity_publication (tenant_id, legal_entity_id, period_month, revision, country_code, run_id, manifest,
                                  manifest_sha256, content_sha256, supersedes, file_name, bundle_sha256, bundle, created_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`;
