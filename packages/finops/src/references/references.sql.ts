const MONTH = (column: string) => `to_char(${column}, 'YYYY-MM')`;
const COMMON = (
  alias: string,
) => `coalesce(${alias}.name_source, '') AS label, ${MONTH(`${alias}.valid_from`)} AS valid_from,
  ${MONTH(`${alias}.valid_to`)} AS valid_to, ${alias}.group_code, ${alias}.origin, ${alias}.version::float8 AS version`;

/** All references of an entity, or those of one kind ($3) or code ($4). */
export const REFERENCES = `
  SELECT kind, code, CASE WHEN label = '' THEN code ELSE label END AS label, domain, family, unit, valid_from, valid_to,
         group_code, origin, version
    FROM (
      SELECT 1 AS place, 'domain' AS kind, d.domain_id AS code, NULL AS domain, NULL AS family, NULL AS unit, ${COMMON('d')}
        FROM dim_domain d WHERE d.tenant_id = $1 AND d.legal_entity_id = $2
      UNION ALL
      SELECT 2, 'family', f.family_id, f.domain_id, NULL, NULL, ${COMMON('f')}
        FROM dim_family f WHERE f.tenant_id = $1 AND f.legal_entity_id = $2
      UNION ALL
      SELECT 3, 'product', p.product_id, p.domain_id, p.family_id, p.unit, ${COMMON('p')}
        FROM dim_product p WHERE p.tenant_id = $1 AND p.legal_entity_id = $2
      UNION ALL
      SELECT 4, 'application', a.application_id, NULL, NULL, NULL, ${COMMON('a')}
        FROM dim_application a WHERE a.tenant_id = $1 AND a.legal_entity_id = $2
    ) AS every
   WHERE ($3::text IS NULL OR kind = $3) AND ($4::text IS NULL OR code = $4)
   ORDER BY place, code COLLATE "C"`;

const RECORD = `AS r (code text, label text, domain text, family text, unit text, valid_from text, valid_to text,
  group_code text, origin text, version bigint)`;
const DAY = (column: string) => `to_date(r.${column}, 'YYYY-MM')`;

/** Writes references whole, as $5 (a JSON list of `Reference`) says. One statement a kind; parents come first. */
export function upsert(kind: 'domain' | 'family' | 'product' | 'application'): string {
  const code = `${kind}_id`;
  const own = { domain: [], family: ['domain'], product: ['domain', 'family', 'unit'], application: [] }[kind];
  const columns = own.map((name) => (name === 'unit' ? name : `${name}_id`));
  const updated = columns.filter((column) => column !== 'unit');
  return `
  INSERT INTO dim_${kind} (tenant_id, legal_entity_id, country_code, created_by, ${code}, name_i18n_key, name_source,
                           is_active, valid_from, valid_to, group_code, origin, version${columns.map((one) => `, ${one}`).join('')})
  SELECT $1, $2, $3, $4, r.code, 'finops.${kind}.' || r.code || '.name', r.label, r.valid_to IS NULL, ${DAY('valid_from')},
         ${DAY('valid_to')}, r.group_code, r.origin, r.version${own.map((one) => `, r.${one}`).join('')}
    FROM jsonb_to_recordset($5::jsonb) ${RECORD}
  ON CONFLICT (tenant_id, legal_entity_id, ${code}) DO UPDATE
     SET name_source = excluded.name_source, is_active = excluded.is_active, valid_from = excluded.valid_from,
         valid_to = excluded.valid_to, group_code = excluded.group_code, origin = excluded.origin,
         version = excluded.version, updated_at = now(), updated_by = $4${updated.map((one) => `, ${one} = excluded.${one}`).join('')}`;
}

export const ADD_CHANGES = `
  INSERT INTO reference_change (tenant_id, legal_entity_id, country_code, changed_by, kind, code, version, before, after)
  SELECT $1, $2, $3, $4, c.kind, c.code, c.version, c.before, c.after
    FROM jsonb_to_recordset($5::jsonb) AS c (kind text, code text, version bigint, before jsonb, after jsonb)`;

/** Newest first; $3 and $4 narrow to a kind and a code. */
export const CHANGES = `
  SELECT kind, code, version::float8 AS version, before, after, changed_by,
         to_char(changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS changed_at
    FROM reference_change
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND ($3::text IS NULL OR kind = $3) AND ($4::text IS NULL OR code = $4)
   ORDER BY reference_change.changed_at DESC, kind, code, version DESC LIMIT 500`;

const TAKEN = `sequence, version, source, has_products,
         to_char(taken_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS taken_at`;

export const GROUP_HEAD = `
  SELECT ${TAKEN} FROM group_reference_version WHERE tenant_id = $1 AND legal_entity_id = $2 ORDER BY sequence DESC LIMIT 1`;

/** The state that stood when a month ($3) was closed; no row while it is open. */
export const GROUP_WHEN_CLOSED = `
  SELECT ${TAKEN} FROM group_reference_version g
   WHERE g.tenant_id = $1 AND g.legal_entity_id = $2
     AND g.taken_at <= (SELECT c.closed_at FROM period_closure c
                         WHERE c.tenant_id = $1 AND c.legal_entity_id = $2 AND c.period_month = $3 AND c.state <> 'OPEN')
   ORDER BY sequence DESC LIMIT 1`;

const GROUP_ROW = 'kind, code, label, domain_code AS domain, family_code AS family, unit, is_active AS active';

export const GROUP_STANDING = `
  SELECT ${GROUP_ROW} FROM group_reference
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND last_sequence IS NULL ORDER BY kind, code COLLATE "C"`;

export const GROUP_AT = `
  SELECT ${GROUP_ROW} FROM group_reference
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND first_sequence <= $3
     AND (last_sequence IS NULL OR last_sequence >= $3) ORDER BY kind, code COLLATE "C"`;

export const ADD_GROUP_VERSION = `
  INSERT INTO group_reference_version (tenant_id, legal_entity_id, sequence, version, source, has_products, country_code,
                                       taken_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;

/** What the rows of $4 replace ends with the sequence before $3. */
export const END_GROUP_ROWS = `
  UPDATE group_reference g SET last_sequence = $3 - 1
    FROM jsonb_to_recordset($4::jsonb) AS r (kind text, code text)
   WHERE g.tenant_id = $1 AND g.legal_entity_id = $2 AND g.last_sequence IS NULL AND g.kind = r.kind AND g.code = r.code`;

export const ADD_GROUP_ROWS = `
  INSERT INTO group_reference (tenant_id, legal_entity_id, first_sequence, kind, code, label, domain_code, family_code, unit,
                               is_active)
  SELECT $1, $2, $3, r.kind, r.code, r.label, r.domain, r.family, r.unit, r.active
    FROM jsonb_to_recordset($4::jsonb) AS r (kind text, code text, label text, domain text, family text, unit text,
                                             active boolean)`;

/** What the facts of a month ($3; null: of all months) name, and how much stands on each. */
export const USE_OF_CODES = `
  SELECT 'domain' AS kind, domain_id AS code, count(*)::integer AS facts FROM fact_consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND ($3::date IS NULL OR period_month = $3) GROUP BY 2
  UNION ALL
  SELECT 'family', family_id, count(*)::integer FROM fact_consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND ($3::date IS NULL OR period_month = $3) AND family_id IS NOT NULL GROUP BY 2
  UNION ALL
  SELECT 'product', product_id, count(*)::integer FROM fact_consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND ($3::date IS NULL OR period_month = $3) AND product_id IS NOT NULL GROUP BY 2
  UNION ALL
  SELECT 'application', application_id, count(*)::integer FROM fact_consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND ($3::date IS NULL OR period_month = $3) GROUP BY 2`;

/** Codes of the month's facts that do not hold in it. */
export const INACTIVE_IN_MONTH = `
  SELECT kind, code, sum(facts)::integer AS facts FROM (
    SELECT 'application' AS kind, f.application_id AS code, count(*) AS facts
      FROM fact_consumption f JOIN dim_application d USING (tenant_id, legal_entity_id, application_id)
     WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.period_month = $3
       AND (d.valid_from > $3 OR d.valid_to < $3) GROUP BY 2
    UNION ALL
    SELECT 'domain', f.domain_id, count(*)
      FROM fact_consumption f JOIN dim_domain d USING (tenant_id, legal_entity_id, domain_id)
     WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.period_month = $3
       AND (d.valid_from > $3 OR d.valid_to < $3) GROUP BY 2
    UNION ALL
    SELECT 'product', f.product_id, count(*)
      FROM fact_consumption f JOIN dim_product d USING (tenant_id, legal_entity_id, product_id)
     WHERE f.tenant_id = $1 AND f.legal_entity_id = $2 AND f.period_month = $3
       AND (d.valid_from > $3 OR d.valid_to < $3) GROUP BY 2
  ) AS found GROUP BY kind, code ORDER BY kind, code COLLATE "C"`;
