const TIME = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
const time = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', ${TIME}) AS ${column}`;

export const LOG = `
  INSERT INTO intake_refusal (tenant_id, refusal_id, entity_id, file_name, file_sha256, code, report, signed_entity, period_month,
                              revision, manifest_digest, received_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`;

export const HELD_ALREADY = `
  UPDATE quarantine SET refusals = refusals + 1, last_at = now(), code = $4, report = $5
   WHERE tenant_id = $1 AND file_sha256 = $2 AND entity_id IS NOT DISTINCT FROM $3 AND status = 'HELD'
  RETURNING quarantine_id`;

/** Two that arrive together become one row; only who added it stores the bytes. */
export const HOLD = `
  INSERT INTO quarantine AS held (tenant_id, quarantine_id, entity_id, file_name, file_sha256, bytes, bytes_kept, origin, code, report,
                                  period_month, revision, status)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'HELD')
      ON CONFLICT (tenant_id, file_sha256, entity_id) WHERE status = 'HELD'
      DO UPDATE SET refusals = held.refusals + 1, last_at = now(), code = EXCLUDED.code, report = EXCLUDED.report
  RETURNING quarantine_id, quarantine_id = $2 AS added`;

export const INSERT_PART =
  'INSERT INTO quarantine_part (tenant_id, quarantine_id, entity_id, part, content) VALUES ($1, $2, $3, $4, $5)';

export const EXPIRE = `
  UPDATE quarantine SET status = 'EXPIRED', bytes_kept = false, settled_at = now()
   WHERE tenant_id = $1 AND entity_id IS NOT DISTINCT FROM $2 AND status = 'HELD' AND last_at < now() - make_interval(days => $3)`;

export const EVICT = `
  UPDATE quarantine SET status = 'EXPIRED', bytes_kept = false, settled_at = now(), reason = 'room for later ones'
   WHERE tenant_id = $1 AND quarantine_id IN (
     SELECT quarantine_id FROM (
       SELECT quarantine_id, sum(CASE WHEN bytes_kept THEN bytes ELSE 0 END) OVER newest AS kept, count(*) OVER newest AS held
         FROM quarantine WHERE tenant_id = $1 AND entity_id IS NOT DISTINCT FROM $2 AND status = 'HELD'
       WINDOW newest AS (ORDER BY last_at DESC, quarantine_id DESC)) AS running
      WHERE kept > $3 OR held >= $4)`;

export const DROP_PARTS = `
  DELETE FROM quarantine_part p USING quarantine q
   WHERE p.tenant_id = $1 AND q.tenant_id = $1 AND q.quarantine_id = p.quarantine_id AND NOT q.bytes_kept`;

export const SETTLE_TAKEN = `
  UPDATE quarantine SET status = 'REPLAYED', bytes_kept = false, settled_at = now(), settled_by = $3
   WHERE tenant_id = $1 AND file_sha256 = $2 AND status = 'HELD'`;

export const SETTLE = `
  UPDATE quarantine SET status = $3, bytes_kept = false, settled_at = now(), settled_by = $4, reason = $5
   WHERE tenant_id = $1 AND quarantine_id = $2 AND status = 'HELD' RETURNING quarantine_id`;

export const ENTRY = `
  quarantine_id AS id, entity_id AS entity, file_name AS file, file_sha256 AS sha256, bytes::text AS bytes, bytes_kept, origin, code,
  report ->> 'message' AS message, to_char(period_month, 'YYYY-MM') AS period_month, revision, status, refusals, reason,
  ${time('first_at')}, ${time('last_at')}, ${time('settled_at')}`;

export const PART = 'SELECT content FROM quarantine_part WHERE quarantine_id = $1 AND part = $2';
