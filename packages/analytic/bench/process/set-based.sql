-- What a database engineer would write for one rule with three even axes: the same rows as the batch stores, in one statement.
-- $1 tenant, $2 legal entity, $3 rule, $4 month, $5 rule as results name it.
WITH weighed AS (
  SELECT d.axis_id, x.code AS axis, d.id AS dimension_id, d.code,
         row_number() OVER own AS part_no, count(*) OVER (PARTITION BY d.axis_id) AS parts
    FROM ana_dimension d JOIN ana_axis x ON x.tenant_id = d.tenant_id AND x.legal_entity_id = d.legal_entity_id AND x.id = d.axis_id
   WHERE d.tenant_id = $1 AND d.legal_entity_id = $2
  WINDOW own AS (PARTITION BY d.axis_id ORDER BY d.code)
), line AS MATERIALIZED (
  SELECT e.id AS entry_id, gen_random_uuid() AS posting_id, e.accounting_date, l.line_no, l.account,
         ((l.debit - l.credit) * 100)::bigint AS cents
    FROM gl_entry e JOIN gl_entry_line l ON l.tenant_id = e.tenant_id AND l.legal_entity_id = e.legal_entity_id AND l.entry_id = e.id
   WHERE e.tenant_id = $1 AND e.legal_entity_id = $2 AND e.period_month = $4 AND e.status = 'POSTED' AND e.reverses IS NULL
     AND l.account LIKE '6%'
), part AS MATERIALIZED (
  SELECT l.*, w.axis_id, w.axis, w.dimension_id, w.code, w.part_no,
         ((l.cents / w.parts + CASE WHEN w.part_no <= l.cents % w.parts THEN 1 ELSE 0 END) / 100.0)::numeric(20, 2) AS amount
    FROM line l CROSS JOIN weighed w
), split AS (
  SELECT posting_id, entry_id, accounting_date, line_no, account, cents, axis,
         jsonb_build_object('axes', jsonb_build_array(axis), 'parts',
           jsonb_agg(jsonb_build_object('dimensions', jsonb_build_array(code), 'amount', amount::text) ORDER BY part_no)) AS split,
         jsonb_object_agg(code, amount::text) AS total
    FROM part GROUP BY 1, 2, 3, 4, 5, 6, 7
), document AS MATERIALIZED (
  SELECT posting_id, entry_id, accounting_date,
         jsonb_build_object('schema', 'prorata.posting-result/1', 'rule', $5::jsonb, 'month', to_char($4::date, 'YYYY-MM'),
           'currency', 'EUR', 'scale', 2, 'amount', (cents / 100.0)::numeric(20, 2)::text, 'weights', '[]'::jsonb, 'drivers', '{}'::jsonb,
           'lines', jsonb_build_array(jsonb_build_object('line', line_no, 'account', account,
             'amount', (cents / 100.0)::numeric(20, 2)::text, 'splits', jsonb_agg(split ORDER BY axis))),
           'totals', jsonb_object_agg(axis, total)) AS result
    FROM split GROUP BY posting_id, entry_id, accounting_date, line_no, account, cents
), posting AS (
  INSERT INTO ana_posting (tenant_id, legal_entity_id, id, country_code, source_entry_id, allocation_rule_id, kind, posting_date,
                           period_month, currency, result, created_by, updated_by)
  SELECT $1, $2, posting_id, 'FR', entry_id, $3, 'ORIGINAL', accounting_date, $4, 'EUR', result, $1, $1 FROM document
), held AS (
  INSERT INTO ana_allocated_line (tenant_id, legal_entity_id, entry_id, line_no, axis_id, posting_id)
  SELECT $1, $2, entry_id, line_no, axis_id, posting_id FROM part WHERE part_no = 1
), stored AS (
  INSERT INTO ana_posting_line (tenant_id, legal_entity_id, posting_id, line_no, part_no, axis_id, dimension_id, account, period_month, amount)
  SELECT $1, $2, posting_id, line_no, part_no, axis_id, dimension_id, account, $4, amount FROM part
), balance AS (
  INSERT INTO ana_balance (tenant_id, legal_entity_id, axis_id, period_month, dimension_id, account, amount, lines)
  SELECT $1, $2, axis_id, $4, dimension_id, account, sum(amount), count(*) FROM part GROUP BY axis_id, dimension_id, account
)
INSERT INTO outbox_event (tenant_id, legal_entity_id, id, event, entity_id, correlation_id, occurred_at, payload)
SELECT $1, $2, gen_random_uuid(), 'ANALYTIC.ALLOCATION.RUN', posting_id::text, $1, now(),
       json_build_object('posting_id', posting_id, 'source_entry_id', entry_id, 'rule_id', $3::uuid, 'result_summary',
         json_build_object('amount', result->'amount', 'currency', 'EUR', 'month', result->'month', 'lines', 1, 'totals', result->'totals'))
  FROM document
