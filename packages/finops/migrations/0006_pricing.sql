-- What a product is worth: Pricing Views, which view values which month, and what a month was valued with.

-- A version of a price list. DRAFT is edited by importing it again; PUBLISHED never changes; ARCHIVED values no new month.
CREATE TABLE pricing_view (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  view_code        text NOT NULL CHECK (view_code ~ '^[A-Z0-9][A-Z0-9_-]{0,31}$'),
  view_version     integer NOT NULL CHECK (view_version >= 1),
  country_code     char(2) NOT NULL,
  currency         char(3) NOT NULL,
  status           text NOT NULL DEFAULT 'DRAFT' CHECK (status IN ('DRAFT', 'PUBLISHED', 'ARCHIVED')),
  -- Months, both included, that the view may value without a line in the calendar; none is no bound.
  valid_from       date CHECK (extract(day FROM valid_from) = 1),
  valid_to         date CHECK (extract(day FROM valid_to) = 1),
  -- Digest of what the view says: equal lines, currency and validity, equal digest.
  content_sha256   char(64) NOT NULL,
  source           text NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  created_by       uuid NOT NULL,
  published_at     timestamptz,
  published_by     uuid,
  archived_at      timestamptz,
  archived_by      uuid,
  PRIMARY KEY (tenant_id, legal_entity_id, view_code, view_version),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id),
  CHECK (valid_to >= valid_from),
  CHECK ((status = 'DRAFT') = (published_at IS NULL)),
  CHECK ((status = 'ARCHIVED') = (archived_at IS NOT NULL))
);

-- One price a product, in the currency of its view.
CREATE TABLE pricing_line (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  view_code        text NOT NULL,
  view_version     integer NOT NULL,
  product_id       text NOT NULL,
  unit             text NOT NULL,
  unit_price       numeric(38, 18) NOT NULL CHECK (unit_price >= 0),
  currency         char(3) NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, view_code, view_version, product_id),
  FOREIGN KEY (tenant_id, legal_entity_id, view_code, view_version)
    REFERENCES pricing_view (tenant_id, legal_entity_id, view_code, view_version),
  FOREIGN KEY (tenant_id, legal_entity_id, product_id) REFERENCES dim_product (tenant_id, legal_entity_id, product_id)
);

CREATE TABLE pricing_calendar (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  period_month     date NOT NULL CHECK (extract(day FROM period_month) = 1),
  country_code     char(2) NOT NULL,
  view_code        text NOT NULL,
  view_version     integer NOT NULL,
  set_at           timestamptz NOT NULL DEFAULT now(),
  set_by           uuid NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, period_month),
  FOREIGN KEY (tenant_id, legal_entity_id, view_code, view_version)
    REFERENCES pricing_view (tenant_id, legal_entity_id, view_code, view_version)
);

-- The view that the standing facts of a month were valued with; none where no view was valid.
CREATE TABLE month_valuation (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  period_month     date NOT NULL CHECK (extract(day FROM period_month) = 1),
  view_code        text,
  view_version     integer,
  valued_at        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, legal_entity_id, period_month),
  FOREIGN KEY (tenant_id, legal_entity_id, view_code, view_version)
    REFERENCES pricing_view (tenant_id, legal_entity_id, view_code, view_version),
  CHECK ((view_code IS NULL) = (view_version IS NULL))
);

-- The service refuses first (409 VIEW_PUBLISHED); this is the wall behind it. A published view can only be archived.
CREATE FUNCTION refuse_published_view() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.status = 'DRAFT' THEN
    RETURN OLD;
  ELSIF TG_OP = 'UPDATE' AND OLD.status = 'DRAFT' AND NEW.status <> 'ARCHIVED' THEN
    RETURN NEW;
  ELSIF TG_OP = 'UPDATE' AND OLD.status = 'PUBLISHED' AND NEW.status = 'ARCHIVED'
    AND (to_jsonb(NEW) - '{status,archived_at,archived_by}'::text[])
      = (to_jsonb(OLD) - '{status,archived_at,archived_by}'::text[]) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'VIEW_PUBLISHED: Pricing View %@% is %', OLD.view_code, OLD.view_version, OLD.status
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER pricing_view_immutable BEFORE UPDATE OR DELETE ON pricing_view
  FOR EACH ROW EXECUTE FUNCTION refuse_published_view();

CREATE FUNCTION refuse_published_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  line pricing_line := CASE TG_OP WHEN 'INSERT' THEN NEW ELSE OLD END;
BEGIN
  IF TG_OP = 'UPDATE' OR NOT EXISTS (
    SELECT 1 FROM pricing_view v
     WHERE v.tenant_id = line.tenant_id AND v.legal_entity_id = line.legal_entity_id
       AND v.view_code = line.view_code AND v.view_version = line.view_version AND v.status = 'DRAFT') THEN
    RAISE EXCEPTION 'VIEW_PUBLISHED: lines of Pricing View %@% stay', line.view_code, line.view_version
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN line;
END $$;
CREATE TRIGGER pricing_line_immutable BEFORE INSERT OR UPDATE OR DELETE ON pricing_line
  FOR EACH ROW EXECUTE FUNCTION refuse_published_line();

GRANT SELECT, INSERT ON pricing_view TO prorata_app;
GRANT UPDATE (status, currency, valid_from, valid_to, content_sha256, source, published_at, published_by, archived_at,
              archived_by) ON pricing_view TO prorata_app;
GRANT SELECT, INSERT, DELETE ON pricing_line TO prorata_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON pricing_calendar, month_valuation TO prorata_app;
GRANT SELECT ON pricing_view, pricing_line, pricing_calendar, month_valuation TO prorata_reader;
-- Valuing facts changes their standard cost and nothing else. It comes right after they are written, in the same transaction:
-- with room for the second version on the page, their index is not touched.
ALTER TABLE fact_consumption SET (fillfactor = 50);
GRANT UPDATE (cost_standard) ON fact_consumption TO prorata_app;

SELECT wall('legal_entity', ARRAY['pricing_view', 'pricing_line', 'pricing_calendar', 'month_valuation']);
