const RULE = `code, version, label, status, rule_order AS "order", to_char(valid_from, 'YYYY-MM') AS valid_from,
  to_char(valid_to, 'YYYY-MM') AS valid_to, sha256,
  to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS created_at, created_by,
  to_char(published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS published_at, published_by,
  to_char(archived_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS archived_at, archived_by`;

export const RULES = `
  SELECT ${RULE} FROM indirect_rule WHERE tenant_id = $1 AND legal_entity_id = $2 ORDER BY rule_order, code, version`;

/** One version, or the newest where none is named. */
export const ONE_RULE = `
  SELECT ${RULE}, document FROM indirect_rule
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND code = $3 AND ($4::integer IS NULL OR version = $4)
   ORDER BY version DESC LIMIT 1`;

export const PUBLISHED_RULES = `
  SELECT version, document AS rule FROM indirect_rule
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND status = 'PUBLISHED'`;

export const INSERT_RULE = `
  INSERT INTO indirect_rule (tenant_id, legal_entity_id, code, version, country_code, label, rule_order, valid_from, valid_to,
                             document, sha256, created_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`;

export const REWRITE_DRAFT = `
  UPDATE indirect_rule SET label = $5, rule_order = $6, valid_from = $7, valid_to = $8, document = $9, sha256 = $10
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND code = $3 AND version = $4 AND status = 'DRAFT'`;

export const PUBLISH_RULE = `
  UPDATE indirect_rule SET status = 'PUBLISHED', published_at = now(), published_by = $5
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND code = $3 AND version = $4 AND status = 'DRAFT'`;

export const ARCHIVE_RULE = `
  UPDATE indirect_rule SET status = 'ARCHIVED', archived_at = now(), archived_by = $5
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND code = $3 AND version = $4 AND status = 'PUBLISHED'`;
