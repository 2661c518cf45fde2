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

CREATE TABLE audit_log (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  seq              bigint NOT NULL CHECK (seq > 0),
  id               uuid NOT NULL,
  at               timestamptz NOT NULL,
  user_id          uuid NOT NULL,
  correlation_id   uuid NOT NULL,
  action           text NOT NULL,
  subject          text NOT NULL,
  subject_id       text NOT NULL,
  -- json, not jsonb: the text that was hashed is the text that is kept.
  details          json NOT NULL,
  prev_hash        bytea NOT NULL CHECK (octet_length(prev_hash) = 32),
  curr_hash        bytea NOT NULL CHECK (octet_length(curr_hash) = 32),
  PRIMARY KEY (tenant_id, legal_entity_id, seq)
);

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
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

-- Waits for whoever holds the same key, then answers what was stored. Two statements, so that the second one sees what the
-- holder committed while the first one waited.
CREATE FUNCTION claim_idempotency_key(
  p_tenant uuid, p_legal_entity uuid, p_user uuid, p_method text, p_route text, p_key text
) RETURNS TABLE (request_hash text, status integer, body text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(
    hashtextextended(concat_ws(E'\n', p_tenant, p_legal_entity, p_user, p_method, p_route, p_key), 7340041));
  RETURN QUERY
    SELECT k.request_hash, k.status, k.body::text
      FROM idempotency_key k
     WHERE k.tenant_id = p_tenant AND k.legal_entity_id = p_legal_entity AND k.user_id = p_user
       AND k.method = p_method AND k.route = p_route AND k.key = p_key
       AND k.expires_at > clock_timestamp();
END $$;

-- The text whose SHA-256 is a row's curr_hash: a JSON array in this order, elements parted by a comma and a blank.
CREATE FUNCTION audit_text(
  p_seq bigint, p_id uuid, p_tenant uuid, p_legal_entity uuid, p_at timestamptz, p_user uuid, p_correlation uuid,
  p_action text, p_subject text, p_subject_id text, p_details text, p_prev bytea
) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT json_build_array(p_seq, p_id, p_tenant, p_legal_entity,
    to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), p_user, p_correlation,
    p_action, p_subject, p_subject_id, p_details, encode(p_prev, 'hex'))::text
$$;

-- Appends to the chain of one legal entity. The lock makes writers of one chain queue, so it comes last in a transaction; the
-- head is read by a statement of its own, after the lock.
CREATE FUNCTION append_audit(
  p_tenant uuid, p_legal_entity uuid, p_user uuid, p_correlation uuid, p_rows jsonb
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_seq   bigint;
  v_prev  bytea;
  v_hash  bytea;
  v_at    timestamptz;
  v_row   record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(concat_ws(E'\n', 'audit', p_tenant, p_legal_entity), 7340042));
  SELECT a.seq, a.curr_hash INTO v_seq, v_prev
    FROM audit_log a
   WHERE a.tenant_id = p_tenant AND a.legal_entity_id = p_legal_entity
   ORDER BY a.seq DESC LIMIT 1;
  IF NOT FOUND THEN
    v_seq := 0;
    v_prev := decode(repeat('00', 32), 'hex');
  END IF;
  FOR v_row IN
    SELECT r.id, r.action, r.subject, r.subject_id, r.details
      FROM jsonb_to_recordset(p_rows) AS r(id uuid, action text, subject text, subject_id text, details text)
  LOOP
    v_seq := v_seq + 1;
    v_at := clock_timestamp();
    v_hash := sha256(convert_to(audit_text(v_seq, v_row.id, p_tenant, p_legal_entity, v_at, p_user, p_correlation,
      v_row.action, v_row.subject, v_row.subject_id, v_row.details, v_prev), 'UTF8'));
    INSERT INTO audit_log (tenant_id, legal_entity_id, seq, id, at, user_id, correlation_id, action, subject, subject_id,
                           details, prev_hash, curr_hash)
    VALUES (p_tenant, p_legal_entity, v_seq, v_row.id, v_at, p_user, p_correlation, v_row.action, v_row.subject,
            v_row.subject_id, v_row.details::json, v_prev, v_hash);
    v_prev := v_hash;
  END LOOP;
END $$;

-- The end of a write, in one round trip: events, the stored answer (null without a key), and the audit rows with their lock last.
CREATE FUNCTION record_write(
  p_tenant uuid, p_legal_entity uuid, p_user uuid, p_correlation uuid, p_events jsonb, p_answer jsonb, p_audit jsonb
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox_event (tenant_id, legal_entity_id, id, event, entity_id, correlation_id, occurred_at, payload)
  SELECT p_tenant, p_legal_entity, e.id, e.event, e.entity_id, p_correlation, clock_timestamp(), e.payload::json
    FROM jsonb_to_recordset(p_events) AS e(id uuid, event text, entity_id text, payload text);

  IF p_answer IS NOT NULL THEN
    INSERT INTO idempotency_key AS k (tenant_id, legal_entity_id, user_id, method, route, key, request_hash, status, body,
                                      expires_at)
    SELECT p_tenant, p_legal_entity, p_user, a.method, a.route, a.key, a.request_hash, a.status, a.body::json,
           now() + make_interval(secs => a.lifetime_seconds)
      FROM jsonb_to_record(p_answer) AS a(method text, route text, key text, request_hash text, status integer, body text,
                                          lifetime_seconds integer)
    ON CONFLICT (tenant_id, legal_entity_id, user_id, method, route, key) DO UPDATE
       SET request_hash = excluded.request_hash, status = excluded.status, body = excluded.body,
           created_at = excluded.created_at, expires_at = excluded.expires_at
     WHERE k.expires_at <= clock_timestamp();
    IF NOT FOUND THEN
      RAISE EXCEPTION 'another answer is stored for this key' USING ERRCODE = 'unique_violation';
    END IF;
  END IF;

  IF jsonb_array_length(p_audit) > 0 THEN
    PERFORM append_audit(p_tenant, p_legal_entity, p_user, p_correlation, p_audit);
  END IF;
END $$;

REVOKE ALL ON FUNCTION claim_idempotency_key, append_audit, record_write FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim_idempotency_key, append_audit, record_write TO prorata_app, prorata_intake;

GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_key TO prorata_app, prorata_intake;
GRANT SELECT, INSERT ON audit_log TO prorata_app, prorata_intake;
GRANT SELECT ON audit_log TO prorata_reader, prorata_relay;
GRANT SELECT, INSERT ON outbox_event TO prorata_app, prorata_intake;
GRANT SELECT, UPDATE (published_at, attempts, last_error) ON outbox_event TO prorata_relay;

-- Without a legal entity a scope reaches the rows of the tenant as a whole; without a tenant it reaches nothing.
CREATE POLICY idempotency_key_row ON idempotency_key TO prorata_app, prorata_intake
  USING (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid
    AND legal_entity_id = COALESCE(NULLIF(current_setting('app.current_legal_entity', true), ''),
                                   '00000000-0000-0000-0000-000000000000')::uuid)
  WITH CHECK (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid
    AND legal_entity_id = COALESCE(NULLIF(current_setting('app.current_legal_entity', true), ''),
                                   '00000000-0000-0000-0000-000000000000')::uuid);
CREATE POLICY audit_log_row ON audit_log TO prorata_app, prorata_intake
  USING (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid
    AND legal_entity_id = COALESCE(NULLIF(current_setting('app.current_legal_entity', true), ''),
                                   '00000000-0000-0000-0000-000000000000')::uuid)
  WITH CHECK (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid
    AND legal_entity_id = COALESCE(NULLIF(current_setting('app.current_legal_entity', true), ''),
                                   '00000000-0000-0000-0000-000000000000')::uuid);
CREATE POLICY outbox_event_row ON outbox_event TO prorata_app, prorata_intake
  USING (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid
    AND legal_entity_id = COALESCE(NULLIF(current_setting('app.current_legal_entity', true), ''),
                                   '00000000-0000-0000-0000-000000000000')::uuid)
  WITH CHECK (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid
    AND legal_entity_id = COALESCE(NULLIF(current_setting('app.current_legal_entity', true), ''),
                                   '00000000-0000-0000-0000-000000000000')::uuid);
-- Verification and the relay go through all companies of one tenant, never through two tenants at once.
CREATE POLICY audit_log_tenant ON audit_log FOR SELECT TO prorata_reader, prorata_relay
  USING (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid);
CREATE POLICY outbox_event_tenant ON outbox_event TO prorata_relay
  USING (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid)
  WITH CHECK (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid);

ALTER TABLE idempotency_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_key FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_log FORCE ROW LEVEL SECURITY;
ALTER TABLE outbox_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox_event FORCE ROW LEVEL SECURITY;
