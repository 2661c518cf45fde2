-- What the group has decided about how it takes bundles. Each change is a new row; the last one counts, and where there is none, the
-- defaults of src/policy do. rate_set: the set that open months are converted with; null for the latest.
CREATE TABLE group_policy (
  tenant_id         uuid NOT NULL,
  version           integer NOT NULL CHECK (version > 0),
  unknown_product   text COLLATE "C" NOT NULL CHECK (unknown_product IN ('TAKE', 'REFUSE')),
  due_day           smallint NOT NULL CHECK (due_day BETWEEN 1 AND 31),
  quarantine_bytes  bigint NOT NULL CHECK (quarantine_bytes >= 0),
  quarantine_days   integer NOT NULL CHECK (quarantine_days > 0),
  rate_set          integer,
  changed_at        timestamptz NOT NULL DEFAULT now(),
  changed_by        uuid NOT NULL,
  PRIMARY KEY (tenant_id, version),
  FOREIGN KEY (tenant_id, rate_set) REFERENCES fx_rate_set (tenant_id, rate_set)
);

-- Versions of the data contract that the group takes, and until when. No row at all: what this software takes, without an end.
CREATE TABLE contract_version (
  tenant_id   uuid NOT NULL,
  version     text COLLATE "C" NOT NULL CHECK (version ~ '^[0-9]+[.][0-9]+$'),
  until       timestamptz,
  changed_at  timestamptz NOT NULL DEFAULT now(),
  changed_by  uuid NOT NULL,
  PRIMARY KEY (tenant_id, version)
);

-- Where each code that the references ever held stands today: its successor, and what that belongs to. Written anew with each version.
CREATE TABLE ref_today (
  tenant_id    uuid NOT NULL,
  kind         text COLLATE "C" NOT NULL CHECK (kind IN ('domain', 'family', 'product')),
  code         text COLLATE "C" NOT NULL,
  today_code   text COLLATE "C" NOT NULL,
  label        text NOT NULL,
  domain_code  text COLLATE "C" NOT NULL,
  family_code  text COLLATE "C",
  PRIMARY KEY (tenant_id, kind, code)
);

-- Reference views of the group: one price for each product of the group, so that entities can be valued alike. A set never changes;
-- of the sets of one name, the last one counts.
CREATE TABLE reference_price_set (
  tenant_id    uuid NOT NULL,
  price_set    integer NOT NULL CHECK (price_set > 0),
  name         text COLLATE "C" NOT NULL CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$'),
  source       text NOT NULL,
  sha256       text COLLATE "C" NOT NULL,
  imported_at  timestamptz NOT NULL DEFAULT now(),
  imported_by  uuid NOT NULL,
  PRIMARY KEY (tenant_id, price_set),
  UNIQUE (tenant_id, name, sha256)
);
CREATE TABLE reference_price (
  tenant_id     uuid NOT NULL,
  price_set     integer NOT NULL,
  product_code  text COLLATE "C" NOT NULL,
  unit          text COLLATE "C" NOT NULL,
  currency      text COLLATE "C" NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  unit_price    numeric NOT NULL CHECK (unit_price >= 0),
  PRIMARY KEY (tenant_id, price_set, product_code, unit),
  FOREIGN KEY (tenant_id, price_set) REFERENCES reference_price_set (tenant_id, price_set)
);

-- Refused bundles, kept so that they can be taken once the cause is gone. One row for the same bytes of the same sender; the bytes
-- stand beside it as far as the policy allows, and go when it is settled.
CREATE TABLE quarantine (
  tenant_id      uuid NOT NULL,
  quarantine_id  uuid NOT NULL,
  entity_id      text COLLATE "C",
  file_name      text NOT NULL,
  file_sha256    text COLLATE "C" NOT NULL,
  bytes          bigint NOT NULL,
  bytes_kept     boolean NOT NULL,
  origin         text COLLATE "C" NOT NULL CHECK (origin IN ('PUSH', 'FILE', 'FOLDER', 'PULL')),
  code           text COLLATE "C" NOT NULL,
  report         jsonb NOT NULL,
  period_month   date,
  revision       integer,
  status         text COLLATE "C" NOT NULL CHECK (status IN ('HELD', 'REPLAYED', 'DISCARDED', 'EXPIRED')),
  refusals       integer NOT NULL DEFAULT 1,
  first_at       timestamptz NOT NULL DEFAULT now(),
  last_at        timestamptz NOT NULL DEFAULT now(),
  settled_at     timestamptz,
  settled_by     uuid,
  reason         text,
  PRIMARY KEY (tenant_id, quarantine_id)
);
CREATE UNIQUE INDEX quarantine_held ON quarantine (tenant_id, file_sha256, entity_id) NULLS NOT DISTINCT WHERE status = 'HELD';
CREATE INDEX quarantine_by_time ON quarantine (tenant_id, last_at DESC);
CREATE TABLE quarantine_part (
  tenant_id      uuid NOT NULL,
  quarantine_id  uuid NOT NULL,
  entity_id      text COLLATE "C",
  part           integer NOT NULL,
  content        bytea NOT NULL,
  PRIMARY KEY (tenant_id, quarantine_id, part),
  FOREIGN KEY (tenant_id, quarantine_id) REFERENCES quarantine (tenant_id, quarantine_id)
);
ALTER TABLE quarantine_part ALTER COLUMN content SET STORAGE EXTERNAL;

-- Where the group asks an entity for what it published, and how far it has read.
CREATE TABLE pull_source (
  tenant_id     uuid NOT NULL,
  entity_id     text COLLATE "C" NOT NULL,
  url           text NOT NULL,
  since         text COLLATE "C" NOT NULL DEFAULT '0',
  last_at       timestamptz,
  last_outcome  text,
  changed_at    timestamptz NOT NULL DEFAULT now(),
  changed_by    uuid NOT NULL,
  PRIMARY KEY (tenant_id, entity_id),
  FOREIGN KEY (tenant_id, entity_id) REFERENCES dim_entity (tenant_id, entity_id)
);

-- That a month of an entity was late has been told: once, whoever looks how often.
CREATE TABLE late_notice (
  tenant_id     uuid NOT NULL,
  entity_id     text COLLATE "C" NOT NULL,
  period_month  date NOT NULL,
  due_on        date NOT NULL,
  told_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, entity_id, period_month),
  FOREIGN KEY (tenant_id, entity_id) REFERENCES dim_entity (tenant_id, entity_id)
);

GRANT SELECT, INSERT ON group_policy, reference_price_set, reference_price TO prorata_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON contract_version, ref_today, pull_source TO prorata_app;
GRANT SELECT, INSERT ON late_notice TO prorata_app;
GRANT SELECT ON group_policy, contract_version, ref_today, reference_price_set, reference_price, late_notice, pull_source, quarantine
  TO prorata_reader;
GRANT SELECT ON group_policy, contract_version, ref_today TO prorata_intake;
GRANT SELECT, INSERT, UPDATE ON quarantine TO prorata_app, prorata_intake;
GRANT SELECT, INSERT, DELETE ON quarantine_part TO prorata_app, prorata_intake;

SELECT wall('tenant', ARRAY['group_policy', 'contract_version', 'ref_today', 'reference_price_set', 'reference_price']);

SELECT wall('entity_or_tenant', ARRAY['quarantine', 'quarantine_part', 'pull_source', 'late_notice']);

-- What locking a month has to know of every entity, and nothing more: asked inside the transaction that holds the month's lock, whose
-- role sees no publication but of its own entity. The policy is the owner's alone, and the owner serves no request.
SELECT wall('tenant', ARRAY['publication'], 'CURRENT_USER', 'SELECT');
CREATE FUNCTION month_standing(month date) RETURNS TABLE (entity text, revision integer, closed boolean, expected boolean)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT e.entity_id, p.revision, COALESCE(p.period_state = 'CLOSED', false),
         COALESCE(e.active_from <= month, true) AND COALESCE(e.active_to >= month, true)
    FROM dim_entity e
    LEFT JOIN publication p ON p.tenant_id = e.tenant_id AND p.entity_id = e.entity_id AND p.period_month = month
                           AND p.status = 'ACCEPTED'
   ORDER BY e.entity_id
$$;
REVOKE ALL ON FUNCTION month_standing(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION month_standing(date) TO prorata_app;
