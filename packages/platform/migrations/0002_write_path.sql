-- What one write leaves behind besides its own rows: the stored answer of an idempotency key, rows of the audit chain,
-- and events for others. Rows of a tenant as a whole carry the nil UUID in place of a legal entity, so that a scope
-- without a legal entity reaches those rows and no company's.

CREATE TABLE idempotency_key (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  user_id          uuid NOT NULL,
  method           text NOT NULL,
  route            text NOT NULL,
  key              text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  request_hash     text NOT NULL,
  -- A refusal (4xx) is an answer too; a failure (5xx) is none, so that repeating it tries again.
  status           integer NOT NULL CHECK (status BETWEEN 200 AND 499),
  body             json NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  expires_at       timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, user_id, method, route, key)
);
CREATE INDEX idempotency_key_expiry ON idempotency_key (tenant_id, legal_entity_id, expires_at);

-- Rows are appended without a place in their chain, so that writers never wait for each other, and get it a moment later by
-- `seal_audit` (decision 0053). What a row says is hashed when it is written; its place, when it is sealed.
CREATE SEQUENCE audit_log_position;
CREATE TABLE audit_log (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  -- The order in which rows were written; with gaps, because what is rolled back takes its number along.
  position         bigint NOT NULL,
  id               uuid NOT NULL,
  at               timestamptz NOT NULL,
  user_id          uuid NOT NULL,
  correlation_id   uuid NOT NULL,
  action           text NOT NULL,
  subject          text NOT NULL,
  subject_id       text NOT NULL,
  -- json, not jsonb: the text that was hashed is the text that is kept.
  details          json NOT NULL,
  row_hash         bytea NOT NULL CHECK (octet_length(row_hash) = 32),
  -- The place in the chain, without gaps, and the link to the row before it; null until the row is sealed.
  seq              bigint CHECK (seq > 0),
  prev_hash        bytea CHECK (octet_length(prev_hash) = 32),
  curr_hash        bytea CHECK (octet_length(curr_hash) = 32),
  PRIMARY KEY (tenant_id, legal_entity_id, position),
  CONSTRAINT audit_log_sealed_whole CHECK (num_nulls(seq, prev_hash, curr_hash) IN (0, 3))
);
CREATE UNIQUE INDEX audit_log_chain ON audit_log (tenant_id, legal_entity_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX audit_log_unsealed ON audit_log (tenant_id, legal_entity_id, position) WHERE seq IS NULL;

CREATE TABLE outbox_event (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  id               uuid NOT NULL,
  position         bigint GENERATED ALWAYS AS IDENTITY,
  event            text NOT NULL CHECK (event ~ '^[A-Z][A-Z0-9_]*([.][A-Z][A-Z0-9_]*)+$'),
  -- Of the thing that the event is about (spec 02, event envelope).
  entity_id        text NOT NULL,
  correlation_id   uuid NOT NULL,
  occurred_at      timestamptz NOT NULL,
  payload          json NOT NULL,
  published_at     timestamptz,
  attempts         integer NOT NULL DEFAULT 0,
  last_error       text,
  PRIMARY KEY (tenant_id, legal_entity_id, id)
);
CREATE INDEX outbox_event_pending ON outbox_event (tenant_id, position) WHERE published_at IS NULL;

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_log is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_log_append_only BEFORE DELETE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_log_content_stays
  BEFORE UPDATE OF tenant_id, legal_entity_id, position, id, at, user_id, correlation_id, action, subject, subject_id, details, row_hash
  ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
-- Sealing is the one change, and happens once.
CREATE TRIGGER audit_log_sealed_once BEFORE UPDATE ON audit_log
  FOR EACH ROW WHEN (OLD.seq IS NOT NULL OR NEW.seq IS NULL) EXECUTE FUNCTION refuse_audit_change();

-- Waits for whoever holds the same keys, then answers what was stored, by the place of the key in the lists. Two statements, so that the
-- second one sees what the holders committed while the first one waited; always in one order, so that two callers never wait for each other.
-- The plan is kept: for short lists the planner would make a new one each time.
CREATE FUNCTION claim_idempotency_keys(
  p_tenant uuid, p_legal_entity uuid, p_users uuid[], p_methods text[], p_routes text[], p_keys text[]
) RETURNS TABLE (place integer, request_hash text, status integer, body text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(c.lock)
     FROM (SELECT hashtextextended(concat_ws(E'\n', p_tenant, p_legal_entity, u.user_id, u.method, u.route, u.key), 7340041) AS lock
             FROM unnest(p_users, p_methods, p_routes, p_keys) AS u(user_id, method, route, key)
            ORDER BY 1 OFFSET 0) c;
  RETURN QUERY
    SELECT u.place::integer, k.request_hash, k.status, k.body::text
      FROM unnest(p_users, p_methods, p_routes, p_keys) WITH ORDINALITY AS u(user_id, method, route, key, place)
     CROSS JOIN LATERAL (
       SELECT i.request_hash, i.status, i.body FROM idempotency_key i
        WHERE i.tenant_id = p_tenant AND i.legal_entity_id = p_legal_entity AND i.user_id = u.user_id
          AND i.method = u.method AND i.route = u.route AND i.key = u.key AND i.expires_at > clock_timestamp()
       OFFSET 0) k;
END $$;

-- The text whose SHA-256 is a row's row_hash: a JSON array in this order, elements parted by a comma and a blank.
CREATE FUNCTION audit_text(
  p_position bigint, p_id uuid, p_tenant uuid, p_legal_entity uuid, p_at timestamptz, p_user uuid, p_correlation uuid,
  p_action text, p_subject text, p_subject_id text, p_details text
) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT json_build_array(p_position, p_id, p_tenant, p_legal_entity,
    to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), p_user, p_correlation,
    p_action, p_subject, p_subject_id, p_details)::text
$$;

-- The text whose SHA-256 is a row's curr_hash: its place, what it says, and the row before it.
CREATE FUNCTION audit_link(p_seq bigint, p_row bytea, p_prev bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(convert_to(p_seq::text || ' ' || encode(p_row, 'hex') || ' ' || encode(p_prev, 'hex'), 'UTF8'))
$$;

-- The two functions below work as the owner, who alone may write the log; they keep the search path of the migration, whose last place is
-- that of temporary tables, so that nobody puts one of his own in front of a table of ours.

-- Adds rows to the log without waiting for anybody.
CREATE FUNCTION append_audit(
  p_tenant uuid, p_legal_entity uuid,
  p_ids uuid[], p_users uuid[], p_correlations uuid[], p_actions text[], p_subjects text[], p_subject_ids text[], p_details text[]
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO audit_log (tenant_id, legal_entity_id, position, id, at, user_id, correlation_id, action, subject, subject_id, details,
                         row_hash)
  SELECT p_tenant, p_legal_entity, r.position, r.id, r.at, r.user_id, r.correlation_id, r.action, r.subject, r.subject_id,
         r.details::json,
         sha256(convert_to(audit_text(r.position, r.id, p_tenant, p_legal_entity, r.at, r.user_id, r.correlation_id, r.action,
                                      r.subject, r.subject_id, r.details), 'UTF8'))
    FROM (SELECT nextval('audit_log_position') AS position, clock_timestamp() AS at, g.*
            FROM unnest(p_ids, p_users, p_correlations, p_actions, p_subjects, p_subject_ids, p_details)
              AS g(id, user_id, correlation_id, action, subject, subject_id, details)
          OFFSET 0) r;
END $$;

-- Gives up to p_most committed rows of one chain their places, in the order in which they were written, and answers how many they were. A
-- row is found by having no place yet, not by where another call stopped: one whose transaction commits late is sealed by the next call.
-- Sealers of one chain queue; each statement sees what the one before it committed.
CREATE FUNCTION seal_audit(p_tenant uuid, p_legal_entity uuid, p_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  v_seq        bigint;
  v_prev       bytea;
  v_row        record;
  v_positions  bigint[] := '{}';
  v_seqs       bigint[] := '{}';
  v_prevs      bytea[] := '{}';
  v_links      bytea[] := '{}';
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(concat_ws(E'\n', 'audit', p_tenant, p_legal_entity), 7340042));
  SELECT a.seq, a.curr_hash INTO v_seq, v_prev
    FROM audit_log a
   WHERE a.tenant_id = p_tenant AND a.legal_entity_id = p_legal_entity AND a.seq IS NOT NULL
   ORDER BY a.seq DESC LIMIT 1;
  v_seq := coalesce(v_seq, 0);
  v_prev := coalesce(v_prev, decode(repeat('00', 32), 'hex'));
  FOR v_row IN
    SELECT a.position, a.row_hash FROM audit_log a
     WHERE a.tenant_id = p_tenant AND a.legal_entity_id = p_legal_entity AND a.seq IS NULL
     ORDER BY a.position LIMIT p_most
  LOOP
    v_seq := v_seq + 1;
    v_positions := v_positions || v_row.position;
    v_seqs := v_seqs || v_seq;
    v_prevs := v_prevs || v_prev;
    v_prev := audit_link(v_seq, v_row.row_hash, v_prev);
    v_links := v_links || v_prev;
  END LOOP;
  UPDATE audit_log a
     SET seq = s.seq, prev_hash = s.prev, curr_hash = s.link
    FROM unnest(v_positions, v_seqs, v_prevs, v_links) AS s(position, seq, prev, link)
   WHERE a.tenant_id = p_tenant AND a.legal_entity_id = p_legal_entity AND a.position = s.position;
  RETURN cardinality(v_positions);
END $$;

-- The end of one write, or of several, in one round trip: events, the stored answers of those with a key, and the audit rows. Columns are
-- lists, because an answer or event that travels as text of a document in another document is read three times over.
CREATE FUNCTION record_writes(
  p_tenant uuid, p_legal_entity uuid,
  p_event_ids uuid[], p_event_correlations uuid[], p_events text[], p_event_entities text[], p_event_payloads text[],
  p_answer_users uuid[], p_answer_methods text[], p_answer_routes text[], p_answer_keys text[], p_answer_digests text[],
  p_answer_statuses integer[], p_answers text[], p_answer_seconds integer[],
  p_ids uuid[], p_users uuid[], p_correlations uuid[], p_actions text[], p_subjects text[], p_subject_ids text[], p_details text[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_stored  integer;
BEGIN
  IF cardinality(p_events) > 0 THEN
    INSERT INTO outbox_event (tenant_id, legal_entity_id, id, event, entity_id, correlation_id, occurred_at, payload)
    SELECT p_tenant, p_legal_entity, e.id, e.event, e.entity_id, e.correlation_id, clock_timestamp(), e.payload::json
      FROM unnest(p_event_ids, p_event_correlations, p_events, p_event_entities, p_event_payloads)
        AS e(id, correlation_id, event, entity_id, payload);
  END IF;

  IF cardinality(p_answers) > 0 THEN
    -- In one order whoever stores, so that two of them never wait for each other.
    INSERT INTO idempotency_key AS k (tenant_id, legal_entity_id, user_id, method, route, key, request_hash, status, body,
                                      expires_at)
    SELECT p_tenant, p_legal_entity, a.user_id, a.method, a.route, a.key, a.request_hash, a.status, a.body::json,
           now() + make_interval(secs => a.lifetime_seconds)
      FROM unnest(p_answer_users, p_answer_methods, p_answer_routes, p_answer_keys, p_answer_digests, p_answer_statuses, p_answers,
                  p_answer_seconds)
        AS a(user_id, method, route, key, request_hash, status, body, lifetime_seconds)
     ORDER BY a.user_id, a.method, a.route, a.key
    ON CONFLICT (tenant_id, legal_entity_id, user_id, method, route, key) DO UPDATE
       SET request_hash = excluded.request_hash, status = excluded.status, body = excluded.body,
           created_at = excluded.created_at, expires_at = excluded.expires_at
     WHERE k.expires_at <= clock_timestamp();
    GET DIAGNOSTICS v_stored = ROW_COUNT;
    IF v_stored < cardinality(p_answers) THEN
      RAISE EXCEPTION 'another answer is stored for this key' USING ERRCODE = 'unique_violation';
    END IF;
  END IF;

  IF cardinality(p_ids) > 0 THEN
    PERFORM append_audit(p_tenant, p_legal_entity, p_ids, p_users, p_correlations, p_actions, p_subjects, p_subject_ids, p_details);
  END IF;
END $$;

REVOKE ALL ON FUNCTION claim_idempotency_keys, append_audit, seal_audit, record_writes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim_idempotency_keys, append_audit, record_writes TO prorata_app, prorata_intake;
GRANT EXECUTE ON FUNCTION seal_audit TO prorata_app, prorata_intake, prorata_relay;

GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_key TO prorata_app, prorata_intake;
GRANT SELECT ON audit_log TO prorata_app, prorata_intake, prorata_reader, prorata_relay;
GRANT SELECT, INSERT ON outbox_event TO prorata_app, prorata_intake;
GRANT SELECT, UPDATE (published_at, attempts, last_error) ON outbox_event TO prorata_relay;

-- Without a legal entity a scope reaches the rows of the tenant as a whole; without a tenant it reaches nothing.
SELECT wall('scope', ARRAY['idempotency_key'], 'prorata_app, prorata_intake');
SELECT wall('scope', ARRAY['audit_log'], 'prorata_app, prorata_intake', 'SELECT');
-- Rows are written by the functions, which work as the owner, and within the caller's scope all the same; sealing, within his tenant.
SELECT wall('scope', ARRAY['audit_log'], 'prorata_owner', 'INSERT');
SELECT wall('scope', ARRAY['outbox_event'], 'prorata_app, prorata_intake');
SELECT wall('tenant', ARRAY['audit_log'], 'prorata_owner', 'SELECT');
SELECT wall('tenant', ARRAY['audit_log'], 'prorata_owner', 'UPDATE');
-- Verification and the relay go through all companies of one tenant, never through two tenants at once.
SELECT wall('tenant', ARRAY['audit_log'], 'prorata_reader, prorata_relay', 'SELECT');
SELECT wall('tenant', ARRAY['outbox_event'], 'prorata_relay');
