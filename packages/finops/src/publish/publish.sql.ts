/** The run whose facts stand, what it was computed from, and with which mapping. */
export const STANDING_RUN = `
  SELECT r.run_id, r.mapping_sha256, coalesce(r.summary -> 'inputs', '{}') AS inputs
    FROM batch_run r
   WHERE r.tenant_id = $1 AND r.legal_entity_id = $2 AND r.period_month = $3 AND r.status = 'COMPLETED'
   ORDER BY r.ended_at DESC LIMIT 1`;

/** What a code was called and stood for when the month was closed; joined by kind and code, and empty while it is open. */
const closedLabel = (kind: 'APPLICATION' | 'DOMAIN' | 'FAMILY' | 'PRODUCT', alias: string, code: string) => `
    LEFT JOIN closed_label ${alias} ON ${alias}.tenant_id = $1 AND ${alias}.legal_entity_id = $2
     AND ${alias}.period_month = $3 AND ${alias}.kind = '${kind}' AND ${alias}.code = ${code}`;

export const APPLICATIONS_OF_MONTH = `
  SELECT a.application_id, coalesce(l.label, a.name_source, a.application_id) AS label,
         CASE WHEN l.code IS NULL THEN a.group_code ELSE l.group_code END AS reference_id
    FROM dim_application a ${closedLabel('APPLICATION', 'l', 'a.application_id')}
   WHERE a.tenant_id = $1 AND a.legal_entity_id = $2
     AND a.application_id IN (SELECT f.application_id FROM standing_fact f
                               WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.period_month = $3)
   ORDER BY 1`;

export const PRODUCTS_OF_MONTH = `
  SELECT p.product_id, coalesce(l.label, p.name_source, p.product_id) AS label,
         CASE WHEN l.code IS NULL THEN p.group_code ELSE l.group_code END AS group_code
    FROM dim_product p ${closedLabel('PRODUCT', 'l', 'p.product_id')}
   WHERE p.tenant_id = $1 AND p.legal_entity_id = $2
     AND p.product_id IN (SELECT f.product_id FROM standing_fact f
                           WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.period_month = $3)
   ORDER BY 1`;

/** The prices that valued a month: those of its view for products that its facts name. */
export const PRICES_OF_MONTH = `
  SELECT l.product_id, l.unit, trim_scale(l.unit_price)::text AS unit_price, l.currency, l.view_code, l.view_version
    FROM pricing_line l
   WHERE l.tenant_id = $1 AND l.legal_entity_id = $2 AND l.view_code = $4 AND l.view_version = $5
     AND (l.product_id, l.unit, l.currency) IN (SELECT f.product_id, f.unit, f.currency FROM standing_fact f
                                                 WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.period_month = $3)
   ORDER BY l.product_id COLLATE "C"`;

/**
 * A cursor: the facts of a month pass through in batches, however many they are. Domains and families go under the codes of the
 * group that they stand for; two that stand for one are added up where nothing else tells their facts apart.
 */
export const OPEN_FACTS = `
  DECLARE facts_of_month NO SCROLL CURSOR FOR
  SELECT f.application_id,
         coalesce(CASE WHEN dl.code IS NULL THEN d.group_code ELSE dl.group_code END, f.domain_id) AS domain_id,
         coalesce(CASE WHEN gl.code IS NULL THEN g.group_code ELSE gl.group_code END, f.family_id) AS family_id,
         f.product_id, f.unit, f.environment, f.consumption_type, f.currency, sum(f.quantity) AS quantity,
         sum(f.cost_effective) AS cost_effective, sum(f.cost_billed) AS cost_billed, sum(f.cost_standard) AS cost_standard
    FROM standing_fact f
    LEFT JOIN dim_domain d ON d.tenant_id = $1 AND d.legal_entity_id = $2 AND d.domain_id = f.domain_id
    LEFT JOIN dim_family g ON g.tenant_id = $1 AND g.legal_entity_id = $2 AND g.family_id = f.family_id
    ${closedLabel('DOMAIN', 'dl', 'f.domain_id')} ${closedLabel('FAMILY', 'gl', 'f.family_id')}
   WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.period_month = $3
   GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`;
export const NEXT_FACTS = 'FETCH 10000 FROM facts_of_month';
export const CLOSE_FACTS = 'CLOSE facts_of_month';

/** What became of the pushes of a revision: the last one to any address; SEALED where there was none. */
const STATE = `coalesce((SELECT p.state FROM publication_push p
    WHERE p.tenant_id = entity_publication.tenant_id AND p.legal_entity_id = entity_publication.legal_entity_id
      AND p.period_month = entity_publication.period_month AND p.revision = entity_publication.revision
    ORDER BY p.last_at DESC LIMIT 1), 'SEALED') AS state`;

const PUBLICATION = `to_char(period_month, 'YYYY-MM') AS period_month, revision, supersedes, manifest, manifest_sha256,
  content_sha256, bundle_sha256, file_name, length(bundle) AS bytes, sequence::text AS sequence, public_jwk, ${STATE},
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
                                  manifest_sha256, content_sha256, supersedes, file_name, bundle_sha256, bundle, public_jwk, created_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`;

/** One piece of a bundle, so that a slow reader holds neither memory nor a transaction. Bytes count from 1. */
export const BUNDLE_PIECE = `
  SELECT substring(bundle FROM $5 FOR $6) AS piece FROM entity_publication
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND revision = $4`;

export const PUBLICATION_ONLY = `
  SELECT ${PUBLICATION} FROM entity_publication
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND revision = $4`;

export const PUSHES = `
  SELECT url, state, attempts, http_status, answer,
         to_char(first_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS first_at,
         to_char(last_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS last_at
    FROM publication_push
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND revision = $4
   ORDER BY publication_push.last_at DESC, url`;

/** An answer is never replaced by the silence of a later attempt. */
export const RECORD_PUSH = `
  INSERT INTO publication_push AS p (tenant_id, legal_entity_id, period_month, revision, url, country_code, state, attempts,
                                     http_status, answer, created_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $10)
  ON CONFLICT (tenant_id, legal_entity_id, period_month, revision, url) DO UPDATE
     SET state = CASE WHEN excluded.state = 'WAITING' AND p.state = 'ACCEPTED' THEN p.state ELSE excluded.state END,
         attempts = p.attempts + 1, http_status = excluded.http_status,
         answer = coalesce(excluded.answer, p.answer), last_at = clock_timestamp()`;

/** Pushes that got no answer yet. */
export const WAITING_PUSHES = `
  SELECT to_char(period_month, 'YYYY-MM') AS month, revision, url FROM publication_push
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND state = 'WAITING'
   ORDER BY period_month, revision, url`;

/** The group came for a revision that nobody sends. What it answered before stays. */
export const NOTE_PULLED = `
  INSERT INTO publication_push (tenant_id, legal_entity_id, period_month, revision, url, country_code, state, attempts, created_by)
  VALUES ($1, $2, $3, $4, $5, $6, 'PULLED', 1, $7) ON CONFLICT DO NOTHING`;

export const PUBLISHED_MANIFEST = `
  SELECT 1 FROM entity_publication
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND revision = $4 AND manifest_sha256 = $5`;

/** Changes no row where the group said so before. */
export const TAKE_ANSWER = `
  INSERT INTO publication_push AS p (tenant_id, legal_entity_id, period_month, revision, url, country_code, state, attempts,
                                     answer, created_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9)
  ON CONFLICT (tenant_id, legal_entity_id, period_month, revision, url) DO UPDATE
     SET state = excluded.state, answer = excluded.answer, last_at = clock_timestamp()
   WHERE (p.state, p.answer) IS DISTINCT FROM (excluded.state, excluded.answer)`;
