-- What allocations gave. A posting never changes: a reversal is a posting of its own (the mirror), and the one mark on the original
-- is which mirror took it back.

CREATE TABLE ana_posting (
  tenant_id           uuid NOT NULL DEFAULT ana_tenant(),
  legal_entity_id     uuid NOT NULL DEFAULT ana_legal_entity(),
  id                  uuid NOT NULL,
  country_code        char(2) NOT NULL,
  source_entry_id     uuid NOT NULL,
  allocation_rule_id  uuid NOT NULL,
  kind                text NOT NULL CHECK (kind IN ('ORIGINAL', 'MIRROR')),
  reverses            uuid,
  reversed_by         uuid,
  posting_date        date NOT NULL,
  period_month        date NOT NULL CHECK (period_month = date_trunc('month', posting_date)::date),
  currency            char(3) NOT NULL,
  result              jsonb NOT NULL,
  created_at          timestamptz NOT NULL DEFAULT now(),
  created_by          uuid NOT NULL,
  updated_at          timestamptz NOT NULL DEFAULT now(),
  updated_by          uuid NOT NULL,
  version             bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, legal_entity_id, id),
  FOREIGN KEY (tenant_id, legal_entity_id, allocation_rule_id)
    REFERENCES ana_allocation_rule (tenant_id, legal_entity_id, id),
  FOREIGN KEY (tenant_id, legal_entity_id, source_entry_id) REFERENCES gl_entry (tenant_id, legal_entity_id, id),
  FOREIGN KEY (tenant_id, legal_entity_id, reverses) REFERENCES ana_posting (tenant_id, legal_entity_id, id),
  FOREIGN KEY (tenant_id, legal_entity_id, reversed_by) REFERENCES ana_posting (tenant_id, legal_entity_id, id),
  CONSTRAINT ana_posting_mirror_of CHECK ((kind = 'MIRROR') = (reverses IS NOT NULL)),
  CONSTRAINT ana_posting_mirror_stays CHECK (kind = 'ORIGINAL' OR reversed_by IS NULL)
);
-- Never twice: one active original an entry and rule.
CREATE UNIQUE INDEX ana_posting_active ON ana_posting (tenant_id, legal_entity_id, source_entry_id, allocation_rule_id)
  WHERE kind = 'ORIGINAL' AND reversed_by IS NULL;
CREATE UNIQUE INDEX ana_posting_one_mirror ON ana_posting (tenant_id, legal_entity_id, reverses) WHERE reverses IS NOT NULL;
CREATE INDEX ana_posting_entry ON ana_posting (tenant_id, legal_entity_id, source_entry_id, id);
CREATE INDEX ana_posting_rule ON ana_posting (tenant_id, legal_entity_id, allocation_rule_id, id);
CREATE INDEX ana_posting_month ON ana_posting (tenant_id, legal_entity_id, period_month, id);

-- The queryable form of `ana_posting.result`. A part of a `cross` rule has one row an axis, so that for each source line the rows of
-- one axis add up to its amount, whatever the rule.
CREATE TABLE ana_posting_line (
  tenant_id        uuid NOT NULL DEFAULT ana_tenant(),
  legal_entity_id  uuid NOT NULL DEFAULT ana_legal_entity(),
  posting_id       uuid NOT NULL,
  -- Line of the source entry, and the part's place within its split.
  line_no          integer NOT NULL,
  part_no          integer NOT NULL,
  axis_id          uuid NOT NULL,
  dimension_id     uuid NOT NULL,
  account          text COLLATE "C" NOT NULL,
  period_month     date NOT NULL,
  amount           numeric NOT NULL CHECK (scale(amount) <= 18),
  PRIMARY KEY (tenant_id, legal_entity_id, posting_id, line_no, axis_id, part_no),
  FOREIGN KEY (tenant_id, legal_entity_id, posting_id) REFERENCES ana_posting (tenant_id, legal_entity_id, id),
  FOREIGN KEY (tenant_id, legal_entity_id, axis_id, dimension_id)
    REFERENCES ana_dimension (tenant_id, legal_entity_id, axis_id, id)
);
CREATE INDEX ana_posting_line_dimension ON ana_posting_line
  (tenant_id, legal_entity_id, dimension_id, period_month, posting_id);

-- The analytic balance of the postings that are folded into it, because a sum over a million lines is no answer to a click. A single run
-- does not touch its rows, which all runs of a month would wait for: its posting waits in `ana_balance_waiting` and is folded in a
-- moment later, with others (decision 0103). `ana_balance_now` is always the sum of all posting lines.
CREATE TABLE ana_balance (
  tenant_id        uuid NOT NULL DEFAULT ana_tenant(),
  legal_entity_id  uuid NOT NULL DEFAULT ana_legal_entity(),
  axis_id          uuid NOT NULL,
  period_month     date NOT NULL,
  dimension_id     uuid NOT NULL,
  account          text COLLATE "C" NOT NULL,
  amount           numeric NOT NULL,
  -- Lines counted in, mirrors too.
  lines            bigint NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, axis_id, period_month, dimension_id, account),
  FOREIGN KEY (tenant_id, legal_entity_id, axis_id, dimension_id)
    REFERENCES ana_dimension (tenant_id, legal_entity_id, axis_id, id)
) WITH (fillfactor = 70);

CREATE TABLE ana_balance_waiting (
  tenant_id        uuid NOT NULL DEFAULT ana_tenant(),
  legal_entity_id  uuid NOT NULL DEFAULT ana_legal_entity(),
  posting_id       uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, posting_id),
  FOREIGN KEY (tenant_id, legal_entity_id, posting_id) REFERENCES ana_posting (tenant_id, legal_entity_id, id)
);

CREATE VIEW ana_balance_now WITH (security_invoker = true) AS
  SELECT tenant_id, legal_entity_id, axis_id, period_month, dimension_id, account, amount, lines FROM ana_balance
  UNION ALL
  SELECT l.tenant_id, l.legal_entity_id, l.axis_id, l.period_month, l.dimension_id, l.account, l.amount, 1
    FROM ana_balance_waiting w
    JOIN ana_posting_line l
      ON l.tenant_id = w.tenant_id AND l.legal_entity_id = w.legal_entity_id AND l.posting_id = w.posting_id;

-- Folds up to p_most waiting postings of the caller's legal entity into the balance, whose rows are locked in the order of their key,
-- and answers how many they were. Whoever reads sees a posting either waiting or folded.
-- Its plans are kept by the session, and would be ones for empty tables where they were made early: so the index is the way at any size,
-- and the lines of each posting are looked up by its key, never found among all lines of the company.
CREATE FUNCTION ana_fold_balance(p_most integer) RETURNS integer LANGUAGE plpgsql
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_taken  uuid[];
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(concat_ws(E'\n', 'fold', ana_tenant(), ana_legal_entity()), 7340043));
  WITH taken AS (
    DELETE FROM ana_balance_waiting w
     WHERE w.tenant_id = ana_tenant() AND w.legal_entity_id = ana_legal_entity()
       AND w.posting_id = ANY (ARRAY(
             SELECT o.posting_id FROM ana_balance_waiting o
              WHERE o.tenant_id = ana_tenant() AND o.legal_entity_id = ana_legal_entity() ORDER BY o.posting_id LIMIT p_most))
    RETURNING w.posting_id)
  SELECT coalesce(array_agg(posting_id), '{}') INTO v_taken FROM taken;
  INSERT INTO ana_balance AS b (axis_id, period_month, dimension_id, account, amount, lines)
  SELECT l.axis_id, l.period_month, l.dimension_id, l.account, sum(l.amount), count(*)
    FROM unnest(v_taken) AS w(posting_id)
    CROSS JOIN LATERAL (
      SELECT o.axis_id, o.period_month, o.dimension_id, o.account, o.amount FROM ana_posting_line o
       WHERE o.tenant_id = ana_tenant() AND o.legal_entity_id = ana_legal_entity() AND o.posting_id = w.posting_id
      OFFSET 0) l
   GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (tenant_id, legal_entity_id, axis_id, period_month, dimension_id, account) DO UPDATE
     SET amount = b.amount + excluded.amount, lines = b.lines + excluded.lines;
  RETURN cardinality(v_taken);
END $$;
REVOKE ALL ON FUNCTION ana_fold_balance FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ana_fold_balance TO prorata_app;

-- Which posting holds a source line on an axis. Its key is the promise that no line is allocated twice on one axis, whatever rule or
-- version; a reversal gives the lines back.
CREATE TABLE ana_allocated_line (
  tenant_id        uuid NOT NULL DEFAULT ana_tenant(),
  legal_entity_id  uuid NOT NULL DEFAULT ana_legal_entity(),
  entry_id         uuid NOT NULL,
  line_no          integer NOT NULL,
  axis_id          uuid NOT NULL,
  posting_id       uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, entry_id, line_no, axis_id),
  FOREIGN KEY (tenant_id, legal_entity_id, posting_id) REFERENCES ana_posting (tenant_id, legal_entity_id, id)
);

CREATE FUNCTION refuse_posting_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.reversed_by IS NULL AND NEW.reversed_by IS NOT NULL
     AND (to_jsonb(NEW) - ARRAY['reversed_by', 'updated_at', 'updated_by', 'version'])
       = (to_jsonb(OLD) - ARRAY['reversed_by', 'updated_at', 'updated_by', 'version']) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'IMMUTABLE_POSTED: posting % is final', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ana_posting_immutable BEFORE UPDATE OR DELETE ON ana_posting
  FOR EACH ROW EXECUTE FUNCTION refuse_posting_change();

CREATE FUNCTION refuse_posting_line_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'IMMUTABLE_POSTED: lines of postings stay' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ana_posting_line_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ana_posting_line
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_posting_line_change();

GRANT SELECT, INSERT, UPDATE (reversed_by, updated_at, updated_by, version) ON ana_posting TO prorata_app;
GRANT SELECT, INSERT ON ana_posting_line TO prorata_app;
GRANT SELECT, INSERT, DELETE ON ana_allocated_line TO prorata_app;
GRANT SELECT, INSERT, UPDATE ON ana_balance TO prorata_app;
GRANT SELECT, INSERT, DELETE ON ana_balance_waiting TO prorata_app;
GRANT SELECT ON ana_balance_now TO prorata_app;
GRANT SELECT ON ana_posting, ana_posting_line, ana_allocated_line, ana_balance, ana_balance_waiting, ana_balance_now TO prorata_reader;

-- What the general ledger reverses is taken back in the transaction of the intake that learns it.
GRANT SELECT ON ana_axis, ana_dimension TO prorata_intake;
GRANT SELECT, INSERT, UPDATE (reversed_by, updated_at, updated_by, version) ON ana_posting TO prorata_intake;
GRANT SELECT, INSERT ON ana_posting_line TO prorata_intake;
GRANT SELECT, INSERT, DELETE ON ana_allocated_line TO prorata_intake;
GRANT SELECT, INSERT ON ana_balance_waiting TO prorata_intake;

SELECT wall('legal_entity', ARRAY['ana_posting', 'ana_posting_line', 'ana_allocated_line', 'ana_balance',
  'ana_balance_waiting']);
