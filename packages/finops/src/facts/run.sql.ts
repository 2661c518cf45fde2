import type { ExtraColumn } from '../mapping/rules.ts';

/**
 * A run reads what was written a moment ago, of which the server has no statistics: it expects one row where there are a hundred
 * thousand, and compares each with each. Hashing is right for one and for all. Without `jit`, servers before 18 do not compile
 * what they price by the plans that are put off here.
 */
export const PLAN_WITHOUT_STATISTICS =
  'SET LOCAL enable_nestloop = off; SET LOCAL enable_sort = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off';

/**
 * What the mapping has to place: every origin of the month's charges, once, and how many rows it has.
 *
 * @param extra columns that rules look at: charges are told apart by them only where there are such rules
 */
export function origins(extra: readonly ExtraColumn[]): string {
  const columns = extra.map((column) => `, ${column}`).join('');
  return `
  SELECT tags, sub_account_id, sub_account_name, charge_category = 'Tax' AS tax${columns}, sum(row_count) AS rows
    FROM consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
   GROUP BY tags, sub_account_id, sub_account_name, charge_category = 'Tax'${columns}`;
}

export const SERVICES = `
  SELECT DISTINCT service_category, service_name, consumed_unit, charge_category = 'Tax' AS tax
    FROM consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3`;

/** The month's money and rows as imported, by currency. */
export const CONSUMPTION_TOTALS = `
  SELECT currency, sum(row_count)::float8 AS rows, trim_scale(sum(cost_effective))::text AS cost_effective,
         trim_scale(sum(cost_billed))::text AS cost_billed
    FROM consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
   GROUP BY currency ORDER BY currency`;

/** The month's money in facts, by currency. */
export const FACT_TOTALS = `
  SELECT currency, count(*)::float8 AS rows, trim_scale(coalesce(sum(cost_effective), 0))::text AS cost_effective,
         trim_scale(coalesce(sum(cost_billed), 0))::text AS cost_billed,
         trim_scale(sum(cost_standard))::text AS cost_standard
    FROM fact_consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
   GROUP BY currency ORDER BY currency`;

/** Digest of the month's facts in the order of their grain: equal facts, equal digest. */
export const FACTS_DIGEST = `
  SELECT min(run_id::text) AS run_id,
         encode(sha256(convert_to(string_agg(line, E'\\n' ORDER BY line COLLATE "C"), 'UTF8')), 'hex') AS sha256
    FROM (SELECT run_id, concat_ws('|', application_id, domain_id, coalesce(family_id, ''), coalesce(product_id, ''), unit,
                                   environment, consumption_type, currency, quantity, coalesce(cost_effective::text, ''),
                                   coalesce(cost_billed::text, ''), coalesce(cost_standard::text, '')) AS line
            FROM fact_consumption
           WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3) AS lines`;

export const REMOVE_FACTS = [
  'fact_consumption',
  'run_coverage',
  'pool_cost',
  'indirect_source',
  'indirect_line',
  'indirect_flow',
  'indirect_weight',
].map((table) => `DELETE FROM ${table} WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3`);

/** Texts of an origin, in the order of their parameters after the four that every statement has. */
const ORIGIN = ['tags', 'sub_account_id', 'sub_account_name'] as const;
const SAID = ['application_id', 'environment', 'pool', 'product_id', 'domain_id', 'family_id', 'unit'] as const;
const SERVICE = ['service_category', 'service_name', 'consumed_unit'] as const;
const PLACE = ['product_id', 'unit', 'domain_id', 'family_id'] as const;

/**
 * Direct facts, coverage and pools in one pass over the consumption. The placements of the mapping come as arrays; an absent
 * text is '' on both sides, because an equality can be hashed and IS NOT DISTINCT FROM cannot. What a rule says of the product
 * stands over what the service says; a charge without unit takes that of the product which a rule gives it.
 *
 * @param extra as in `origins`
 */
export function writeDirect(extra: readonly ExtraColumn[]): string {
  const said = [...ORIGIN, ...extra, 'tax', ...SAID];
  const offered = [...SERVICE, 'tax', ...PLACE];
  const arrays = (names: readonly string[], from: number) =>
    names.map((name, index) => `$${from + index}::${name === 'tax' ? 'boolean' : 'text'}[]`).join(', ');
  const equal = (alias: string, names: readonly string[]) =>
    names.map((name) => `${alias}.${name} = coalesce(c.${name}, '')`).join(' AND ');
  return `
  WITH origin AS (
    SELECT * FROM unnest(${arrays(said, 5)}) AS o (${said.join(', ')})
  ), service AS (
    SELECT * FROM unnest(${arrays(offered, 5 + said.length)}) AS s (${offered.join(', ')})
  ), placed AS MATERIALIZED (
    SELECT o.application_id, o.environment, o.pool, coalesce(nullif(o.domain_id, ''), s.domain_id) AS domain_id,
           nullif(coalesce(nullif(o.family_id, ''), s.family_id), '') AS family_id,
           coalesce(nullif(o.product_id, ''), s.product_id) AS product_id,
           CASE WHEN s.unit = 'none' AND o.unit <> '' THEN o.unit ELSE s.unit END AS unit, c.currency, c.charge_category,
           sum(c.row_count) AS row_count, sum(c.quantity) AS quantity, sum(c.cost_effective) AS cost_effective,
           sum(c.cost_billed) AS cost_billed
      FROM consumption c
      JOIN origin o ON ${equal('o', [...ORIGIN, ...extra])} AND o.tax = (c.charge_category = 'Tax')
      JOIN service s ON ${equal('s', SERVICE)} AND s.tax = (c.charge_category = 'Tax')
     WHERE c.tenant_id = $1 AND c.legal_entity_id = $2 AND c.period_month = $3
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
  ), facts AS (
    INSERT INTO fact_consumption (tenant_id, legal_entity_id, run_id, period_month, application_id, domain_id, family_id,
                                  product_id, unit, environment, consumption_type, currency, quantity, cost_effective,
                                  cost_billed)
    SELECT $1, $2, $4, $3, application_id, domain_id, family_id, product_id, unit, environment, 'DIRECT', currency,
           -- A tax has no unit, so what an exporter put into its quantity counts nothing.
           CASE WHEN product_id = 'TAX' THEN 0 ELSE sum(quantity) END, sum(cost_effective), sum(cost_billed)
      FROM placed WHERE pool = ''
     GROUP BY application_id, domain_id, family_id, product_id, unit, environment, currency
  ), coverage AS (
    INSERT INTO run_coverage (tenant_id, legal_entity_id, run_id, period_month, currency, charge_category, domain_id,
                              placed_on, row_count, cost_effective, cost_billed)
    SELECT $1, $2, $4, $3, currency, charge_category, domain_id,
           CASE WHEN pool <> '' THEN 'POOL' WHEN application_id = 'UNALLOCATED' THEN 'UNALLOCATED' ELSE 'APPLICATION' END,
           sum(row_count), sum(cost_effective), sum(cost_billed)
      FROM placed GROUP BY 5, 6, 7, 8
  )
  INSERT INTO pool_cost (tenant_id, legal_entity_id, run_id, period_month, pool, domain_id, is_tax, environment, currency,
                         row_count, cost_effective, cost_billed)
  SELECT $1, $2, $4, $3, pool, domain_id, product_id = 'TAX', environment, currency, sum(row_count), sum(cost_effective),
         sum(cost_billed)
    FROM placed WHERE pool <> ''
   GROUP BY pool, domain_id, product_id = 'TAX', environment, currency`;
}

/** References are added and never removed; a name once given stays until somebody changes it. */
export const ADD_DOMAINS = `
  INSERT INTO dim_domain (tenant_id, legal_entity_id, country_code, created_by, domain_id, name_i18n_key, name_source)
  SELECT $1, $2, $3, $4, code, 'finops.domain.' || code || '.name', code FROM unnest($5::text[]) AS d (code)
  ON CONFLICT DO NOTHING`;

/** Where a product belongs is settled from the facts, once they are written (`mapping/settle.ts`). */
export const ADD_PRODUCTS = `
  INSERT INTO dim_product (tenant_id, legal_entity_id, country_code, created_by, product_id, name_i18n_key, name_source, unit,
                           domain_id)
  SELECT $1, $2, $3, $4, code, 'finops.product.' || code || '.name', label, unit, domain_id
    FROM unnest($5::text[], $6::text[], $7::text[], $8::text[]) AS d (code, label, unit, domain_id)
  ON CONFLICT DO NOTHING`;

export const ADD_APPLICATIONS = `
  INSERT INTO dim_application (tenant_id, legal_entity_id, country_code, created_by, application_id, name_i18n_key, name_source)
  SELECT $1, $2, $3, $4, code, 'finops.application.' || code || '.name', label
    FROM unnest($5::text[], $6::text[]) AS d (code, label)
  ON CONFLICT DO NOTHING`;

/** Whoever announces a run waits for the announcement of a killed process that is still being committed, and sees it. */
export const ANNOUNCE_IN_TURN = `
  SELECT pg_advisory_xact_lock(hashtextextended('finops:announce:' || current_setting('app.current_legal_entity'), 0))`;

/** Under the entity's lock: what began before this run and still says RUNNING was killed, or waits and will say otherwise. */
export const MARK_INTERRUPTED = `
  UPDATE batch_run SET status = 'INTERRUPTED', ended_at = clock_timestamp()
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND status = 'RUNNING' AND run_id <> $4
     AND started_at < (SELECT own.started_at FROM batch_run own
                        WHERE own.tenant_id = $1 AND own.legal_entity_id = $2 AND own.run_id = $4)`;

/** Before a run that may fail: a run that holds the lock is alive; where nobody does, what still says RUNNING was killed. */
export const MARK_WHERE_NOBODY_WORKS = `
  UPDATE batch_run SET status = 'INTERRUPTED', ended_at = clock_timestamp()
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND status = 'RUNNING'
     AND pg_try_advisory_xact_lock(hashtextextended('finops:' || current_setting('app.current_legal_entity'), 0))`;

export const START_RUN = `
  INSERT INTO batch_run (tenant_id, legal_entity_id, period_month, run_id, country_code, run_type, trigger, status,
                         mapping_sha256, created_by, batch_id)
  VALUES ($1, $2, $3, $4, $5, 'MONTH', $6, 'RUNNING', $7, $8, $9)`;

export const END_RUN = `
  UPDATE batch_run SET status = $4, summary = $5, replaced = $6, ended_at = clock_timestamp()
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND run_id = $3`;

export const WRITE_STEPS = `
  INSERT INTO batch_step (tenant_id, legal_entity_id, run_id, position, step, rows_in, rows_out, errors, warnings, money,
                          duration_ms)
  SELECT $1, $2, $3, position, step, rows_in, rows_out, errors, warnings, money, duration_ms
    FROM jsonb_to_recordset($4::jsonb) AS s (position integer, step text, rows_in bigint, rows_out bigint, errors bigint,
                                             warnings jsonb, money jsonb, duration_ms integer)
  -- A request that is repeated with its key goes on with its run, whose first attempt may have left steps.
  ON CONFLICT (tenant_id, legal_entity_id, run_id, position) DO UPDATE
     SET step = excluded.step, rows_in = excluded.rows_in, rows_out = excluded.rows_out, errors = excluded.errors,
         warnings = excluded.warnings, money = excluded.money, duration_ms = excluded.duration_ms`;

/** Products that no bill names and whose facts hold another quantity than was measured. */
export const MEASURED_ASTRAY = `
  WITH imported AS (
    SELECT product_id, sum(quantity) AS quantity FROM measured_consumption
     WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 GROUP BY product_id
  ), held AS (
    SELECT product_id, sum(quantity) AS quantity, bool_or(cost_billed IS NOT NULL) AS billed
      FROM (SELECT product_id, quantity, cost_billed FROM fact_consumption
             WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND consumption_type = 'DIRECT'
            UNION ALL
            SELECT product_id, quantity, cost_billed FROM indirect_source
             WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3) AS facts
     GROUP BY product_id
  )
  SELECT product_id, trim_scale(i.quantity)::text AS measured, trim_scale(h.quantity)::text AS held
    FROM imported i LEFT JOIN held h USING (product_id)
   WHERE NOT coalesce(h.billed, false) AND i.quantity IS DISTINCT FROM coalesce(h.quantity, 0)`;
