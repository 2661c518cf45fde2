/** Bundles of locked months up to $1, in the database ($2 false) or in the archive ($2 true). */
export const BUNDLES = `
  SELECT p.entity_id AS entity, e.legal_entity_id, to_char(p.period_month, 'YYYY-MM') AS month, p.revision, a.path, a.sha256, a.bytes
    FROM publication p
    JOIN dim_entity e ON e.entity_id = p.entity_id
    JOIN period_status s ON s.period_month = p.period_month AND s.status = 'LOCKED'
    LEFT JOIN bundle_archive a ON (a.entity_id, a.period_month, a.revision) = (p.entity_id, p.period_month, p.revision)
   WHERE p.period_month <= $1 AND (a.path IS NOT NULL) = $2
   ORDER BY p.period_month, p.entity_id, p.revision`;

export const INDEX = `
  SELECT path, sha256, bytes, entity_id AS entity, to_char(period_month, 'YYYY-MM') AS month, revision
    FROM bundle_archive ORDER BY path`;

export const REMOVE_PARTS = `
  DELETE FROM publication_bundle WHERE tenant_id = $1 AND entity_id = $2 AND period_month = $3 AND revision = $4`;

export const ENTER = `
  INSERT INTO bundle_archive (tenant_id, entity_id, period_month, revision, path, sha256, bytes, archived_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;

export const LEAVE = `
  DELETE FROM bundle_archive WHERE tenant_id = $1 AND entity_id = $2 AND period_month = $3 AND revision = $4`;
