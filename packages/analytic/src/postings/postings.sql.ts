const COLUMNS = `p.id, p.country_code, p.source_entry_id, p.allocation_rule_id, p.kind, p.reverses, p.reversed_by, p.posting_date, p.currency, p.result,
  p.created_at, p.created_by`;

export const BY_ID = `SELECT ${COLUMNS} FROM ana_posting p WHERE p.id = $1`;

export const BY_ID_TO_REVERSE = `${BY_ID} FOR UPDATE`;

export const ACTIVE = `
  SELECT ${COLUMNS} FROM ana_posting p
   WHERE p.source_entry_id = $1 AND p.allocation_rule_id = $2 AND p.kind = 'ORIGINAL' AND p.reversed_by IS NULL`;

export const ACTIVE_OF_ENTRY = `
  SELECT p.id FROM ana_posting p
   WHERE p.source_entry_id = $1 AND p.kind = 'ORIGINAL' AND p.reversed_by IS NULL ORDER BY p.id`;

/** $1 after, $2 entry, $3 rule, $4 month, $5 dimension, $6 limit. */
export const LIST = `
  SELECT ${COLUMNS} FROM ana_posting p
   WHERE ($1::uuid IS NULL OR p.id > $1) AND ($2::uuid IS NULL OR p.source_entry_id = $2)
     AND ($3::uuid IS NULL OR p.allocation_rule_id = $3) AND ($4::date IS NULL OR p.period_month = $4)
   ORDER BY p.id LIMIT $5`;

/** $1 after, $2 entry, $3 rule, $4 month or null, $5 limit, $6 dimension. */
export const LIST_OF_DIMENSION = `
  SELECT ${COLUMNS}
    FROM (SELECT DISTINCT l.posting_id FROM ana_posting_line l
           WHERE l.dimension_id = $6 AND ($4::date IS NULL OR l.period_month = $4) AND ($1::uuid IS NULL OR l.posting_id > $1)) l
    JOIN ana_posting p ON p.id = l.posting_id
   WHERE ($2::uuid IS NULL OR p.source_entry_id = $2) AND ($3::uuid IS NULL OR p.allocation_rule_id = $3)
   ORDER BY p.id LIMIT $5`;

/**
 * One posting, by the function of migration 0005. $1 id, $2 country, $3 entry, $4 rule, $5 kind, $6 reverses, $7 date, $8 currency,
 * $9 result, $10 user; parts: $11 lines, $12 part numbers, $13 axes, $14 dimensions, $15 accounts, $16 amounts; held: $17 lines, $18 axes.
 */
export const STORE = {
  name: 'ana_store_posting',
  text: `
  SELECT created_at, stored, held
    FROM ana_store_posting($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
};

/**
 * Originals, by the function of migration 0005 that counts on nobody else storing them. $1 legal entities, and where those of each end: $2
 * postings, $3 parts, $4 held lines. $5 rows, a list for each legal entity; of each posting: $6 id, $7 entry, $8 month; parts: $9 place of
 * their posting among those of its legal entity, from 1, $10 lines, $11 part numbers, $12 axes, $13 dimensions, $14 accounts, $15 amounts;
 * held: $16 place of their posting, $17 lines, $18 axes.
 */
export const STORE_ALONE = {
  name: 'ana_store_postings',
  text: `
  SELECT ana_store_postings($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
};

/** Who else holds lines of an entry on these axes; $1 entry, $2 lines, $3 axes, $4 the posting that wants them. */
export const HOLDER = `
  SELECT a.posting_id, a.line_no, x.code AS axis
    FROM unnest($2::integer[], $3::uuid[]) AS h(line_no, axis_id)
    JOIN ana_allocated_line a ON a.entry_id = $1 AND a.line_no = h.line_no AND a.axis_id = h.axis_id AND a.posting_id <> $4
    JOIN ana_axis x ON x.id = a.axis_id
   ORDER BY a.line_no, x.code LIMIT 1`;

/** Journal and number of an entry, as people call it. */
export const ENTRY_NAME = `SELECT journal_code || ' ' || entry_number AS name FROM gl_entry WHERE id = $1`;

export const RELEASE = 'DELETE FROM ana_allocated_line WHERE entry_id = $1 AND posting_id = $2';

export const MARK_REVERSED = `
  UPDATE ana_posting SET reversed_by = $2, updated_at = now(), updated_by = $3, version = version + 1 WHERE id = $1`;
