const COLUMNS = `c.id, c.code, c.version::integer AS version, c.axis_id, c.name_i18n_key, c.name_source, c.definition, c.digest,
  c.created_at, c.created_by`;

export const INSERT = `
  INSERT INTO ana_cycle AS c (id, country_code, code, version, axis_id, name_i18n_key, name_source, definition, digest, created_by)
  VALUES ($1, $2, $3, (SELECT coalesce(max(b.version), 0) + 1 FROM ana_cycle b WHERE b.code = $3), $4, $5, $6, $7, $8, $9)
  RETURNING ${COLUMNS}`;

// Versions of one legal entity's cycles are counted one after the other.
export const LOCK_CODE = `SELECT pg_advisory_xact_lock(hashtextextended(concat_ws(E'\\n', 'cycle', ana_legal_entity(), lower($1::text)), 7340104))`;

/** A code of the same letters in other capitals. */
export const OTHER_CAPITALS = 'SELECT id, code FROM ana_cycle WHERE lower(code) = lower($1) AND code <> $1 LIMIT 1';

export const BY_ID = `SELECT ${COLUMNS} FROM ana_cycle c WHERE c.id = $1`;

export const LIST = `
  SELECT ${COLUMNS} FROM ana_cycle c
   WHERE ($1::uuid IS NULL OR c.id > $1) AND ($2::text IS NULL OR c.code = $2) ORDER BY c.id LIMIT $3`;

export const DIMENSIONS = `
  SELECT d.id, d.code, d.is_active AND a.is_active AS is_active, a.code AS axis
    FROM ana_axis a LEFT JOIN ana_dimension d ON d.axis_id = a.id AND d.code = ANY ($2)
   WHERE a.id = $1`;

/** Balances of the dimensions $3 on the axis $1 in the month $2, postings and earlier cycles together. */
export const COSTS = `
  SELECT d.code, trim_scale(sum(m.amount))::text AS amount
    FROM (SELECT dimension_id, amount FROM ana_balance_now WHERE axis_id = $1 AND period_month = $2
          UNION ALL
          SELECT dimension_id, amount FROM ana_cycle_line WHERE axis_id = $1 AND period_month = $2) m
    JOIN ana_dimension d ON d.id = m.dimension_id
   WHERE d.code = ANY ($3)
   GROUP BY d.code`;

// Two runs that empty one axis in one month queue, so that each sees what the other one moved. Postings that come meanwhile are costs
// that come later.
export const LOCK_COSTS = `
  SELECT pg_advisory_xact_lock(hashtextextended(concat_ws(E'\\n', 'cycle', ana_tenant(), ana_legal_entity(), $1::uuid, $2::date), 7340044))`;

const RUN_COLUMNS = `r.id, r.country_code, r.cycle_id, r.cycle_code, r.kind, r.reverses, r.reversed_by,
  to_char(r.source_month, 'YYYY-MM') AS source_month, to_char(r.period_month, 'YYYY-MM') AS period_month, r.currency, r.result,
  r.created_at, r.created_by`;

export const INSERT_RUN = `
  INSERT INTO ana_cycle_run AS r (id, country_code, cycle_id, cycle_code, kind, reverses, source_month, period_month, currency, result,
                                  created_by, updated_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
  ON CONFLICT (tenant_id, legal_entity_id, cycle_code, source_month) WHERE kind = 'ORIGINAL' AND reversed_by IS NULL DO NOTHING
  RETURNING ${RUN_COLUMNS}`;

export const INSERT_LINES = `
  INSERT INTO ana_cycle_line (cycle_run_id, flow_no, axis_id, dimension_id, period_month, amount)
  SELECT $1, f.flow_no, $2, f.dimension_id, $3, f.amount
    FROM unnest($4::integer[], $5::uuid[], $6::numeric[]) AS f(flow_no, dimension_id, amount)`;

export const MIRROR_LINES = `
  INSERT INTO ana_cycle_line (cycle_run_id, flow_no, axis_id, dimension_id, period_month, amount)
  SELECT $1, flow_no, axis_id, dimension_id, $3, -amount FROM ana_cycle_line WHERE cycle_run_id = $2`;

// Held against a reversal until the answer is given, so that what a mirror gives back is not taken for costs that came since.
export const ACTIVE_RUN = `
  SELECT ${RUN_COLUMNS} FROM ana_cycle_run r
   WHERE r.cycle_code = $1 AND r.source_month = $2 AND r.kind = 'ORIGINAL' AND r.reversed_by IS NULL FOR SHARE`;

export const RUN_BY_ID = `SELECT ${RUN_COLUMNS} FROM ana_cycle_run r WHERE r.id = $1`;
export const RUN_TO_REVERSE = `${RUN_BY_ID} FOR UPDATE`;

export const LIST_RUNS = `
  SELECT ${RUN_COLUMNS} FROM ana_cycle_run r
   WHERE ($1::uuid IS NULL OR r.id > $1) AND ($2::uuid IS NULL OR r.cycle_id = $2) AND ($3::date IS NULL OR r.period_month = $3)
   ORDER BY r.id LIMIT $4`;

export const MARK_REVERSED = `
  UPDATE ana_cycle_run SET reversed_by = $2, updated_at = now(), updated_by = $3, version = version + 1 WHERE id = $1`;
