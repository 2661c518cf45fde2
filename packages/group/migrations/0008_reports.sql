-- What reports can have changed by, counted: each committed change of a month's facts, of rates, references, locks or entities adds 1
-- to its row, so that the sum names one state of the group. A row for each month, because the intakes of two months never wait for
-- each other; a month's row is changed under that month's lock alone.
CREATE TABLE group_state (
  tenant_id  uuid NOT NULL,
  part       text COLLATE "C" NOT NULL,
  version    bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, part)
);
GRANT SELECT, INSERT, UPDATE ON group_state TO prorata_app, prorata_intake;
GRANT SELECT ON group_state TO prorata_reader;
SELECT wall('tenant', ARRAY['group_state']);

-- Tables that change seldom count by themselves, whoever writes them. The argument is the part.
CREATE FUNCTION count_group_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO group_state AS s (tenant_id, part) VALUES (NEW.tenant_id, TG_ARGV[0])
    ON CONFLICT (tenant_id, part) DO UPDATE SET version = s.version + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER count_change AFTER INSERT OR UPDATE ON dim_entity
  FOR EACH ROW EXECUTE FUNCTION count_group_change('entities');
CREATE TRIGGER count_change AFTER INSERT OR UPDATE ON fx_rate_set
  FOR EACH ROW EXECUTE FUNCTION count_group_change('rates');
CREATE TRIGGER count_change AFTER INSERT OR UPDATE ON period_status
  FOR EACH ROW EXECUTE FUNCTION count_group_change('periods');
CREATE TRIGGER count_change AFTER INSERT OR UPDATE ON reference_version
  FOR EACH ROW EXECUTE FUNCTION count_group_change('references');
CREATE TRIGGER count_change AFTER INSERT ON group_policy
  FOR EACH ROW EXECUTE FUNCTION count_group_change('policy');
CREATE TRIGGER count_change AFTER INSERT ON reference_price_set
  FOR EACH ROW EXECUTE FUNCTION count_group_change('reference prices');

-- Costs that no application bears, for the coverage of the allocation: few rows, so that no report has to pass all others for them.
CREATE INDEX mv_group_application_month_unallocated ON mv_group_application_month (tenant_id, period_month)
  WHERE application_id = 'UNALLOCATED';

-- What people type is found whatever its case and accents: letters are taken apart, their marks left out, the rest in small letters.
CREATE FUNCTION group_search_text(spelling text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  AS $$ SELECT lower(regexp_replace(normalize(spelling, NFKD), '[\u0300-\u036f]', '', 'g')) $$;
ALTER TABLE dim_application_group
  ADD COLUMN search_text text GENERATED ALWAYS AS (group_search_text(application_id || ' ' || label)) STORED;
ALTER TABLE dim_product_group
  ADD COLUMN search_text text GENERATED ALWAYS AS (group_search_text(product_id || ' ' || label)) STORED;
