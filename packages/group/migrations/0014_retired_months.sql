-- Months whose facts and views have left the database by age. Publications stay, with their signed manifests; the bundles stand in the
-- folder `archive`, from where a month is recalled.
CREATE TABLE retired_month (
  tenant_id     uuid NOT NULL,
  period_month  date NOT NULL CHECK (period_month = date_trunc('month', period_month)),
  retired_at    timestamptz NOT NULL DEFAULT now(),
  retired_by    uuid NOT NULL,
  PRIMARY KEY (tenant_id, period_month)
);
GRANT SELECT, INSERT, DELETE ON retired_month TO prorata_app;
GRANT SELECT ON retired_month TO prorata_intake, prorata_reader;
SELECT wall('tenant', ARRAY['retired_month']);
CREATE TRIGGER count_change AFTER INSERT ON retired_month
  FOR EACH ROW EXECUTE FUNCTION count_group_change('retired months');
