-- The read copy of the general ledger. The GL is the authority: nothing here is ever sent back, and a locked month refuses
-- no copy of what was posted before the lock (decision 0090).

CREATE TABLE gl_entry (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  country_code     char(2) NOT NULL,
  -- The GL's own id where it has one (events, API); a FEC gives none, so the intake makes it.
  id               uuid NOT NULL,
  origin           text NOT NULL CHECK (origin IN ('FEC', 'EVENT', 'API')),
  journal_code     text COLLATE "C" NOT NULL,
  journal_label    text,
  entry_number     text COLLATE "C" NOT NULL,
  accounting_date  date NOT NULL,
  period_month     date NOT NULL CHECK (period_month = date_trunc('month', accounting_date)::date),
  status           text NOT NULL CHECK (status IN ('DRAFT', 'POSTED', 'REVERSED')),
  currency         char(3) NOT NULL,
  validated_on     date,
  reverses         uuid,
  reversed_by      uuid,
  line_count       integer NOT NULL CHECK (line_count > 0),
  debit            numeric NOT NULL CHECK (scale(debit) <= 18),
  credit           numeric NOT NULL CHECK (scale(credit) <= 18),
  digest           bytea NOT NULL CHECK (octet_length(digest) = 32),
  -- sha-256 of the FEC file that brought the entry, or the id of the event.
  source           text,
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  updated_at       timestamptz NOT NULL DEFAULT now(),
  updated_by       uuid NOT NULL,
  version          bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, legal_entity_id, id),
  -- Whatever the intake, one entry is in once: a file after events changes nothing and doubles nothing.
  CONSTRAINT gl_entry_natural UNIQUE (tenant_id, legal_entity_id, journal_code, entry_number, accounting_date),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id),
  CONSTRAINT gl_entry_balanced CHECK (debit = credit)
);
CREATE INDEX gl_entry_month ON gl_entry (tenant_id, legal_entity_id, period_month, accounting_date, id);

CREATE TABLE gl_entry_line (
  tenant_id          uuid NOT NULL,
  legal_entity_id    uuid NOT NULL,
  entry_id           uuid NOT NULL,
  line_no            integer NOT NULL CHECK (line_no > 0),
  -- Three members of the entry, repeated so that a balance reads this table alone.
  period_month       date NOT NULL,
  journal_code       text COLLATE "C" NOT NULL,
  posted             boolean NOT NULL,
  account            text COLLATE "C" NOT NULL CHECK (account <> ''),
  account_label      text,
  auxiliary_account  text,
  auxiliary_label    text,
  document_ref       text,
  document_date      date,
  label              text,
  debit              numeric NOT NULL CHECK (scale(debit) <= 18),
  credit             numeric NOT NULL CHECK (scale(credit) <= 18),
  foreign_amount     numeric CHECK (scale(foreign_amount) <= 18),
  foreign_currency   text,
  -- Line of the FEC file, counted from 1 with its header.
  source_line        bigint,
  PRIMARY KEY (tenant_id, legal_entity_id, entry_id, line_no),
  FOREIGN KEY (tenant_id, legal_entity_id, entry_id) REFERENCES gl_entry (tenant_id, legal_entity_id, id),
  CONSTRAINT gl_entry_line_one_side CHECK (debit = 0 OR credit = 0)
);
CREATE INDEX gl_entry_line_account ON gl_entry_line (tenant_id, legal_entity_id, period_month, account);

-- A reversal may be known before the entry it reverses: it waits here, and stays as the evidence.
CREATE TABLE gl_reversal (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  entry_id         uuid NOT NULL,
  reversed_by      uuid,
  event_id         text NOT NULL,
  occurred_at      timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, entry_id),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);

-- The last known state of a month. (sequence, changed_at, state, event_id) orders its changes, whatever their arrival.
CREATE TABLE gl_period (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  period_month     date NOT NULL CHECK (period_month = date_trunc('month', period_month)::date),
  state            text COLLATE "C" NOT NULL CHECK (state IN ('LOCKED', 'OPEN')),
  sequence         bigint NOT NULL DEFAULT 0 CHECK (sequence >= 0),
  changed_at       timestamptz NOT NULL,
  event_id         text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, period_month),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);

-- Every event that had its effect, by which a repetition is known, for ever.
CREATE TABLE gl_event (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  event_id         text COLLATE "C" NOT NULL CHECK (length(event_id) BETWEEN 1 AND 255),
  event            text NOT NULL,
  subject          text NOT NULL,
  occurred_at      timestamptz NOT NULL,
  received_at      timestamptz NOT NULL DEFAULT now(),
  body_sha256      text NOT NULL,
  outcome          text NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, event_id),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);

CREATE TABLE gl_import (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  sha256           text NOT NULL,
  file_name        text NOT NULL,
  -- Whether a repetition would find nothing to do: no entry was refused because of what was posted before.
  settled          boolean NOT NULL,
  result           json NOT NULL,
  imported_at      timestamptz NOT NULL DEFAULT now(),
  imported_by      uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, sha256),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);

-- What the legal entity says about its own books. Without a row the defaults of the code apply.
CREATE TABLE ledger_config (
  tenant_id         uuid NOT NULL,
  legal_entity_id   uuid NOT NULL,
  opening_journals  text[] NOT NULL,
  closing_journals  text[] NOT NULL,
  default_accounts  text[] NOT NULL,
  updated_at        timestamptz NOT NULL DEFAULT now(),
  updated_by        uuid NOT NULL,
  version           bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, legal_entity_id),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);

-- COPY is refused under row-level security, so bulk rows pass through here. Only the intake role reaches it, a row belongs
-- to the transaction that staged it, and no row outlives that transaction. Not logged: a crash empties it, rightly.
CREATE UNLOGGED TABLE gl_entry_staging (
  staged_by        xid8 NOT NULL DEFAULT pg_current_xact_id(),
  entry_no         integer NOT NULL,
  -- The GL's id, or none.
  given_id         uuid,
  -- The id that a new entry gets.
  id               uuid NOT NULL,
  journal_code     text COLLATE "C" NOT NULL,
  journal_label    text,
  entry_number     text COLLATE "C" NOT NULL,
  accounting_date  date NOT NULL,
  status           text NOT NULL,
  currency         char(3) NOT NULL,
  validated_on     date,
  reverses         uuid,
  reversed_by      uuid
) WITH (autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_scale_factor = 0);

CREATE UNLOGGED TABLE gl_line_staging (
  staged_by          xid8 NOT NULL DEFAULT pg_current_xact_id(),
  entry_no           integer NOT NULL,
  line_no            integer NOT NULL,
  account            text COLLATE "C" NOT NULL,
  account_label      text,
  auxiliary_account  text,
  auxiliary_label    text,
  document_ref       text,
  document_date      date,
  label              text,
  debit              numeric NOT NULL,
  credit             numeric NOT NULL,
  foreign_amount     numeric,
  foreign_currency   text,
  source_line        bigint
) WITH (autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_scale_factor = 0);

-- What is to become of each staged entry, decided once and then carried out.
CREATE UNLOGGED TABLE gl_entry_decision (
  staged_by   xid8 NOT NULL DEFAULT pg_current_xact_id(),
  entry_no    integer NOT NULL,
  outcome     text NOT NULL,
  entry_id    uuid NOT NULL,
  digest      bytea NOT NULL,
  line_count  integer NOT NULL,
  debit       numeric NOT NULL,
  credit      numeric NOT NULL
) WITH (autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_scale_factor = 0);

-- One event does not read the rows of a large file that somebody stages at the same time.
CREATE INDEX gl_entry_staging_entry ON gl_entry_staging (staged_by, entry_no);
CREATE INDEX gl_line_staging_entry ON gl_line_staging (staged_by, entry_no);
CREATE INDEX gl_entry_decision_entry ON gl_entry_decision (staged_by, entry_no);

GRANT SELECT, INSERT, DELETE ON gl_entry_staging, gl_line_staging, gl_entry_decision TO prorata_intake;

GRANT SELECT ON gl_entry, gl_entry_line, gl_reversal, gl_period, gl_event, gl_import, ledger_config TO prorata_app, prorata_reader;
GRANT INSERT, UPDATE ON ledger_config TO prorata_app;
GRANT SELECT ON ledger_config TO prorata_intake;
GRANT SELECT, INSERT, UPDATE ON gl_entry TO prorata_intake;
GRANT SELECT, INSERT, DELETE ON gl_entry_line TO prorata_intake;
GRANT SELECT, INSERT ON gl_event TO prorata_intake;
GRANT SELECT, INSERT, UPDATE ON gl_reversal, gl_period, gl_import TO prorata_intake;

-- After many rows came in at once the planner knows nothing of them until autovacuum looks, and until then takes any index for as good
-- as any other, for the look-ups of foreign keys too. ANALYZE is the owner's right.
CREATE FUNCTION refresh_entry_statistics() RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$ BEGIN ANALYZE gl_entry; END $$;
CREATE FUNCTION refresh_line_statistics() RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$ BEGIN ANALYZE gl_entry_line; END $$;
REVOKE ALL ON FUNCTION refresh_entry_statistics, refresh_line_statistics FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refresh_entry_statistics, refresh_line_statistics TO prorata_intake;

-- A posted entry never changes: only its reversal is added. The service refuses before; this is the wall behind it.
CREATE FUNCTION refuse_posted_entry_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'DRAFT' THEN RETURN NEW; END IF;
  IF OLD.status = 'POSTED' AND NEW.status IN ('POSTED', 'REVERSED') AND NEW.digest = OLD.digest AND NEW.id = OLD.id THEN
    RETURN NEW;
  END IF;
  IF OLD.status = 'REVERSED' AND NEW.status = 'REVERSED' AND NEW.digest = OLD.digest AND NEW.id = OLD.id THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'IMMUTABLE_POSTED: entry % is posted', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER gl_entry_immutable BEFORE UPDATE ON gl_entry FOR EACH ROW EXECUTE FUNCTION refuse_posted_entry_change();

CREATE FUNCTION refuse_posted_line_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM removed_line WHERE posted) THEN
    RAISE EXCEPTION 'IMMUTABLE_POSTED: lines of posted entries stay' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER gl_entry_line_immutable AFTER DELETE ON gl_entry_line
  REFERENCING OLD TABLE AS removed_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_posted_line_removal();

SELECT wall('legal_entity', ARRAY['gl_entry', 'gl_entry_line', 'gl_reversal', 'gl_period', 'gl_event', 'gl_import',
  'ledger_config']);
