import { firstDayOf, type Tx } from '@prorata/platform';

/** The signed publication behind a figure. */
export interface Evidence {
  readonly entity: string;
  readonly period_month: string;
  readonly revision: number;
  /** The revision whose place it took; null for the first. */
  readonly previous_revision: number | null;
  readonly period_state: 'OPEN' | 'CLOSED';
  readonly group_status: 'OPEN' | 'LOCKED';
  readonly manifest_digest: string;
  readonly kid: string;
  readonly received_at: string;
}

/** The one publication of an entity and month that counts, as the group keeps it. */
const EVIDENCE = `
  SELECT p.entity_id AS entity, to_char(p.period_month, 'YYYY-MM') AS period_month, p.revision,
         NULLIF(p.revision - 1, 0) AS previous_revision, p.period_state,
         COALESCE(s.status, 'OPEN') AS group_status, p.manifest_digest, p.kid,
         to_char(p.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS received_at
    FROM publication p LEFT JOIN period_status s ON s.period_month = p.period_month
   WHERE p.status = 'ACCEPTED'`;

/** Behind a fact; null where the facts came without a bundle. @param month YYYY-MM */
export async function evidenceOf(tx: Tx, entity: string, month: string): Promise<Evidence | null> {
  const [found] = await tx.query<Evidence & Record<string, unknown>>(
    `${EVIDENCE} AND p.entity_id = $1 AND p.period_month = $2`,
    [entity, firstDayOf(month)],
  );
  return found ?? null;
}

/** Of every entity in the months, by `FR01 2025-07`. @param days first days */
export async function evidenceIn(tx: Tx, days: readonly string[]): Promise<ReadonlyMap<string, Evidence>> {
  const rows = await tx.query<Evidence & Record<string, unknown>>(`${EVIDENCE} AND p.period_month = ANY($1::date[])`, [
    days,
  ]);
  return new Map(rows.map((row) => [`${row.entity} ${row.period_month}`, row]));
}
