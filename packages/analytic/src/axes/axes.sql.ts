const COLUMNS = `id, code, name_i18n_key, name_source, is_active, version::integer AS version,
  created_at, created_by, updated_at, updated_by`;

export const INSERT = `
  INSERT INTO ana_axis (id, country_code, code, name_i18n_key, name_source, created_by, updated_by)
  VALUES ($1, $2, $3, $4, $5, $6, $6)
  ON CONFLICT DO NOTHING
  RETURNING ${COLUMNS}`;

export const BY_ID = `SELECT ${COLUMNS} FROM ana_axis WHERE id = $1`;

export const BY_ID_TO_CHANGE = `${BY_ID} FOR UPDATE`;

/** Whoever types a code means one, whatever its capitals. */
export const BY_LETTERS = `SELECT ${COLUMNS} FROM ana_axis WHERE lower(code) = lower($1)`;

export const LIST = `
  SELECT ${COLUMNS} FROM ana_axis
   WHERE ($1::uuid IS NULL OR id > $1) AND ($2::boolean IS NULL OR is_active = $2) AND ($3::text IS NULL OR code = $3)
   ORDER BY id LIMIT $4`;

export const UPDATE = `
  UPDATE ana_axis SET name_source = $2, is_active = $3, updated_at = now(), updated_by = $4, version = version + 1
   WHERE id = $1 RETURNING ${COLUMNS}`;
