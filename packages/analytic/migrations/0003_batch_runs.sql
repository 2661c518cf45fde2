-- A month and a set of rules, allocated chunk by chunk. Where a run stands is committed with what it stored, so that a run that was
-- cut off goes on where it stopped: nothing is lost, nothing is done twice.

CREATE TABLE ana_batch_run (
  tenant_id        uuid NOT NULL DEFAULT ana_tenant(),
  legal_entity_id  uuid NOT NULL DEFAULT ana_legal_entity(),
  id               uuid NOT NULL,
  country_code     char(2) NOT NULL,
  period_month     date NOT NULL CHECK (period_month = date_trunc('month', period_month)::date),
  status           text NOT NULL DEFAULT 'RUNNING' CHECK (status IN ('RUNNING', 'COMPLETED', 'FAILED')),
  -- Entries of the month when the run was asked for, times the number of rules.
  expected         bigint NOT NULL,
  -- The rule that is being run, and the last entry that it has seen.
  rule_position    integer NOT NULL DEFAULT 1,
  after_date       date,
  after_id         uuid,
  seen             bigint NOT NULL DEFAULT 0,
  posted           bigint NOT NULL DEFAULT 0,
  existing         bigint NOT NULL DEFAULT 0,
  unmatched        bigint NOT NULL DEFAULT 0,
  refused          bigint NOT NULL DEFAULT 0,
  problem          jsonb,
  -- The job that carries the run out, or did last; none where somebody carries it out himself.
  job_id           uuid,
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  updated_at       timestamptz NOT NULL DEFAULT now(),
  updated_by       uuid NOT NULL,
  version          bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, legal_entity_id, id),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id),
  CONSTRAINT ana_batch_run_counted CHECK (seen = posted + existing + unmatched + refused)
);

CREATE TABLE ana_batch_rule (
  tenant_id           uuid NOT NULL DEFAULT ana_tenant(),
  legal_entity_id     uuid NOT NULL DEFAULT ana_legal_entity(),
  batch_run_id        uuid NOT NULL,
  position            integer NOT NULL CHECK (position > 0),
  allocation_rule_id  uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, batch_run_id, position),
  FOREIGN KEY (tenant_id, legal_entity_id, batch_run_id) REFERENCES ana_batch_run (tenant_id, legal_entity_id, id),
  FOREIGN KEY (tenant_id, legal_entity_id, allocation_rule_id)
    REFERENCES ana_allocation_rule (tenant_id, legal_entity_id, id)
);

-- Entries that the rule matches and cannot allocate, each with the code that a run of its own would answer.
CREATE TABLE ana_batch_refusal (
  tenant_id           uuid NOT NULL DEFAULT ana_tenant(),
  legal_entity_id     uuid NOT NULL DEFAULT ana_legal_entity(),
  id                  uuid NOT NULL,
  batch_run_id        uuid NOT NULL,
  source_entry_id     uuid NOT NULL,
  allocation_rule_id  uuid NOT NULL,
  code                text NOT NULL,
  detail              text NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, id),
  FOREIGN KEY (tenant_id, legal_entity_id, batch_run_id) REFERENCES ana_batch_run (tenant_id, legal_entity_id, id)
);
CREATE INDEX ana_batch_refusal_run ON ana_batch_refusal (tenant_id, legal_entity_id, batch_run_id, id);

GRANT SELECT, INSERT, UPDATE ON ana_batch_run TO prorata_app;
GRANT SELECT, INSERT ON ana_batch_rule, ana_batch_refusal TO prorata_app;
GRANT SELECT ON ana_batch_run, ana_batch_rule, ana_batch_refusal TO prorata_reader;

SELECT wall('legal_entity', ARRAY['ana_batch_run', 'ana_batch_rule', 'ana_batch_refusal']);
