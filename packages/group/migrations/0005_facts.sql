-- The facts as the entities published them (spec 01, 3.2), never recomputed. Grain: everything before the measures; none is a value.
-- Partitions have no policies of their own and nobody reads them but through this table. An intake may fill one directly, because COPY is
-- refused under row-level security, but it may name neither tenant nor entity there: both come from the scope of its transaction, by the
-- defaults, and without a scope there is no row. That stands where the policy would.
CREATE TABLE fact_consumption_group (
  tenant_id         uuid NOT NULL DEFAULT NULLIF(current_setting('app.current_tenant', true), '')::uuid,
  entity_id         text COLLATE "C" NOT NULL DEFAULT NULLIF(current_setting('app.current_entity', true), ''),
  period_month      date NOT NULL,
  application_id    text COLLATE "C" NOT NULL,
  domain_id         text COLLATE "C" NOT NULL,
  family_id         text COLLATE "C",
  product_id        text COLLATE "C",
  unit              text COLLATE "C" NOT NULL,
  environment       text COLLATE "C" NOT NULL,
  consumption_type  text COLLATE "C" NOT NULL CHECK (consumption_type IN ('DIRECT', 'INDIRECT')),
  currency          text COLLATE "C" NOT NULL,
  quantity          numeric NOT NULL,
  cost_effective    numeric,
  cost_billed       numeric,
  cost_standard     numeric
) PARTITION BY RANGE (period_month);

-- No foreign key: the intake checks references once per slice, and a distributed PostgreSQL forbids one here.
CREATE UNIQUE INDEX fact_grain ON fact_consumption_group
  (tenant_id, entity_id, period_month, application_id, domain_id, product_id, unit, environment, consumption_type, currency,
   family_id) NULLS NOT DISTINCT;

-- Where facts lie with other servers (Citus) nobody fills a partition, and bulk rows pass through here on their way under the walls. Only the
-- intake role reaches it, a row belongs to the transaction that staged it, and no row outlives that transaction. Not logged: a crash
-- empties it, rightly.
CREATE UNLOGGED TABLE intake_staging (
  staged_by         xid8 NOT NULL DEFAULT pg_current_xact_id(),
  period_month      date NOT NULL,
  entity_id         text COLLATE "C" NOT NULL,
  application_id    text COLLATE "C" NOT NULL,
  domain_id         text COLLATE "C" NOT NULL,
  family_id         text COLLATE "C",
  product_id        text COLLATE "C",
  unit              text COLLATE "C" NOT NULL,
  environment       text COLLATE "C" NOT NULL,
  consumption_type  text COLLATE "C" NOT NULL,
  currency          text COLLATE "C" NOT NULL,
  quantity          numeric NOT NULL,
  cost_effective    numeric,
  cost_billed       numeric,
  cost_standard     numeric
) WITH (autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_scale_factor = 0);

-- Makes the partition of a month and answers its name where an intake may copy into it: where the defaults are the wall. ATTACH blocks neither
-- readers nor writers of the other months, CREATE … PARTITION OF would.
CREATE FUNCTION ensure_fact_partition(month date) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  partition_name text := 'fact_consumption_group_' || to_char(month, 'YYYY_MM');
  -- A scan of the catalogue sees what another transaction committed while this one waited; a look-up by name would answer from
  -- a cache that the wait does not refresh.
  is_there constant text := 'SELECT EXISTS (SELECT 1 FROM pg_class WHERE relname = $1 AND relnamespace = current_schema()::regnamespace)';
  is_walled constant boolean := (SELECT atthasdef FROM pg_attribute WHERE attrelid = 'fact_consumption_group'::regclass AND attname = 'tenant_id');
  found_it boolean;
BEGIN
  IF month IS NULL OR month <> date_trunc('month', month) OR month NOT BETWEEN '1990-01-01' AND '2200-01-01' THEN
    RAISE EXCEPTION 'not a month of facts: %', month;
  END IF;
  EXECUTE is_there INTO found_it USING partition_name;
  IF NOT found_it THEN
    PERFORM pg_advisory_xact_lock(7340101);
    EXECUTE is_there INTO found_it USING partition_name;
  END IF;
  IF NOT found_it THEN
    EXECUTE format('CREATE TABLE %I (LIKE fact_consumption_group INCLUDING ALL)', partition_name);
    EXECUTE format('ALTER TABLE fact_consumption_group ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
      partition_name, month, (month + interval '1 month')::date);
    IF is_walled THEN
      EXECUTE format('GRANT INSERT (period_month, application_id, domain_id, family_id, product_id, unit, environment, consumption_type, currency,
        quantity, cost_effective, cost_billed, cost_standard) ON %I TO prorata_intake', partition_name);
    END IF;
  END IF;
  RETURN CASE WHEN is_walled THEN partition_name END;
END $$;
REVOKE ALL ON FUNCTION ensure_fact_partition(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_fact_partition(date) TO prorata_intake;

GRANT SELECT, INSERT, DELETE ON fact_consumption_group TO prorata_intake;
GRANT SELECT ON fact_consumption_group TO prorata_app, prorata_reader;
GRANT SELECT, INSERT, DELETE ON intake_staging TO prorata_intake;

SELECT wall('entity', ARRAY['fact_consumption_group'], 'prorata_app, prorata_intake');
SELECT wall('tenant', ARRAY['fact_consumption_group'], 'prorata_reader', 'SELECT');
