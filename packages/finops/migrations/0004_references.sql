-- References of the entity: what a code is called, when it holds, and which code of the group it stands for. A reference is never
-- deleted: it has a last month, and facts of earlier months go on joining to it.

-- FOUND: a run met the code in a bill. IMPORTED: somebody said what it is, which a run does not overrule.
-- valid_from and valid_to are the first days of the first and the last month, both included; NULL is no bound.
ALTER TABLE dim_domain
  ADD COLUMN origin text NOT NULL DEFAULT 'FOUND' CHECK (origin IN ('FOUND', 'IMPORTED')),
  ADD COLUMN valid_from date CHECK (extract(day FROM valid_from) = 1),
  ADD COLUMN valid_to date CHECK (extract(day FROM valid_to) = 1),
  ADD COLUMN group_code text,
  ADD CHECK (valid_from <= valid_to), ADD CHECK (is_active = (valid_to IS NULL));
ALTER TABLE dim_family
  ADD COLUMN origin text NOT NULL DEFAULT 'FOUND' CHECK (origin IN ('FOUND', 'IMPORTED')),
  ADD COLUMN valid_from date CHECK (extract(day FROM valid_from) = 1),
  ADD COLUMN valid_to date CHECK (extract(day FROM valid_to) = 1),
  ADD COLUMN group_code text,
  ADD CHECK (valid_from <= valid_to), ADD CHECK (is_active = (valid_to IS NULL));
ALTER TABLE dim_product
  ADD COLUMN origin text NOT NULL DEFAULT 'FOUND' CHECK (origin IN ('FOUND', 'IMPORTED')),
  ADD COLUMN valid_from date CHECK (extract(day FROM valid_from) = 1),
  ADD COLUMN valid_to date CHECK (extract(day FROM valid_to) = 1),
  ADD COLUMN group_code text,
  ADD CHECK (valid_from <= valid_to), ADD CHECK (is_active = (valid_to IS NULL));
ALTER TABLE dim_application
  ADD COLUMN origin text NOT NULL DEFAULT 'FOUND' CHECK (origin IN ('FOUND', 'IMPORTED')),
  ADD COLUMN valid_from date CHECK (extract(day FROM valid_from) = 1),
  ADD COLUMN valid_to date CHECK (extract(day FROM valid_to) = 1),
  ADD COLUMN group_code text,
  ADD CHECK (valid_from <= valid_to), ADD CHECK (is_active = (valid_to IS NULL));

GRANT UPDATE (origin, valid_from, valid_to, group_code) ON dim_domain, dim_family, dim_product, dim_application
  TO prorata_app;
GRANT UPDATE (domain_id) ON dim_family TO prorata_app;
GRANT UPDATE (family_id) ON dim_product TO prorata_app;

-- What a reference was before and after each change that a person made. Append-only: no grant to change or remove.
CREATE TABLE reference_change (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  kind             text NOT NULL CHECK (kind IN ('domain', 'family', 'product', 'application')),
  code             text NOT NULL,
  version          bigint NOT NULL,
  country_code     char(2) NOT NULL,
  before           jsonb,
  after            jsonb NOT NULL,
  changed_at       timestamptz NOT NULL DEFAULT now(),
  changed_by       uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, kind, code, version),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);

-- The references of the group as the entity took them, from its admission or by asking. Sequence n is every row with
-- first_sequence <= n and (last_sequence is null or last_sequence >= n): each state that was taken can be read again.
CREATE TABLE group_reference_version (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  sequence         integer NOT NULL CHECK (sequence > 0),
  version          text NOT NULL,
  source           text NOT NULL CHECK (source IN ('ADMISSION', 'PULL')),
  -- Whether the group says anything about products: an entity counts what is unmapped only where it does.
  has_products     boolean NOT NULL,
  country_code     char(2) NOT NULL,
  taken_at         timestamptz NOT NULL DEFAULT now(),
  taken_by         uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, sequence),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
);

CREATE TABLE group_reference (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  kind             text NOT NULL CHECK (kind IN ('domain', 'family', 'product')),
  code             text NOT NULL,
  label            text NOT NULL,
  domain_code      text,
  family_code      text,
  unit             text,
  is_active        boolean NOT NULL,
  first_sequence   integer NOT NULL,
  last_sequence    integer CHECK (last_sequence >= first_sequence),
  PRIMARY KEY (tenant_id, legal_entity_id, kind, code, first_sequence),
  FOREIGN KEY (tenant_id, legal_entity_id, first_sequence)
    REFERENCES group_reference_version (tenant_id, legal_entity_id, sequence)
);
CREATE UNIQUE INDEX group_reference_standing
  ON group_reference (tenant_id, legal_entity_id, kind, code) WHERE last_sequence IS NULL;

GRANT SELECT, INSERT ON reference_change, group_reference_version TO prorata_app;
GRANT SELECT, INSERT, UPDATE (last_sequence) ON group_reference TO prorata_app;
GRANT SELECT ON reference_change, group_reference_version, group_reference TO prorata_reader;

SELECT wall('legal_entity', ARRAY['reference_change', 'group_reference_version', 'group_reference']);
