const OF_MONTH = 'tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3';

/** Digests of what a month is computed from, by kind; the mapping is a file, and is not among them. */
export const INPUTS = `
  SELECT kind, encode(sha256(convert_to(string_agg(line, E'\\n' ORDER BY line COLLATE "C"), 'UTF8')), 'hex') AS sha256
    FROM (SELECT 'BILLS' AS kind, concat_ws('|', provider, billing_account, currency, import_file_id) AS line
            FROM import_scope WHERE ${OF_MONTH} AND superseded_by IS NULL AND late IS NULL
          UNION ALL
          SELECT 'MEASUREMENTS', concat_ws('|', source, measured_file_id)
            FROM measured_scope WHERE ${OF_MONTH} AND superseded_by IS NULL AND late IS NULL
          UNION ALL
          SELECT 'DRIVERS', concat_ws('|', driver, driver_import_id)
            FROM driver_scope WHERE ${OF_MONTH} AND superseded_by IS NULL
          UNION ALL
          (SELECT DISTINCT ON (code) 'RULES', concat_ws('|', code, version)
             FROM indirect_rule
            WHERE tenant_id = $1 AND legal_entity_id = $2 AND status = 'PUBLISHED'
              AND (valid_from IS NULL OR valid_from <= $3) AND (valid_to IS NULL OR valid_to >= $3)
            ORDER BY code, version DESC)
          UNION ALL
          -- Open months are valued again when prices change; only where rules spread by prices, or spread what they value, is a
          -- run needed.
          SELECT 'PRICES', concat_ws('|', view_code, view_version)
            FROM month_valuation
           WHERE ${OF_MONTH}
             AND EXISTS (SELECT 1 FROM indirect_line l
                          WHERE l.tenant_id = $1 AND l.legal_entity_id = $2 AND l.period_month = $3
                            AND (l.source_kind = 'FACTS' AND l.cost_standard IS NOT NULL
                                 OR l.base ->> 'measure' IN ('standard', 'cost')))
          UNION ALL
          -- Where a person put the products that the facts name. What runs find out about a product is no input of theirs.
          SELECT 'PRODUCTS', concat_ws('|', product_id, unit, domain_id, coalesce(family_id, ''))
            FROM dim_product
           WHERE tenant_id = $1 AND legal_entity_id = $2 AND origin = 'IMPORTED'
             AND product_id IN (SELECT product_id FROM fact_consumption WHERE ${OF_MONTH})
          UNION ALL
          SELECT 'CORRECTIONS', adjustment_id::text FROM adjustment WHERE ${OF_MONTH} AND withdrawn_at IS NULL) AS inputs
   GROUP BY kind`;
