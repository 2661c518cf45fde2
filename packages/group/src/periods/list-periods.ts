import { monthOf } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';

/** A revision that came after the lock: what the entity says now, and the group does not show. */
export interface Differing {
  readonly entity: string;
  /** That the entity sent last, and the one that stands here; null where nothing does. */
  readonly revision: number;
  readonly standing: number | null;
  readonly received_at: string;
}

export interface PeriodEntry {
  /** `YYYY-MM` */
  readonly period_month: string;
  readonly status: 'OPEN' | 'LOCKED';
  readonly reason: string | null;
  readonly rate_set: number | null;
  readonly reference_version: number | null;
  /** What a locked month is made of. */
  readonly publications: readonly { readonly entity: string; readonly revision: number }[];
  readonly changed_at: string | null;
  /** Entities that are active in the month and have not sent it as closed. */
  readonly waiting_for: readonly string[];
  /** Entities that differ from the group: a later revision of theirs was refused because the month is locked. */
  readonly differs: readonly Differing[];
  /** Entities whose publication of this month carries corrections of an earlier one, and of which. */
  readonly adjusts: readonly { readonly entity: string; readonly adjusts_month: string }[];
}

const TIME = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

const PERIODS = `
  WITH month AS (SELECT period_month FROM publication UNION SELECT period_month FROM period_status)
  SELECT m.period_month, COALESCE(s.status, 'OPEN') AS status, s.reason, s.rate_set, s.reference_version,
         COALESCE(s.publications, '[]') AS publications,
         to_char(s.changed_at AT TIME ZONE 'UTC', ${TIME}) AS changed_at,
         ARRAY(SELECT e.entity_id FROM dim_entity e
                WHERE COALESCE(e.active_from <= m.period_month, true) AND COALESCE(e.active_to >= m.period_month, true)
                  AND NOT EXISTS (SELECT 1 FROM publication p
                                   WHERE p.tenant_id = e.tenant_id AND p.entity_id = e.entity_id AND p.period_month = m.period_month
                                     AND p.status = 'ACCEPTED' AND p.period_state = 'CLOSED')
                ORDER BY 1) AS waiting_for,
         COALESCE((SELECT jsonb_agg(jsonb_build_object('entity', d.entity, 'revision', d.revision, 'standing', d.standing,
                                                       'received_at', to_char(d.received_at AT TIME ZONE 'UTC', ${TIME})) ORDER BY d.entity)
                     FROM (SELECT DISTINCT ON (r.signed_entity) r.signed_entity AS entity, r.revision, p.revision AS standing, r.received_at
                             FROM intake_refusal r
                             LEFT JOIN publication p ON p.entity_id = r.signed_entity AND p.period_month = r.period_month
                                                    AND p.status = 'ACCEPTED'
                            WHERE r.code = 'PERIOD_LOCKED' AND r.period_month = m.period_month
                              AND r.revision > COALESCE(p.revision, 0)
                            ORDER BY r.signed_entity, r.revision DESC, r.received_at DESC) AS d), '[]') AS differs,
         COALESCE((SELECT jsonb_agg(jsonb_build_object('entity', p.entity_id, 'adjusts_month', to_char(p.adjusts_month, 'YYYY-MM'))
                                    ORDER BY p.entity_id)
                     FROM publication p
                    WHERE p.period_month = m.period_month AND p.status = 'ACCEPTED' AND p.adjusts_month IS NOT NULL), '[]') AS adjusts
    FROM month m
    LEFT JOIN period_status s ON s.period_month = m.period_month
   ORDER BY m.period_month DESC`;

/** Every month that anybody published or the group locked, the latest first. */
export async function listPeriods(group: GroupNode): Promise<PeriodEntry[]> {
  const rows = await group.db.transaction(
    group.scope,
    (tx) => tx.query<PeriodEntry & Record<string, unknown>>(PERIODS),
    {
      role: 'reader',
      readOnly: true,
    },
  );
  return rows.map((row) => ({ ...row, period_month: monthOf(row.period_month) }));
}
