-- What a revision said of its slice when the next one took its place: costs by product, as in mv_group_comparison_entities, so that a
-- total can say what has changed since. Facts of superseded revisions stand in their bundles only.
CREATE TABLE superseded_figure (
  tenant_id         uuid NOT NULL,
  entity_id         text COLLATE "C" NOT NULL,
  period_month      date NOT NULL,
  revision          integer NOT NULL,
  domain_id         text COLLATE "C" NOT NULL,
  family_id         text COLLATE "C",
  product_id        text COLLATE "C",
  unit              text COLLATE "C" NOT NULL,
  environment       text COLLATE "C" NOT NULL,
  currency          text COLLATE "C" NOT NULL,
  consumption_type  text COLLATE "C" NOT NULL,
  is_tax            boolean NOT NULL,
  cost              numeric NOT NULL,
  cost_effective    numeric NOT NULL,
  cost_billed       numeric NOT NULL,
  cost_standard     numeric NOT NULL,
  FOREIGN KEY (tenant_id, entity_id, period_month, revision)
    REFERENCES publication (tenant_id, entity_id, period_month, revision)
);
CREATE INDEX superseded_figure_of_slice ON superseded_figure (tenant_id, period_month, entity_id, revision);

GRANT SELECT ON superseded_figure TO prorata_app, prorata_reader;
GRANT SELECT, INSERT ON superseded_figure TO prorata_intake;
SELECT wall('entity', ARRAY['superseded_figure'], 'prorata_app, prorata_intake');
SELECT wall('tenant', ARRAY['superseded_figure'], 'prorata_reader', 'SELECT');
