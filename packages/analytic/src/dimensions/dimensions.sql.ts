const COLUMNS = `d.id, d.axis_id, d.parent_id, d.code, d.name_i18n_key, d.name_source, d.is_active, d.version::integer AS version,
  d.created_at, d.created_by, d.updated_at, d.updated_by`;

export const INSERT = `
  INSERT INTO ana_dimension AS d (id, country_code, axis_id, parent_id, code, name_i18n_key, name_source, created_by, updated_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
  ON CONFLICT ON CONSTRAINT ana_dimension_code DO NOTHING
  RETURNING ${COLUMNS}`;

export const BY_ID = `SELECT ${COLUMNS} FROM ana_dimension d WHERE d.id = $1`;

export const BY_ID_TO_CHANGE = `${BY_ID} FOR UPDATE`;

export const BY_CODE = `SELECT d.id FROM ana_dimension d WHERE d.axis_id = $1 AND d.code = $2`;

export const LIST = `
  SELECT ${COLUMNS} FROM ana_dimension d
   WHERE ($1::uuid IS NULL OR d.id > $1) AND ($2::uuid IS NULL OR d.axis_id = $2)
     AND ($3::uuid IS NULL OR d.parent_id = $3) AND ($4::boolean IS NULL OR d.is_active = $4)
     AND ($5::text IS NULL OR d.code = $5)
   ORDER BY d.id LIMIT $6`;

export const AXES_OF_CODES = 'SELECT id, code, is_active FROM ana_axis WHERE code = ANY ($1) ORDER BY id FOR UPDATE';

export const OF_AXES = `SELECT ${COLUMNS} FROM ana_dimension d WHERE d.axis_id = ANY ($1::uuid[])`;

// Changes of one axis' tree queue here, so that two moves that are right each for itself never make a ring together.
export const LOCK_AXIS = `SELECT is_active, code FROM ana_axis WHERE id = $1 FOR UPDATE`;

// UNION, not UNION ALL: it ends even if there were a ring.
export const IS_BELOW = `
  WITH RECURSIVE above AS (
    SELECT id, parent_id FROM ana_dimension WHERE id = $1
    UNION
    SELECT d.id, d.parent_id FROM ana_dimension d JOIN above a ON d.id = a.parent_id
  )
  SELECT EXISTS (SELECT 1 FROM above WHERE id = $2) AS below`;

export const UPDATE = `
  UPDATE ana_dimension AS d SET name_source = $2, is_active = $3, parent_id = $4, updated_at = now(), updated_by = $5,
         version = version + 1
   WHERE d.id = $1 RETURNING ${COLUMNS}`;
