-- The statements of every run as functions: their plans are kept by the session instead of being made for each request, which
-- costs more than carrying them out (decision 0104). Where they take lists they say so: the planner believes that a plan for a list of two
-- is worth being made again each time, because one for lists of any length expects ten.

-- Runs of several companies of a tenant share a call, sorted by company; the runs of company i end at place p_ends[i] of the lists. Each
-- company's part is done as that company (`enter_legal_entity`, decision 0280).

-- Everything that runs look at before they allocate, as one moment has it; `place` is that of the run in the lists. Amounts are texts,
-- because JSON numbers are floats.
CREATE FUNCTION ana_run_sources(p_legal_entities uuid[], p_ends integer[], p_entries uuid[], p_rules uuid[]) RETURNS TABLE (
  place integer, active_id uuid, currency char(3), revision text, opening_journals text[], closing_journals text[],
  default_accounts text[], period_state text, entry json, moment timestamptz
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_sort = off AS $$
DECLARE
  v_begun  text := current_setting('app.current_legal_entity', true);
  v_from   integer := 1;
BEGIN
  FOR v_company IN 1..cardinality(p_legal_entities) LOOP
    PERFORM enter_legal_entity(v_begun, p_legal_entities[v_company]);
    -- Where nobody has counted the rows, any index that begins with tenant and legal entity looks as good as the key. What is asked for in
    -- the order of the key, while nothing sorts, is looked up by it.
    RETURN QUERY
    SELECT v_from - 1 + u.place::integer,
           -- By the lines that it holds, each posting by its key: by entry and rule, it was looked for among all postings of the company as
           -- long as nobody had counted them.
           (SELECT p.id
              FROM ana_allocated_line a
             CROSS JOIN LATERAL (
               SELECT o.id, o.allocation_rule_id FROM ana_posting o
                WHERE o.tenant_id = a.tenant_id AND o.legal_entity_id = a.legal_entity_id AND o.id = a.posting_id
               OFFSET 0) p
             WHERE a.tenant_id = e.tenant_id AND a.legal_entity_id = e.legal_entity_id AND a.entry_id = u.entry_id
               AND p.allocation_rule_id = u.rule_id
             LIMIT 1),
           e.currency, coalesce(s.revision, 0)::text, c.opening_journals, c.closing_journals, c.default_accounts,
           (SELECT b.state FROM gl_period b
             WHERE b.tenant_id = e.tenant_id AND b.legal_entity_id = e.legal_entity_id AND b.period_month = g.period_month),
           g.entry, now()
      FROM legal_entity e
      LEFT JOIN ana_reference_state s ON s.tenant_id = e.tenant_id AND s.legal_entity_id = e.legal_entity_id
      LEFT JOIN ledger_config c ON c.tenant_id = e.tenant_id AND c.legal_entity_id = e.legal_entity_id
      CROSS JOIN unnest(p_entries[v_from:p_ends[v_company]], p_rules[v_from:p_ends[v_company]])
            WITH ORDINALITY AS u(entry_id, rule_id, place)
      LEFT JOIN LATERAL (
        SELECT h.period_month, json_build_object(
                 'id', h.id, 'journalCode', h.journal_code, 'number', h.entry_number, 'accountingDate', h.accounting_date,
                 'status', h.status, 'currency', h.currency, 'reverses', h.reverses,
                 'lines', (SELECT json_agg(json_build_object('lineNo', l.line_no, 'account', l.account, 'debit', l.debit::text,
                                                               'credit', l.credit::text) ORDER BY l.line_no)
                             FROM (SELECT g.line_no, g.account, g.debit, g.credit FROM gl_entry_line g
                                    WHERE g.tenant_id = h.tenant_id AND g.legal_entity_id = h.legal_entity_id AND g.entry_id = h.id
                                    ORDER BY g.line_no OFFSET 0) l)) AS entry
          FROM gl_entry h
         WHERE h.tenant_id = e.tenant_id AND h.legal_entity_id = e.legal_entity_id AND h.id = u.entry_id
        OFFSET 0) g ON true
     WHERE e.tenant_id = ana_tenant() AND e.legal_entity_id = ana_legal_entity();
    v_from := p_ends[v_company] + 1;
  END LOOP;
  PERFORM set_config('app.current_legal_entity', v_begun, true);
END $$;

-- Stores a posting with its lines and what it holds of the entry, to be folded into the balance. Whoever comes second with the same entry
-- and rule waits for the first, then stores nothing (`stored` 0); a source line that another posting holds is missing from `held`.
CREATE FUNCTION ana_store_posting(
  p_id uuid, p_country char(2), p_entry uuid, p_rule uuid, p_kind text, p_reverses uuid, p_date date, p_currency char(3),
  p_result jsonb, p_user uuid, p_lines integer[], p_parts integer[], p_axes uuid[], p_dimensions uuid[], p_accounts text[],
  p_amounts numeric[], p_held_lines integer[], p_held_axes uuid[]
) RETURNS TABLE (created_at timestamptz, stored integer, held integer) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_month   date := date_trunc('month', p_date)::date;
  v_stored  integer;
  v_held    integer;
BEGIN
  INSERT INTO ana_posting (id, country_code, source_entry_id, allocation_rule_id, kind, reverses, posting_date, period_month, currency,
                           result, created_by, updated_by)
  VALUES (p_id, p_country, p_entry, p_rule, p_kind, p_reverses, p_date, v_month, p_currency, p_result, p_user, p_user)
  ON CONFLICT (tenant_id, legal_entity_id, source_entry_id, allocation_rule_id)
    WHERE kind = 'ORIGINAL' AND reversed_by IS NULL DO NOTHING;
  GET DIAGNOSTICS v_stored = ROW_COUNT;
  IF v_stored = 0 THEN
    RETURN QUERY SELECT now(), 0, 0;
    RETURN;
  END IF;

  INSERT INTO ana_allocated_line (entry_id, line_no, axis_id, posting_id)
  SELECT p_entry, h.line_no, h.axis_id, p_id FROM unnest(p_held_lines, p_held_axes) AS h(line_no, axis_id)
   ORDER BY h.line_no, h.axis_id
  ON CONFLICT (tenant_id, legal_entity_id, entry_id, line_no, axis_id) DO NOTHING;
  GET DIAGNOSTICS v_held = ROW_COUNT;
  IF v_held < cardinality(p_held_lines) THEN
    RETURN QUERY SELECT now(), 1, v_held;
    RETURN;
  END IF;

  INSERT INTO ana_posting_line (posting_id, line_no, part_no, axis_id, dimension_id, account, period_month, amount)
  SELECT p_id, u.line_no, u.part_no, u.axis_id, u.dimension_id, u.account, v_month, u.amount
    FROM unnest(p_lines, p_parts, p_axes, p_dimensions, p_accounts, p_amounts)
      AS u(line_no, part_no, axis_id, dimension_id, account, amount);

  INSERT INTO ana_balance_waiting (posting_id) VALUES (p_id);

  RETURN QUERY SELECT now(), v_stored, v_held;
END $$;

-- Stores originals of several entries, or of one, counting on nobody else storing them: where somebody does, or did, a unique key refuses
-- all of them. `p_postings` has a list for each company; `p_of` and `p_held_of` give for each part and each held line the place of its
-- posting among those of its company.
CREATE FUNCTION ana_store_postings(
  p_legal_entities uuid[], p_ends integer[], p_part_ends integer[], p_held_ends integer[],
  p_postings jsonb, p_ids uuid[], p_entries uuid[], p_months date[],
  p_of integer[], p_lines integer[], p_parts integer[], p_axes uuid[], p_dimensions uuid[], p_accounts text[], p_amounts numeric[],
  p_held_of integer[], p_held_lines integer[], p_held_axes uuid[]
) RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_begun    text := current_setting('app.current_legal_entity', true);
  v_ids      uuid[];
  v_entries  uuid[];
  v_months   date[];
  -- First and last of the company's postings, parts and held lines.
  n1 integer := 1; n2 integer;
  p1 integer := 1; p2 integer;
  h1 integer := 1; h2 integer;
BEGIN
  FOR v_company IN 1..cardinality(p_legal_entities) LOOP
    PERFORM enter_legal_entity(v_begun, p_legal_entities[v_company]);
    n2 := p_ends[v_company];
    p2 := p_part_ends[v_company];
    h2 := p_held_ends[v_company];
    v_ids := p_ids[n1:n2];
    v_entries := p_entries[n1:n2];
    v_months := p_months[n1:n2];

    -- In one order whoever stores, so that two of them never wait for each other.
    INSERT INTO ana_posting (id, country_code, source_entry_id, allocation_rule_id, kind, posting_date, period_month, currency, result,
                             created_by, updated_by)
    SELECT p.id, p.country_code, p.source_entry_id, p.allocation_rule_id, 'ORIGINAL', p.posting_date,
           date_trunc('month', p.posting_date)::date, p.currency, p.result, p.created_by, p.created_by
      FROM jsonb_to_recordset(p_postings -> (v_company - 1))
        AS p(id uuid, country_code char(2), source_entry_id uuid, allocation_rule_id uuid, posting_date date, currency char(3),
             result jsonb, created_by uuid)
     ORDER BY p.source_entry_id;

    INSERT INTO ana_allocated_line (entry_id, line_no, axis_id, posting_id)
    SELECT v_entries[h.place], h.line_no, h.axis_id, v_ids[h.place]
      FROM unnest(p_held_of[h1:h2], p_held_lines[h1:h2], p_held_axes[h1:h2]) AS h(place, line_no, axis_id)
     ORDER BY 1, 2, 3;

    INSERT INTO ana_posting_line (posting_id, line_no, part_no, axis_id, dimension_id, account, period_month, amount)
    SELECT v_ids[u.place], u.line_no, u.part_no, u.axis_id, u.dimension_id, u.account, v_months[u.place], u.amount
      FROM unnest(p_of[p1:p2], p_lines[p1:p2], p_parts[p1:p2], p_axes[p1:p2], p_dimensions[p1:p2], p_accounts[p1:p2], p_amounts[p1:p2])
        AS u(place, line_no, part_no, axis_id, dimension_id, account, amount);

    INSERT INTO ana_balance_waiting (posting_id) SELECT unnest(v_ids);

    n1 := n2 + 1;
    p1 := p2 + 1;
    h1 := h2 + 1;
  END LOOP;
  PERFORM set_config('app.current_legal_entity', v_begun, true);
END $$;

REVOKE ALL ON FUNCTION ana_run_sources, ana_store_posting, ana_store_postings FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ana_run_sources, ana_store_postings TO prorata_app;
GRANT EXECUTE ON FUNCTION ana_store_posting TO prorata_app, prorata_intake;
