import { isUuid, platformProblem } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';

/** How long reads can be looked up unless a schedule tells otherwise: a year and the month in which it is asked about. */
export const ACCESS_RETENTION_DAYS = 400;

export interface AccessEntry {
  /** UUIDv7: grows with time. */
  readonly access_id: string;
  readonly read_at: string;
  readonly user_id: string;
  readonly roles: string[];
  /** The entity that the read was walled to; null for a read of the group as a whole. */
  readonly entity: string | null;
  readonly method: string;
  readonly route: string;
  readonly filters: Record<string, unknown>;
  readonly status: number;
  readonly rows: number | null;
  readonly correlation_id: string;
}

export interface AccessQuery {
  /** First and last moment, RFC 3339. */
  readonly since?: string;
  readonly until?: string;
  readonly user?: string;
  readonly entity?: string;
  readonly route?: string;
  /** At most this many rows; 100 unless told. */
  readonly limit?: number;
  /** Goes on below this entry: `next` of the page before. */
  readonly before?: string;
}

export interface AccessPage {
  readonly rows: AccessEntry[];
  /** What to give as `before` for the next page; null at the end. */
  readonly next: string | null;
}

const PAGE = `
  SELECT access_id, to_char(read_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS read_at, user_id, roles, entity_id AS entity,
         method, route, filters, status, row_count::text AS rows, correlation_id
    FROM access_log
   WHERE ($1::timestamptz IS NULL OR read_at >= $1) AND ($2::timestamptz IS NULL OR read_at <= $2)
     AND ($3::uuid IS NULL OR user_id = $3) AND ($4::text IS NULL OR entity_id = $4) AND ($5::text IS NULL OR route = $5)
     AND ($6::uuid IS NULL OR access_id < $6)
   ORDER BY access_id DESC LIMIT $7`;

/** Who read what, the newest first. @throws Problem `VALIDATION_FAILED` for a cursor that is none */
export async function listAccesses(group: GroupNode, query: AccessQuery = {}): Promise<AccessPage> {
  if (query.before !== undefined && !isUuid(query.before)) {
    throw platformProblem('VALIDATION_FAILED', `before is ${query.before}; take "next" of the page before`);
  }
  const limit = query.limit ?? 100;
  const values = [query.since, query.until, query.user, query.entity, query.route, query.before].map(
    (one) => one ?? null,
  );
  const found = await group.db.transaction(
    { tenantId: group.scope.tenantId },
    (tx) => tx.query<Omit<AccessEntry, 'rows'> & { rows: string | null }>(PAGE, [...values, limit + 1]),
    { role: 'reader', readOnly: true },
  );
  const rows = found.slice(0, limit).map((row) => ({ ...row, rows: row.rows === null ? null : Number(row.rows) }));
  return { rows, next: found.length > limit ? (rows.at(-1)?.access_id ?? null) : null };
}

/**
 * Takes away reads that are older than told. What is younger than thirty days stays whatever is told: the database has no policy that
 * would reach it.
 *
 * @returns how many were taken away
 */
export async function purgeAccesses(group: GroupNode, keepDays = ACCESS_RETENTION_DAYS): Promise<number> {
  return await group.db.transaction({ tenantId: group.scope.tenantId }, (tx) =>
    tx.execute('DELETE FROM access_log WHERE read_at < now() - make_interval(days => $1)', [keepDays]),
  );
}
