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
 * Stores a posting with its lines, what it holds of the entry, and its share of the balance, in one statement. Whoever comes second
 * with the same entry and rule waits for the first, then stores nothing (`stored` 0); a source line that another posting holds
 * is missing from `held`.
 *
 * $1 id, $2 country, $3 entry, $4 rule, $5 kind, $6 reverses, $7 date, $8 currency, $9 result, $10 user;
 * parts: $11 lines, $12 part numbers, $13 axes, $14 dimensions, $15 accounts, $16 amounts; held: $17 lines, $18 axes.
 */
export const STORE = `
  WITH posting AS (
    INSERT INTO ana_posting (id, country_code, source_entry_id, allocation_rule_id, kind, reverses, posting_date, period_month,
                             currency, result, created_by, updated_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7::date, date_trunc('month', $7::date)::date, $8, $9::jsonb, $10, $10)
    ON CONFLICT (tenant_id, legal_entity_id, source_entry_id, allocation_rule_id)
      WHERE kind = 'ORIGINAL' AND reversed_by IS NULL DO NOTHING
    RETURNING id, period_month, created_at
  ), part AS (
    SELECT * FROM unnest($11::integer[], $12::integer[], $13::uuid[], $14::uuid[], $15::text[], $16::numeric[])
      AS u(line_no, part_no, axis_id, dimension_id, account, amount)
  ), held AS (
    INSERT INTO ana_allocated_line (entry_id, line_no, axis_id, posting_id)
    SELECT $3::uuid, h.line_no, h.axis_id, posting.id
      FROM posting, unnest($17::integer[], $18::uuid[]) AS h(line_no, axis_id)
     ORDER BY h.line_no, h.axis_id
    ON CONFLICT (tenant_id, legal_entity_id, entry_id, line_no, axis_id) DO NOTHING
    RETURNING 1
  ), stored AS (
    INSERT INTO ana_posting_line (posting_id, line_no, part_no, axis_id, dimension_id, account, period_month, amount)
    SELECT posting.id, part.line_no, part.part_no, part.axis_id, part.dimension_id, part.account, posting.period_month, part.amount
      FROM posting, part
  ), balance AS (
    INSERT INTO ana_balance AS b (axis_id, period_month, dimension_id, account, amount, lines)
    SELECT part.axis_id, posting.period_month, part.dimension_id, part.account, sum(part.amount), count(*)
      FROM posting, part
     GROUP BY part.axis_id, posting.period_month, part.dimension_id, part.account
     ORDER BY part.axis_id, posting.period_month, part.dimension_id, part.account
    ON CONFLICT (tenant_id, legal_entity_id, axis_id, period_month, dimension_id, account) DO UPDATE
       SET amount = b.amount + excluded.amount, lines = b.lines + excluded.lines
  )
  SELECT (SELECT created_at FROM posting) AS created_at, (SELECT count(*)::integer FROM posting) AS stored,
         (SELECT count(*)::integer FROM held) AS held`;

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
