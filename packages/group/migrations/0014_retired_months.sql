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
CREATE POLICY tenant_rows ON retired_month
  USING (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid)
  WITH CHECK (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid);
ALTER TABLE retired_month ENABLE ROW LEVEL SECURITY;
ALTER TABLE retired_month FORCE ROW LEVEL SECURITY;
CREATE TRIGGER count_change AFTER INSERT ON retired_month
  FOR EACH ROW EXECUTE FUNCTION count_group_change('retired months');
