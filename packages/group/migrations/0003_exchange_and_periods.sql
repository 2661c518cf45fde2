-- One import of a rates file makes one set; a set never changes, so a figure can always be explained by the set it used.
CREATE TABLE fx_rate_set (
  tenant_id      uuid NOT NULL,
  rate_set       integer NOT NULL CHECK (rate_set > 0),
  base_currency  text COLLATE "C" NOT NULL,
  group_currency text COLLATE "C" NOT NULL,
  source         text NOT NULL,
  sha256         text NOT NULL,
  first_day      date NOT NULL,
  last_day       date NOT NULL,
  imported_at    timestamptz NOT NULL DEFAULT now(),
  imported_by    uuid NOT NULL,
  PRIMARY KEY (tenant_id, rate_set),
  UNIQUE (tenant_id, sha256)
);

-- The month's mean as the exact fraction rate_sum / rate_days (units of the currency for one unit of the base), and the
-- multiplier currency -> group currency, rounded once (half-even, 12 decimals). Provisional: the file does not hold the whole month.
CREATE TABLE fx_rate (
  tenant_id     uuid NOT NULL,
  rate_set      integer NOT NULL,
  period_month  date NOT NULL CHECK (period_month = date_trunc('month', period_month)),
  currency      text COLLATE "C" NOT NULL,
  rate_sum      numeric NOT NULL CHECK (rate_sum > 0),
  rate_days     integer NOT NULL CHECK (rate_days > 0),
  multiplier    numeric CHECK (multiplier > 0),
  provisional   boolean NOT NULL,
  PRIMARY KEY (tenant_id, rate_set, period_month, currency),
  FOREIGN KEY (tenant_id, rate_set) REFERENCES fx_rate_set (tenant_id, rate_set)
);

-- A month is open unless a row says otherwise. A locked month pins what its figures were made of.
CREATE TABLE period_status (
  tenant_id          uuid NOT NULL,
  period_month       date NOT NULL CHECK (period_month = date_trunc('month', period_month)),
  status             text NOT NULL CHECK (status IN ('OPEN', 'LOCKED')),
  reason             text,
  rate_set           integer,
  reference_version  integer,
  publications       jsonb NOT NULL DEFAULT '[]',
  changed_at         timestamptz NOT NULL DEFAULT now(),
  changed_by         uuid NOT NULL,
  version            bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, period_month),
  FOREIGN KEY (tenant_id, rate_set) REFERENCES fx_rate_set (tenant_id, rate_set)
);

GRANT SELECT, INSERT ON fx_rate_set, fx_rate TO prorata_app;
GRANT SELECT, INSERT, UPDATE ON period_status TO prorata_app;
GRANT SELECT ON fx_rate_set, fx_rate, period_status TO prorata_intake, prorata_reader;

SELECT wall('tenant', ARRAY['fx_rate_set', 'fx_rate', 'period_status']);
