const COLUMNS = `r.id, r.rule_code, r.description_i18n_key, r.description_source, r.rule, r.digest, r.version::integer AS version,
  r.revision::integer AS revision, r.posted_at, r.posted_by, r.created_at, r.created_by, r.updated_at, r.updated_by`;

// One draft a code (the partial index) and one row a version (the constraint): whichever a race would break, nothing is inserted.
export const INSERT = `
  INSERT INTO ana_allocation_rule AS r (id, country_code, rule_code, description_i18n_key, description_source, rule, digest, version,
                                        created_by, updated_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
  ON CONFLICT DO NOTHING
  RETURNING ${COLUMNS}`;

export const BY_ID = `SELECT ${COLUMNS} FROM ana_allocation_rule r WHERE r.id = $1`;

export const BY_ID_TO_CHANGE = `${BY_ID} FOR UPDATE`;

export const LATEST = `SELECT ${COLUMNS} FROM ana_allocation_rule r WHERE lower(r.rule_code) = lower($1) ORDER BY r.version DESC LIMIT 1`;

export const LIST = `
  SELECT ${COLUMNS} FROM ana_allocation_rule r
   WHERE ($1::uuid IS NULL OR r.id > $1) AND ($2::text IS NULL OR r.rule_code = $2)
     AND ($3::boolean IS NULL OR (r.posted_at IS NOT NULL) = $3)
   ORDER BY r.id LIMIT $4`;

export const UPDATE = `
  UPDATE ana_allocation_rule AS r SET description_source = $2, rule = $3, digest = $4, updated_at = now(), updated_by = $5,
         revision = r.revision + 1
   WHERE r.id = $1 RETURNING ${COLUMNS}`;

export const POST = `
  UPDATE ana_allocation_rule AS r SET posted_at = now(), posted_by = $2, updated_at = now(), updated_by = $2, revision = r.revision + 1
   WHERE r.id = $1 RETURNING ${COLUMNS}`;
