const COLUMNS = `d.id, d.axis_id, d.code, d.name_i18n_key, d.name_source, d.source, d.version::integer AS version,
  d.created_at, d.created_by, d.updated_at, d.updated_by`;

export const INSERT = `
  INSERT INTO ana_driver AS d (id, country_code, axis_id, code, name_i18n_key, name_source, source, created_by, updated_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
  ON CONFLICT DO NOTHING
  RETURNING ${COLUMNS}`;

export const BY_ID = `SELECT ${COLUMNS} FROM ana_driver d WHERE d.id = $1`;
export const BY_ID_TO_CHANGE = `${BY_ID} FOR UPDATE`;
/** Whoever types a code means one, whatever its capitals. */
export const BY_LETTERS = `SELECT ${COLUMNS} FROM ana_driver d WHERE lower(d.code) = lower($1)`;

export const BY_ID_WITH_AXIS = `
  SELECT ${COLUMNS}, a.code AS axis FROM ana_driver d JOIN ana_axis a ON a.id = d.axis_id WHERE d.id = $1`;

export const WITH_AXIS = `
  SELECT ${COLUMNS}, a.code AS axis FROM ana_driver d JOIN ana_axis a ON a.id = d.axis_id WHERE d.code = ANY ($1) ORDER BY d.code`;

export const AXIS = 'SELECT is_active, code FROM ana_axis WHERE id = $1';

export const LIST = `
  SELECT ${COLUMNS} FROM ana_driver d
   WHERE ($1::uuid IS NULL OR d.id > $1) AND ($2::uuid IS NULL OR d.axis_id = $2) AND ($3::text IS NULL OR d.code = $3)
   ORDER BY d.id LIMIT $4`;

export const DIMENSIONS = 'SELECT id, code FROM ana_dimension WHERE axis_id = $1 AND is_active';

// Changes of one driver queue behind its row, so that a month is the one that was sent last, never a mixture.
export const TOUCH = `
  UPDATE ana_driver SET updated_at = now(), updated_by = $2, version = version + 1 WHERE id = $1 RETURNING version::integer AS version`;

export const CLEAR = 'DELETE FROM ana_driver_value WHERE driver_id = $1 AND period_month = ANY ($2::date[])';

export const PUT = `
  INSERT INTO ana_driver_value (country_code, driver_id, axis_id, period_month, dimension_id, weight, created_by)
  SELECT $1, $2, $3, v.month, v.dimension, v.weight, $7
    FROM unnest($4::date[], $5::uuid[], $6::numeric[]) AS v(month, dimension, weight)`;

export const VALUES_OF_MONTHS = `
  SELECT to_char(v.period_month, 'YYYY-MM') AS month, d.code AS dimension, trim_scale(v.weight)::text AS weight
    FROM ana_driver_value v JOIN ana_dimension d ON d.id = v.dimension_id
   WHERE v.driver_id = $1 AND v.period_month = ANY ($2::date[])`;

export const TOTALS_OF_MONTHS = `
  SELECT to_char(period_month, 'YYYY-MM') AS month, count(*)::integer AS values, trim_scale(sum(weight))::text AS total
    FROM ana_driver_value WHERE driver_id = $1 AND period_month = ANY ($2::date[]) GROUP BY 1 ORDER BY 1`;

export const VALUES = `
  SELECT to_char(v.period_month, 'YYYY-MM') AS month, d.code AS dimension, trim_scale(v.weight)::text AS weight
    FROM ana_driver_value v JOIN ana_dimension d ON d.id = v.dimension_id
   WHERE v.driver_id = $1 AND v.period_month BETWEEN $2 AND $3
   ORDER BY v.period_month, d.code`;
