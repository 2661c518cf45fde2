-- References of the group, versioned as a whole: version N is every row with valid_from <= N and (valid_to is null or
-- valid_to > N). A change closes the old row and opens a new one (slowly changing dimension, type 2); nothing is deleted.
-- replaced_by: the code that stands for an ended one from now on, where it went on under another name.
CREATE TABLE reference_version (
  tenant_id     uuid NOT NULL,
  version       integer NOT NULL CHECK (version > 0),
  source        text NOT NULL,
  sha256        text NOT NULL,
  published_at  timestamptz NOT NULL DEFAULT now(),
  published_by  uuid NOT NULL,
  PRIMARY KEY (tenant_id, version)
);

CREATE TABLE ref_domain (
  tenant_id   uuid NOT NULL,
  code        text COLLATE "C" NOT NULL,
  label       text NOT NULL,
  active      boolean NOT NULL DEFAULT true,
  replaced_by text COLLATE "C",
  valid_from  integer NOT NULL,
  valid_to    integer,
  PRIMARY KEY (tenant_id, code, valid_from),
  FOREIGN KEY (tenant_id, valid_from) REFERENCES reference_version (tenant_id, version),
  CHECK (valid_to > valid_from)
);
CREATE UNIQUE INDEX ref_domain_current ON ref_domain (tenant_id, code) WHERE valid_to IS NULL;

CREATE TABLE ref_family (
  tenant_id    uuid NOT NULL,
  code         text COLLATE "C" NOT NULL,
  domain_code  text COLLATE "C" NOT NULL,
  label        text NOT NULL,
  active       boolean NOT NULL DEFAULT true,
  replaced_by  text COLLATE "C",
  valid_from   integer NOT NULL,
  valid_to     integer,
  PRIMARY KEY (tenant_id, code, valid_from),
  FOREIGN KEY (tenant_id, valid_from) REFERENCES reference_version (tenant_id, version),
  CHECK (valid_to > valid_from)
);
CREATE UNIQUE INDEX ref_family_current ON ref_family (tenant_id, code) WHERE valid_to IS NULL;

CREATE TABLE ref_product (
  tenant_id    uuid NOT NULL,
  code         text COLLATE "C" NOT NULL,
  domain_code  text COLLATE "C" NOT NULL,
  family_code  text COLLATE "C",
  unit         text COLLATE "C" NOT NULL,
  label        text NOT NULL,
  active       boolean NOT NULL DEFAULT true,
  replaced_by  text COLLATE "C",
  valid_from   integer NOT NULL,
  valid_to     integer,
  PRIMARY KEY (tenant_id, code, valid_from),
  FOREIGN KEY (tenant_id, valid_from) REFERENCES reference_version (tenant_id, version),
  CHECK (valid_to > valid_from)
);
CREATE UNIQUE INDEX ref_product_current ON ref_product (tenant_id, code) WHERE valid_to IS NULL;

GRANT SELECT, INSERT ON reference_version TO prorata_app;
GRANT SELECT, INSERT, UPDATE (valid_to) ON ref_domain, ref_family, ref_product TO prorata_app;
GRANT SELECT ON reference_version, ref_domain, ref_family, ref_product TO prorata_intake, prorata_reader;

SELECT wall('tenant', ARRAY['reference_version', 'ref_domain', 'ref_family', 'ref_product']);
