import { binaryColumns } from '@prorata/contract';

/** Columns of a fact in the order of `copyText()`; a test compares them with the contract's. */
export const STAGED_COLUMNS = [
  'period_month',
  'entity_id',
  'application_id',
  'domain_id',
  'family_id',
  'product_id',
  'unit',
  'environment',
  'consumption_type',
  'currency',
  'quantity',
  'cost_effective',
  'cost_billed',
  'cost_standard',
] as const;

const columns = STAGED_COLUMNS.join(', ');

/** What an intake may not name in a partition: it comes from the scope, as the tenant does. */
export const FROM_SCOPE = ['entity_id'] as const;

/** Straight into the partition of the month, which takes tenant and entity from the scope. */
export const copyInto = (partition: string) =>
  `COPY "${partition}" (${binaryColumns(FROM_SCOPE).join(', ')}) FROM STDIN (FORMAT binary)`;

export const STAGE = `COPY intake_staging (${columns}) FROM STDIN`;

/** What a slice says while its views still stand, for whoever asks later what the next revision changed. */
export const KEEP_FIGURES = `
  INSERT INTO superseded_figure (tenant_id, entity_id, period_month, revision, domain_id, family_id, product_id, unit, environment,
                                 currency, consumption_type, is_tax, cost, cost_effective, cost_billed, cost_standard)
  SELECT tenant_id, entity_id, period_month, $4::integer, domain_id, family_id, product_id, unit, environment, currency,
         consumption_type, is_tax, cost, cost_effective, cost_billed, cost_standard
    FROM mv_group_comparison_entities WHERE tenant_id = $1 AND entity_id = $2 AND period_month = $3`;

export const REMOVE_FACTS =
  'DELETE FROM fact_consumption_group WHERE tenant_id = $1 AND entity_id = $2 AND period_month = $3';

/** Entity and month are pinned once more: what is staged can only become the facts of the slice that is being accepted. */
export const INSERT_FACTS = `
  INSERT INTO fact_consumption_group (tenant_id, ${columns})
  SELECT $1, ${columns} FROM intake_staging
   WHERE staged_by = pg_current_xact_id() AND entity_id = $2 AND period_month = $3`;

/** The entity is named for a distributed PostgreSQL, which then asks one place only. */
export const CLEAR_STAGE = 'DELETE FROM intake_staging WHERE staged_by = pg_current_xact_id() AND entity_id = $1';

export const STANDING = `
  SELECT revision, status, manifest_digest, report FROM publication
   WHERE tenant_id = $1 AND entity_id = $2 AND period_month = $3 ORDER BY revision`;

export const ACTIVITY = `
  SELECT e.active_from IS NOT NULL AND $2::date < e.active_from OR e.active_to IS NOT NULL AND $2::date > e.active_to AS inactive,
         e.active_from, e.active_to
    FROM dim_entity e WHERE e.entity_id = $1`;

export const LOCKED = `SELECT reason FROM period_status WHERE period_month = $1 AND status = 'LOCKED'`;

export const SUPERSEDE = `
  UPDATE publication SET status = 'SUPERSEDED'
   WHERE tenant_id = $1 AND entity_id = $2 AND period_month = $3 AND status = 'ACCEPTED'`;

export const INSERT_PUBLICATION = `
  INSERT INTO publication (tenant_id, entity_id, period_month, revision, status, period_state, manifest, manifest_digest,
                           kid, totals, fact_rows, report, received_at, received_by, coverage, adjusts_month)
  VALUES ($1, $2, $3, $4, 'ACCEPTED', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`;

export const INSERT_PART = `
  INSERT INTO publication_bundle (tenant_id, entity_id, period_month, revision, part, bytes) VALUES ($1, $2, $3, $4, $5, $6)`;

const labels = (table: string, code: string) => `
  INSERT INTO ${table} AS known (tenant_id, entity_id, ${code}, label, reference_code)
  SELECT $1, $2, ${code}, label, reference_id
    FROM jsonb_to_recordset($3::jsonb) AS named(${code} text, label text, reference_id text)
      ON CONFLICT (tenant_id, entity_id, ${code})
      DO UPDATE SET label = EXCLUDED.label, reference_code = EXCLUDED.reference_code
   WHERE (known.label, known.reference_code) IS DISTINCT FROM (EXCLUDED.label, EXCLUDED.reference_code)`;

export const NAME_APPLICATIONS = labels('dim_application_group', 'application_id');
export const NAME_PRODUCTS = labels('dim_product_group', 'product_id');

export const REMOVE_PRICES =
  'DELETE FROM published_price WHERE tenant_id = $1 AND entity_id = $2 AND period_month = $3';

export const INSERT_PRICES = `
  INSERT INTO published_price (tenant_id, entity_id, period_month, product_id, unit, currency, unit_price, view_code, view_version)
  SELECT $1, $2, $3, product_id, unit, currency, unit_price, view_code, view_version
    FROM jsonb_to_recordset($4::jsonb) AS price(product_id text, unit text, currency text, unit_price numeric, view_code text,
         view_version integer)`;
