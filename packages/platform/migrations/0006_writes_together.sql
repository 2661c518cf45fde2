-- Writes of several legal entities of a tenant in one transaction (decision 0280). Such a transaction begins without a legal entity, so
-- that it reaches no company's rows, and goes through the companies one after the other; its functions take lists that are sorted by
-- company, and where the rows of each end. Whatever is done between a company's beginning and the next one's is done as that company alone:
-- row-level security compares with it as it always does.

-- The transaction goes on as a legal entity; the nil UUID stands for the tenant as a whole. `p_begun` is what the transaction was begun
-- as: one that was begun for a company is that company's to its end.
CREATE FUNCTION enter_legal_entity(p_begun text, p_legal_entity uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(p_begun, '') = '' THEN
    PERFORM set_config('app.current_legal_entity',
                       CASE p_legal_entity WHEN '00000000-0000-0000-0000-000000000000' THEN '' ELSE p_legal_entity::text END, true);
  ELSIF p_begun::uuid IS DISTINCT FROM p_legal_entity THEN
    RAISE EXCEPTION 'the transaction is one of legal entity %, not of %', p_begun, p_legal_entity
      USING ERRCODE = 'insufficient_privilege';
  END IF;
END $$;

-- `claim_idempotency_keys` of several companies; `place` is that in the whole lists.
CREATE FUNCTION claim_keys_together(
  p_tenant uuid, p_legal_entities uuid[], p_ends integer[], p_users uuid[], p_methods text[], p_routes text[], p_keys text[]
) RETURNS TABLE (place integer, request_hash text, status integer, body text) LANGUAGE plpgsql AS $$
DECLARE
  v_begun  text := current_setting('app.current_legal_entity', true);
  v_from   integer := 1;
  v_to     integer;
BEGIN
  FOR v_company IN 1..cardinality(p_legal_entities) LOOP
    PERFORM enter_legal_entity(v_begun, p_legal_entities[v_company]);
    v_to := p_ends[v_company];
    RETURN QUERY
      SELECT v_from - 1 + c.place, c.request_hash, c.status, c.body
        FROM claim_idempotency_keys(p_tenant, p_legal_entities[v_company], p_users[v_from:v_to], p_methods[v_from:v_to],
                                    p_routes[v_from:v_to], p_keys[v_from:v_to]) c;
    v_from := v_to + 1;
  END LOOP;
  PERFORM set_config('app.current_legal_entity', v_begun, true);
END $$;

-- `record_writes` of several companies.
CREATE FUNCTION record_writes_together(
  p_tenant uuid, p_legal_entities uuid[], p_event_ends integer[], p_answer_ends integer[], p_audit_ends integer[],
  p_event_ids uuid[], p_event_correlations uuid[], p_events text[], p_event_entities text[], p_event_payloads text[],
  p_answer_users uuid[], p_answer_methods text[], p_answer_routes text[], p_answer_keys text[], p_answer_digests text[],
  p_answer_statuses integer[], p_answers text[], p_answer_seconds integer[],
  p_ids uuid[], p_users uuid[], p_correlations uuid[], p_actions text[], p_subjects text[], p_subject_ids text[], p_details text[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_begun   text := current_setting('app.current_legal_entity', true);
  -- First and last of the company's events, stored answers and audit rows.
  e1 integer := 1; e2 integer;
  k1 integer := 1; k2 integer;
  a1 integer := 1; a2 integer;
BEGIN
  FOR v_company IN 1..cardinality(p_legal_entities) LOOP
    PERFORM enter_legal_entity(v_begun, p_legal_entities[v_company]);
    e2 := p_event_ends[v_company];
    k2 := p_answer_ends[v_company];
    a2 := p_audit_ends[v_company];
    PERFORM record_writes(
      p_tenant, p_legal_entities[v_company],
      p_event_ids[e1:e2], p_event_correlations[e1:e2], p_events[e1:e2], p_event_entities[e1:e2], p_event_payloads[e1:e2],
      p_answer_users[k1:k2], p_answer_methods[k1:k2], p_answer_routes[k1:k2], p_answer_keys[k1:k2], p_answer_digests[k1:k2],
      p_answer_statuses[k1:k2], p_answers[k1:k2], p_answer_seconds[k1:k2],
      p_ids[a1:a2], p_users[a1:a2], p_correlations[a1:a2], p_actions[a1:a2], p_subjects[a1:a2], p_subject_ids[a1:a2], p_details[a1:a2]);
    e1 := e2 + 1;
    k1 := k2 + 1;
    a1 := a2 + 1;
  END LOOP;
  PERFORM set_config('app.current_legal_entity', v_begun, true);
END $$;

REVOKE ALL ON FUNCTION enter_legal_entity, claim_keys_together, record_writes_together FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enter_legal_entity, claim_keys_together, record_writes_together TO prorata_app, prorata_intake;
