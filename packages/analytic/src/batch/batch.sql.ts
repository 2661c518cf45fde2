const COLUMNS = `b.id, to_char(b.period_month, 'YYYY-MM') AS month, b.status, b.expected, b.seen, b.posted, b.existing, b.unmatched,
  b.refused, b.problem, b.job_id, b.created_at, b.created_by, b.updated_at, b.updated_by,
  (SELECT json_agg(r.allocation_rule_id ORDER BY r.position) FROM ana_batch_rule r WHERE r.batch_run_id = b.id) AS rules`;

export const POSTED_RULES =
  'SELECT id, rule_code, version::integer AS version, posted_at FROM ana_allocation_rule WHERE id = ANY ($1)';

/** $1 id, $2 country, $3 month, $4 number of rules, $5 user. */
export const INSERT = `
  INSERT INTO ana_batch_run (id, country_code, period_month, expected, created_by, updated_by)
  SELECT $1, $2, $3, $4::bigint * count(*), $5, $5
    FROM gl_entry e WHERE e.period_month = $3 AND e.status = 'POSTED'`;

export const INSERT_RULES = `
  INSERT INTO ana_batch_rule (batch_run_id, position, allocation_rule_id)
  SELECT $1, r.position, r.id FROM unnest($2::uuid[]) WITH ORDINALITY AS r(id, position)`;

export const SET_JOB = 'UPDATE ana_batch_run SET job_id = $2 WHERE id = $1';

export const BY_ID = `SELECT ${COLUMNS} FROM ana_batch_run b WHERE b.id = $1`;

export const LIST = `
  SELECT ${COLUMNS} FROM ana_batch_run b
   WHERE ($1::uuid IS NULL OR b.id > $1) AND ($2::date IS NULL OR b.period_month = $2) ORDER BY b.id LIMIT $3`;

export const RESUME = `
  UPDATE ana_batch_run SET status = 'RUNNING', problem = NULL, updated_at = now(), updated_by = $2, version = version + 1
   WHERE id = $1 AND status <> 'COMPLETED'`;

export const STANDING = `
  SELECT to_char(b.period_month, 'YYYY-MM') AS month, b.rule_position, b.after_date, b.after_id, r.allocation_rule_id
    FROM ana_batch_run b LEFT JOIN ana_batch_rule r ON r.batch_run_id = b.id AND r.position = b.rule_position
   WHERE b.id = $1 AND b.status = 'RUNNING'`;

/** Two runners of one run queue here; each takes the next chunk. */
export const CLAIM = `${STANDING} FOR UPDATE OF b`;

export const ADVANCE = `
  UPDATE ana_batch_run
     SET after_date = $2, after_id = $3, posted = posted + $4, existing = existing + $5, unmatched = unmatched + $6,
         refused = refused + $7, seen = seen + $4 + $5 + $6 + $7, updated_at = now(), version = version + 1
   WHERE id = $1`;

export const NEXT_RULE = `
  UPDATE ana_batch_run SET rule_position = rule_position + 1, after_date = NULL, after_id = NULL, updated_at = now() WHERE id = $1`;

export const COMPLETE = `UPDATE ana_batch_run SET status = 'COMPLETED', updated_at = now(), version = version + 1 WHERE id = $1`;

export const FAIL = `
  UPDATE ana_batch_run SET status = 'FAILED', problem = $2::jsonb, updated_at = now(), version = version + 1
   WHERE id = $1 AND status = 'RUNNING'`;

export const INSERT_REFUSALS = `
  INSERT INTO ana_batch_refusal (id, batch_run_id, source_entry_id, allocation_rule_id, code, detail)
  SELECT r.id, $1, r.entry, $2, r.code, r.detail
    FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[]) AS r(id, entry, code, detail)`;

export const REFUSALS = `
  SELECT id, source_entry_id, allocation_rule_id, code, detail FROM ana_batch_refusal
   WHERE batch_run_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3`;

/**
 * Entries of the postings $1 that are of the rule $2; each is looked up by its key. By entry they were looked for among all postings of the
 * company, as long as nobody had counted the rows that the batch itself makes more.
 */
export const OF_RULE = `
  SELECT p.source_entry_id
    FROM unnest($1::uuid[]) AS h(id)
   CROSS JOIN LATERAL (
     SELECT o.source_entry_id, o.allocation_rule_id FROM ana_posting o
      WHERE o.tenant_id = ana_tenant() AND o.legal_entity_id = ana_legal_entity() AND o.id = h.id
     OFFSET 0) p
   WHERE p.allocation_rule_id = $2`;

/** Lines of the entries $1 that postings hold on the axes $2. */
export const HELD = `
  SELECT entry_id, line_no, axis_id, posting_id FROM ana_allocated_line
   WHERE tenant_id = ana_tenant() AND legal_entity_id = ana_legal_entity() AND entry_id = ANY ($1) AND axis_id = ANY ($2)`;

/** What keeps apart the lines of an entry, and the members of a line: signs that no account can hold. */
export const BETWEEN_LINES = '\u001e';
export const BETWEEN_MEMBERS = '\u001f';
/** What keeps apart results: JSON holds no such sign outside of a text, and escapes it within. */
export const BETWEEN_RESULTS = '\u001e';

/** $1 month, $2 and $3 date and id to go on behind, $4 entries. */
export const NEXT_ENTRIES = `
  SELECT e.id, e.journal_code AS "journalCode", e.entry_number AS number, e.accounting_date AS "accountingDate", e.status, e.currency,
         e.reverses, e.version, l.lines
    FROM (SELECT * FROM gl_entry
           WHERE tenant_id = ana_tenant() AND legal_entity_id = ana_legal_entity() AND period_month = $1 AND status = 'POSTED'
             AND ($2::date IS NULL OR (accounting_date, id) > ($2::date, $3::uuid))
           ORDER BY accounting_date, id LIMIT $4) e
   CROSS JOIN LATERAL (
     SELECT string_agg(concat_ws(E'\x1f', i.line_no, i.debit, i.credit, i.account), E'\x1e' ORDER BY i.line_no) AS lines
       FROM (SELECT g.line_no, g.debit, g.credit, g.account FROM gl_entry_line g
              WHERE g.tenant_id = e.tenant_id AND g.legal_entity_id = e.legal_entity_id AND g.entry_id = e.id
              ORDER BY g.line_no OFFSET 0) i) l
   ORDER BY e.accounting_date, e.id`;

/** Which of the entries $1 are posted, with their versions. */
export const POSTED_ENTRIES = `
  SELECT id, version FROM gl_entry
   WHERE tenant_id = ana_tenant() AND legal_entity_id = ana_legal_entity() AND id = ANY ($1::uuid[]) AND status = 'POSTED'`;

/**
 * A chunk looks a thousand things up by their keys. Where nobody has counted yet how many rows the tables have (they fill while the batch
 * runs), plans for everything at once look cheap, and each chunk would read all that the ones before it stored. Any index that begins with
 * tenant and legal entity looks as good as the key then, so that what is looked up is asked for in the order of its key, and nothing sorts.
 */
export const BY_KEYS =
  'SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_sort = off';

/**
 * Stores the postings of a chunk with lines, what they hold, and their share of the balance; fails where another posting has an entry and
 * rule, or holds a line. $1 country, $2 rule, $3 currency,
 * $4 user; postings: $5 ids, $6 entries, $7 dates, $8 results (one text); parts: $9 places in $5, $10 lines, $11 part numbers, $12 places
 * in $18 and $19, $13 places in $20, $14 amounts; held: $15 places in $5, $16 lines, $17 axes; $18 axes, $19 dimensions, $20 accounts.
 */
export const STORE = `
  WITH given AS MATERIALIZED (
    SELECT * FROM ROWS FROM (unnest($5::uuid[]), unnest($6::uuid[]), unnest($7::date[]), string_to_table($8, E'\x1e'))
      WITH ORDINALITY AS p(id, entry, day, result, place)
  ), posting AS (
    INSERT INTO ana_posting (id, country_code, source_entry_id, allocation_rule_id, kind, posting_date, period_month, currency, result,
                             created_by, updated_by)
    SELECT id, $1, entry, $2, 'ORIGINAL', day, date_trunc('month', day)::date, $3, result::jsonb, $4, $4 FROM given
  ), part AS MATERIALIZED (
    SELECT ($5::uuid[])[u.posting] AS posting_id, u.line_no, u.part_no, ($18::uuid[])[u.place] AS axis_id,
           ($19::uuid[])[u.place] AS dimension_id, ($20::text[])[u.account] AS account,
           date_trunc('month', ($7::date[])[u.posting])::date AS period_month, u.amount
      FROM unnest($9::integer[], $10::integer[], $11::integer[], $12::integer[], $13::integer[], $14::numeric[])
        AS u(posting, line_no, part_no, place, account, amount)
  ), held AS (
    INSERT INTO ana_allocated_line (entry_id, line_no, axis_id, posting_id)
    SELECT ($6::uuid[])[h.posting], h.line_no, h.axis_id, ($5::uuid[])[h.posting]
      FROM unnest($15::integer[], $16::integer[], $17::uuid[]) AS h(posting, line_no, axis_id)
  ), stored AS (
    INSERT INTO ana_posting_line (posting_id, line_no, part_no, axis_id, dimension_id, account, period_month, amount)
    SELECT posting_id, line_no, part_no, axis_id, dimension_id, account, period_month, amount FROM part
  ), balance AS (
    INSERT INTO ana_balance AS b (axis_id, period_month, dimension_id, account, amount, lines)
    SELECT axis_id, period_month, dimension_id, account, sum(amount), count(*) FROM part
     GROUP BY axis_id, period_month, dimension_id, account ORDER BY axis_id, period_month, dimension_id, account
    ON CONFLICT (tenant_id, legal_entity_id, axis_id, period_month, dimension_id, account) DO UPDATE
       SET amount = b.amount + excluded.amount, lines = b.lines + excluded.lines
  )
  SELECT 1`;
