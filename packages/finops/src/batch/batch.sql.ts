/** A batch that is there already is gone on with. */
export const BEGIN_BATCH = `
  INSERT INTO batch (tenant_id, legal_entity_id, batch_id, country_code, from_month, to_month, trigger, created_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`;

const BATCH = `batch_id, to_char(from_month, 'YYYY-MM') AS from_month, to_char(to_month, 'YYYY-MM') AS to_month, trigger, status,
  summary, to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS started_at,
  to_char(ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ended_at`;

export const ONE_BATCH = `SELECT ${BATCH} FROM batch WHERE tenant_id = $1 AND legal_entity_id = $2 AND batch_id = $3`;

const RUN = `run_id, to_char(period_month, 'YYYY-MM') AS period_month, status, trigger, mapping_sha256, summary, replaced,
  to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS started_at,
  to_char(ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ended_at`;

/** The latest batches, with how many of their months stand. */
export const BATCHES = `
  SELECT ${BATCH}, (SELECT count(DISTINCT r.period_month)::integer FROM batch_run r
                     WHERE r.tenant_id = $1 AND r.legal_entity_id = $2 AND r.batch_id = batch.batch_id
                       AND r.status = 'COMPLETED') AS months_completed
    FROM batch WHERE tenant_id = $1 AND legal_entity_id = $2
   ORDER BY batch.started_at DESC, batch_id DESC LIMIT 200`;

/** Every run of a batch, those of earlier attempts included. */
export const RUNS_OF_BATCH = `
  SELECT ${RUN}
    FROM batch_run WHERE tenant_id = $1 AND legal_entity_id = $2 AND batch_id = $3
   ORDER BY batch_run.started_at, run_id`;

export const UNFINISHED_BATCH = `
  SELECT ${BATCH} FROM batch
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND status <> 'COMPLETED'
   ORDER BY batch.started_at DESC, batch_id DESC LIMIT 1`;

export const END_BATCH = `
  UPDATE batch SET status = $4, summary = $5, ended_at = clock_timestamp()
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND batch_id = $3`;

/** Months of a batch whose facts stand: run and facts were committed together. */
export const MONTHS_DONE = `
  SELECT DISTINCT ON (period_month) to_char(period_month, 'YYYY-MM') AS period_month, run_id,
         (summary ->> 'facts')::integer AS facts, summary -> 'totals' AS totals,
         jsonb_array_length(summary -> 'warnings') AS warnings
    FROM batch_run
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND batch_id = $3 AND status = 'COMPLETED'
   ORDER BY period_month, ended_at DESC`;

export const RUNS = `
  SELECT ${RUN}
    FROM batch_run
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND ($3::date IS NULL OR period_month = $3)
   ORDER BY batch_run.started_at DESC LIMIT 200`;

export const ONE_RUN = `
  SELECT ${RUN}, batch_id
    FROM batch_run WHERE tenant_id = $1 AND legal_entity_id = $2 AND run_id = $3`;

export const STEPS_OF_RUN = `
  SELECT position, step, rows_in::float8 AS rows_in, rows_out::float8 AS rows_out, errors::float8 AS errors, warnings, money,
         duration_ms
    FROM batch_step WHERE tenant_id = $1 AND legal_entity_id = $2 AND run_id = $3 ORDER BY position`;

/** The run whose facts stand. */
export const STANDING_RUN = `
  SELECT run_id FROM batch_run
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3 AND status = 'COMPLETED'
   ORDER BY ended_at DESC LIMIT 1`;

/** What the mapping put into pools, by currency. */
export const SPREAD_BY_CURRENCY = `
  SELECT currency, trim_scale(sum(cost_effective))::text AS cost_effective, trim_scale(sum(cost_billed))::text AS cost_billed
    FROM pool_cost WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
   GROUP BY currency ORDER BY currency`;
