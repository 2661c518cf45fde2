-- Applications of an entity over all its domains: the list of all applications, and one application over time. Where an application's
-- cost stands in many domains, as it mostly does, this has a fraction of the rows of mv_group_application_month (decision 0250).
CREATE TABLE mv_group_entity_application_month (
  tenant_id         uuid NOT NULL,
  period_month      date NOT NULL,
  entity_id         text COLLATE "C" NOT NULL,
  application_id    text COLLATE "C" NOT NULL,
  currency          text COLLATE "C" NOT NULL,
  consumption_type  text COLLATE "C" NOT NULL,
  is_tax            boolean NOT NULL,
  fact_rows         integer NOT NULL,
  valued_rows       integer NOT NULL,
  effective_rows    integer NOT NULL,
  billed_rows       integer NOT NULL,
  standard_rows     integer NOT NULL,
  cost              numeric NOT NULL,
  cost_effective    numeric NOT NULL,
  cost_billed       numeric NOT NULL,
  cost_standard     numeric NOT NULL
);

-- What entities published before this view was there. The owner passes the walls of the source for this one statement.
ALTER TABLE mv_group_application_month NO FORCE ROW LEVEL SECURITY;
INSERT INTO mv_group_entity_application_month
SELECT tenant_id, period_month, entity_id, application_id, currency, consumption_type, is_tax,
       sum(fact_rows)::integer, sum(valued_rows)::integer, sum(effective_rows)::integer, sum(billed_rows)::integer,
       sum(standard_rows)::integer, sum(cost), sum(cost_effective), sum(cost_billed), sum(cost_standard)
  FROM mv_group_application_month
 GROUP BY tenant_id, period_month, entity_id, application_id, currency, consumption_type, is_tax;
ALTER TABLE mv_group_application_month FORCE ROW LEVEL SECURITY;

CREATE UNIQUE INDEX mv_group_entity_application_month_grain ON mv_group_entity_application_month
  (tenant_id, period_month, entity_id, application_id, currency, consumption_type, is_tax);
-- One application over time, of whichever entities; also UNALLOCATED, for the coverage of the allocation.
CREATE INDEX mv_group_entity_application_month_by_code ON mv_group_entity_application_month
  (tenant_id, application_id, period_month);

GRANT SELECT, INSERT, DELETE ON mv_group_entity_application_month TO prorata_intake;
GRANT SELECT ON mv_group_entity_application_month TO prorata_app, prorata_reader;
CREATE POLICY own_entity ON mv_group_entity_application_month TO prorata_app, prorata_intake
  USING (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid
    AND entity_id = NULLIF(current_setting('app.current_entity', true), ''))
  WITH CHECK (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid
    AND entity_id = NULLIF(current_setting('app.current_entity', true), ''));
CREATE POLICY consolidated ON mv_group_entity_application_month FOR SELECT TO prorata_reader
  USING (tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid);
ALTER TABLE mv_group_entity_application_month ENABLE ROW LEVEL SECURITY;
ALTER TABLE mv_group_entity_application_month FORCE ROW LEVEL SECURITY;

-- Whether a code is known, and how it is called, is asked by code alone.
CREATE INDEX dim_application_group_by_code ON dim_application_group (tenant_id, application_id);
CREATE INDEX dim_product_group_by_code ON dim_product_group (tenant_id, product_id, entity_id);
