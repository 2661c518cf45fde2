import type { RefusalCode } from '@prorata/contract';
import type { GroupNode } from '../node/group-node.ts';
import type { RefusalReport } from './refusals.ts';

/** One bundle that was not taken. */
export interface RefusalEntry {
  /** The entity that the transport named; null for a file that came without one. */
  readonly entity: string | null;
  readonly file: string;
  readonly sha256: string;
  readonly code: RefusalCode;
  readonly message: string;
  readonly received_at: string;
}

/** The latest refusals, the newest first: at most `limit`, 100 unless told. */
export async function listRefusals(group: GroupNode, input: { readonly limit?: number } = {}): Promise<RefusalEntry[]> {
  const rows = await group.db.transaction(
    group.scope,
    (tx) =>
      tx.query<Omit<RefusalEntry, 'message'> & { report: RefusalReport }>(
        `SELECT entity_id AS entity, file_name AS file, file_sha256 AS sha256, code, report,
                to_char(received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS received_at
           FROM intake_refusal ORDER BY intake_refusal.received_at DESC LIMIT $1`,
        [input.limit ?? 100],
      ),
    { role: 'reader', readOnly: true },
  );
  return rows.map(({ report, ...row }) => ({ ...row, message: report.message }));
}
