-- The group's views (spec 01, 5), kept as tables whose content always equals a defining query beside the code in
-- src/consolidation/definitions. Additive measures only, in local currency: shares, ranks, changes and conversion happen at
-- reading, over few rows. fact_rows counts facts, <measure>_rows those that carry the measure; a cost that is missing adds 0.
-- is_tax stands in the grain so that each report can leave tax out; the environment stands in all but those with applications,
-- where it would double the rows that an intake writes (the facts answer there), and the family where the product does. Indexes
-- start with tenant and month: a slice is one contiguous range, and a report asks for a list of months.

-- The group by entity: ranking, month series of some entities.
CREATE TABLE mv_group_entity_month (
  tenant_id         uuid NOT NULL,
  period_month      date NOT NULL,
  entity_id         text COLLATE "C" NOT NULL,
  environment       text COLLATE "C" NOT NULL,
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
CREATE UNIQUE INDEX mv_group_entity_month_grain ON mv_group_entity_month
  (tenant_id, period_month, entity_id, environment, currency, consumption_type, is_tax);

-- The group by domain: month series of the group. Shared between entities, hence adjusted by differences.
CREATE TABLE mv_group_domain_month (
  tenant_id         uuid NOT NULL,
  period_month      date NOT NULL,
  domain_id         text COLLATE "C" NOT NULL,
  environment       text COLLATE "C" NOT NULL,
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
CREATE UNIQUE INDEX mv_group_domain_month_grain ON mv_group_domain_month
  (tenant_id, period_month, domain_id, environment, currency, consumption_type, is_tax);

-- Entity by domain: the matrix, and the second step of the drill-down.
CREATE TABLE mv_group_entity_domain_month (
  tenant_id         uuid NOT NULL,
  period_month      date NOT NULL,
  entity_id         text COLLATE "C" NOT NULL,
  domain_id         text COLLATE "C" NOT NULL,
  environment       text COLLATE "C" NOT NULL,
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
CREATE UNIQUE INDEX mv_group_entity_domain_month_grain ON mv_group_entity_domain_month
  (tenant_id, period_month, entity_id, domain_id, environment, currency, consumption_type, is_tax);

-- Applications within entity and domain: the third step of the drill-down.
CREATE TABLE mv_group_application_month (
  tenant_id         uuid NOT NULL,
  period_month      date NOT NULL,
  entity_id         text COLLATE "C" NOT NULL,
  domain_id         text COLLATE "C" NOT NULL,
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
CREATE UNIQUE INDEX mv_group_application_month_grain ON mv_group_application_month
  (tenant_id, period_month, entity_id, domain_id, application_id, currency, consumption_type, is_tax);

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
CREATE UNIQUE INDEX mv_group_entity_application_month_grain ON mv_group_entity_application_month
  (tenant_id, period_month, entity_id, application_id, currency, consumption_type, is_tax);
-- One application over time, of whichever entities; also UNALLOCATED, for the coverage of the allocation.
CREATE INDEX mv_group_entity_application_month_by_code ON mv_group_entity_application_month
  (tenant_id, application_id, period_month);

-- What each entity consumes of each product, by unit: comparison between entities.
CREATE TABLE mv_group_comparison_entities (
  tenant_id         uuid NOT NULL,
  period_month      date NOT NULL,
  entity_id         text COLLATE "C" NOT NULL,
  domain_id         text COLLATE "C" NOT NULL,
  family_id         text COLLATE "C",
  product_id        text COLLATE "C",
  unit              text COLLATE "C" NOT NULL,
  environment       text COLLATE "C" NOT NULL,
  currency          text COLLATE "C" NOT NULL,
  consumption_type  text COLLATE "C" NOT NULL,
  is_tax            boolean NOT NULL,
  quantity          numeric NOT NULL,
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
CREATE UNIQUE INDEX mv_group_comparison_entities_grain ON mv_group_comparison_entities
  (tenant_id, period_month, entity_id, domain_id, product_id, unit, environment, currency, consumption_type, is_tax, family_id) NULLS NOT DISTINCT;

-- Products within an application: the last step of the drill-down. Nearly as fine as the facts, so that keeping it would cost an intake
-- more than the facts do; and asked for by application, which the facts' index answers. So this one is not kept: a view, read inside
-- the walls of whoever asks.
CREATE VIEW mv_group_product_month WITH (security_invoker = true) AS
SELECT tenant_id, period_month, entity_id, domain_id, application_id, family_id, product_id, unit, currency, consumption_type,
       product_id IS NOT DISTINCT FROM 'TAX' AS is_tax,
       sum(quantity) AS quantity,
       count(*)::integer AS fact_rows,
       count(COALESCE(cost_effective, cost_standard))::integer AS valued_rows,
       count(cost_effective)::integer AS effective_rows,
       count(cost_billed)::integer AS billed_rows,
       count(cost_standard)::integer AS standard_rows,
       sum(COALESCE(cost_effective, cost_standard, 0)) AS cost,
       COALESCE(sum(cost_effective), 0) AS cost_effective,
       COALESCE(sum(cost_billed), 0) AS cost_billed,
       COALESCE(sum(cost_standard), 0) AS cost_standard
  FROM fact_consumption_group
 GROUP BY tenant_id, period_month, entity_id, domain_id, application_id, family_id, product_id, unit, currency, consumption_type;

GRANT SELECT, INSERT, DELETE ON mv_group_entity_month,
  mv_group_entity_domain_month,
  mv_group_application_month,
  mv_group_entity_application_month,
  mv_group_comparison_entities TO prorata_intake;
GRANT SELECT ON mv_group_product_month TO prorata_intake;
GRANT SELECT ON mv_group_entity_month,
  mv_group_entity_domain_month,
  mv_group_application_month,
  mv_group_entity_application_month,
  mv_group_comparison_entities,
  mv_group_product_month TO prorata_app, prorata_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON mv_group_domain_month TO prorata_intake;
GRANT SELECT ON mv_group_domain_month TO prorata_reader;

SELECT wall('entity', ARRAY['mv_group_entity_month', 'mv_group_entity_domain_month', 'mv_group_application_month',
  'mv_group_entity_application_month', 'mv_group_comparison_entities'], 'prorata_app, prorata_intake');
SELECT wall('tenant', ARRAY['mv_group_entity_month', 'mv_group_entity_domain_month', 'mv_group_application_month',
  'mv_group_entity_application_month', 'mv_group_comparison_entities'], 'prorata_reader', 'SELECT');
-- Rows of the whole group: intakes add their differences, publishers never read them.
SELECT wall('tenant', ARRAY['mv_group_domain_month'], 'prorata_intake');
SELECT wall('tenant', ARRAY['mv_group_domain_month'], 'prorata_reader', 'SELECT');
