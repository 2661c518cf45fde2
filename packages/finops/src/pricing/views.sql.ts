const VIEW = `v.view_code AS code, v.view_version AS version, v.currency, v.status,
  to_char(v.valid_from, 'YYYY-MM') AS valid_from, to_char(v.valid_to, 'YYYY-MM') AS valid_to, v.content_sha256, v.source,
  (SELECT count(*)::integer FROM pricing_line l
    WHERE l.tenant_id = v.tenant_id AND l.legal_entity_id = v.legal_entity_id AND l.view_code = v.view_code
      AND l.view_version = v.view_version) AS lines,
  to_char(v.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS created_at,
  to_char(v.published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS published_at,
  to_char(v.archived_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS archived_at`;

export const VIEWS = `
  SELECT ${VIEW} FROM pricing_view v
   WHERE v.tenant_id = $1 AND v.legal_entity_id = $2 AND ($3::text IS NULL OR v.view_code = $3)
   ORDER BY v.view_code, v.view_version`;

/** One version, or the latest where none is named. */
export const ONE_VIEW = `
  SELECT ${VIEW} FROM pricing_view v
   WHERE v.tenant_id = $1 AND v.legal_entity_id = $2 AND v.view_code = $3 AND ($4::integer IS NULL OR v.view_version = $4)
   ORDER BY v.view_version DESC LIMIT 1`;

export const LINES = `
  SELECT l.product_id AS product, coalesce(p.name_source, l.product_id) AS label, l.unit,
         trim_scale(l.unit_price)::text AS unit_price, l.currency
    FROM pricing_line l JOIN dim_product p USING (tenant_id, legal_entity_id, product_id)
   WHERE l.tenant_id = $1 AND l.legal_entity_id = $2 AND l.view_code = $3 AND l.view_version = $4
   ORDER BY l.product_id COLLATE "C"`;

/** What the references say about the products of a price list. */
export const PRODUCTS_NAMED = `
  SELECT p.product_id AS product, p.unit, p.is_active AS active
    FROM dim_product p
   WHERE p.tenant_id = $1 AND p.legal_entity_id = $2 AND p.product_id = ANY ($3::text[])`;

export const INSERT_VIEW = `
  INSERT INTO pricing_view (tenant_id, legal_entity_id, view_code, view_version, country_code, currency, valid_from, valid_to,
                            content_sha256, source, created_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`;

export const REWRITE_DRAFT = `
  UPDATE pricing_view SET currency = $5, valid_from = $6, valid_to = $7, content_sha256 = $8, source = $9
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND view_code = $3 AND view_version = $4`;

export const REMOVE_LINES = `
  DELETE FROM pricing_line WHERE tenant_id = $1 AND legal_entity_id = $2 AND view_code = $3 AND view_version = $4`;

export const INSERT_LINES = `
  INSERT INTO pricing_line (tenant_id, legal_entity_id, view_code, view_version, currency, product_id, unit, unit_price)
  SELECT $1, $2, $3, $4, $5, * FROM unnest($6::text[], $7::text[], $8::numeric[])`;

export const PUBLISH_VIEW = `
  UPDATE pricing_view SET status = 'PUBLISHED', published_at = clock_timestamp(), published_by = $5
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND view_code = $3 AND view_version = $4 AND status = 'DRAFT'`;

export const ARCHIVE_VIEW = `
  UPDATE pricing_view SET status = 'ARCHIVED', archived_at = clock_timestamp(), archived_by = $5
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND view_code = $3 AND view_version = $4 AND status = 'PUBLISHED'`;

/** Open months that the calendar gives to a view. */
export const OPEN_MONTHS_OF_VIEW = `
  SELECT to_char(k.period_month, 'YYYY-MM') AS month
    FROM pricing_calendar k
    LEFT JOIN period_closure c USING (tenant_id, legal_entity_id, period_month)
   WHERE k.tenant_id = $1 AND k.legal_entity_id = $2 AND k.view_code = $3 AND k.view_version = $4
     AND coalesce(c.state, 'OPEN') = 'OPEN'
   ORDER BY 1`;

/** The calendar's view of a month, or else the published one that is valid for it and was published last. */
export const VIEW_OF_MONTH = `
  SELECT view_code AS code, view_version AS version, chosen
    FROM (SELECT 1 AS rank, k.view_code, k.view_version, 'CALENDAR' AS chosen, NULL::timestamptz AS published_at
            FROM pricing_calendar k
           WHERE k.tenant_id = $1 AND k.legal_entity_id = $2 AND k.period_month = $3
          UNION ALL
          SELECT 2, v.view_code, v.view_version, 'LATEST', v.published_at
            FROM pricing_view v
           WHERE v.tenant_id = $1 AND v.legal_entity_id = $2 AND v.status = 'PUBLISHED'
             AND (v.valid_from IS NULL OR v.valid_from <= $3) AND (v.valid_to IS NULL OR v.valid_to >= $3)) AS candidates
   ORDER BY rank, published_at DESC, view_code, view_version DESC LIMIT 1`;

export const SET_CALENDAR = `
  INSERT INTO pricing_calendar AS k (tenant_id, legal_entity_id, period_month, country_code, view_code, view_version, set_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (tenant_id, legal_entity_id, period_month) DO UPDATE
     SET view_code = excluded.view_code, view_version = excluded.view_version, set_by = excluded.set_by, set_at = now()
   WHERE (k.view_code, k.view_version) <> (excluded.view_code, excluded.view_version)`;

export const CLEAR_CALENDAR = `
  DELETE FROM pricing_calendar WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
  RETURNING view_code AS code, view_version AS version`;

/** Months that the calendar names, have facts, or are closed, with the view that they are valued with. */
export const CALENDAR = `
  SELECT to_char(m.period_month, 'YYYY-MM') AS month, k.view_code AS set_code, k.view_version AS set_version,
         coalesce(c.view_code, w.view_code) AS valued_code, coalesce(c.view_version, w.view_version) AS valued_version,
         coalesce(c.state, 'OPEN') AS state
    FROM (SELECT period_month FROM pricing_calendar WHERE tenant_id = $1 AND legal_entity_id = $2
          UNION SELECT period_month FROM month_valuation WHERE tenant_id = $1 AND legal_entity_id = $2) AS m
    LEFT JOIN pricing_calendar k ON k.tenant_id = $1 AND k.legal_entity_id = $2 AND k.period_month = m.period_month
    LEFT JOIN month_valuation w ON w.tenant_id = $1 AND w.legal_entity_id = $2 AND w.period_month = m.period_month
    LEFT JOIN period_closure c ON c.tenant_id = $1 AND c.legal_entity_id = $2 AND c.period_month = m.period_month
   ORDER BY 1`;
