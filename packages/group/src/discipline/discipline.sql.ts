/**
 * Every entity and month of a range, when the month was due, and what came. $1 first, $2 last month, $3 due day of the policy, $4 today,
 * $5 entities or null. An entity is expected from its first active month, else from the month in which it was enrolled: what it hands
 * in of the time before is history and never late.
 */
export const DISCIPLINE = `
  WITH grid AS (
    SELECT e.entity_id, e.label, m.period_month::date AS period_month,
           (m.period_month + interval '1 month')::date
             + least(COALESCE(e.due_day, $3)::int, extract(day FROM m.period_month + interval '2 months' - interval '1 day')::int) - 1 AS due_on,
           m.period_month >= COALESCE(e.active_from, date_trunc('month', e.created_at AT TIME ZONE 'UTC'))
             AND COALESCE(m.period_month <= e.active_to, true) AS expected
      FROM dim_entity e
     CROSS JOIN generate_series($1::timestamp, $2::timestamp, interval '1 month') AS m(period_month)
     WHERE $5::text[] IS NULL OR e.entity_id = ANY($5)),
  came AS (
    SELECT entity_id, period_month, max(revision) AS revision, min(received_at) AS first_at,
           (array_agg(coverage ORDER BY revision DESC))[1] AS coverage,
           (array_agg(period_state ORDER BY revision DESC))[1] AS period_state
      FROM publication WHERE period_month BETWEEN $1 AND $2 GROUP BY entity_id, period_month)
  SELECT g.entity_id AS entity, g.label, to_char(g.period_month, 'YYYY-MM') AS period_month, g.due_on,
         c.revision, c.period_state, to_char(c.first_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS first_received_at,
         CASE WHEN NOT g.expected THEN 'UNEXPECTED'
              WHEN c.first_at IS NULL THEN CASE WHEN $4::date > g.due_on THEN 'MISSING' ELSE 'PENDING' END
              WHEN (c.first_at AT TIME ZONE 'UTC')::date > g.due_on THEN 'LATE' ELSE 'ON_TIME' END AS state,
         CASE WHEN g.expected
              THEN greatest(0, COALESCE((c.first_at AT TIME ZONE 'UTC')::date, $4::date) - g.due_on) ELSE 0 END AS days_late,
         COALESCE((c.coverage ->> 'product_rows')::bigint, 0)::text AS product_rows,
         COALESCE((c.coverage ->> 'mapped_rows')::bigint, 0)::text AS mapped_rows,
         COALESCE((c.coverage ->> 'priced_rows')::bigint, 0)::text AS priced_rows,
         EXISTS (SELECT 1 FROM late_notice n WHERE n.entity_id = g.entity_id AND n.period_month = g.period_month) AS told
    FROM grid g
    LEFT JOIN came c ON c.entity_id = g.entity_id AND c.period_month = g.period_month
   WHERE g.expected OR c.revision IS NOT NULL
   ORDER BY g.entity_id, g.period_month`;

/** The first month that any entity is expected in or published; null for a group without entities. */
export const FIRST_MONTH = `
  SELECT to_char(least((SELECT min(COALESCE(active_from, date_trunc('month', created_at AT TIME ZONE 'UTC')::date)) FROM dim_entity),
                       (SELECT min(period_month) FROM publication)), 'YYYY-MM') AS month`;

/** $2: [{entity, period_month, due_on}]; answers those that nobody was told of before. */
export const TELL_LATE = `
  INSERT INTO late_notice (tenant_id, entity_id, period_month, due_on)
  SELECT $1, entity, period_month, due_on
    FROM jsonb_to_recordset($2::jsonb) AS late(entity text, period_month date, due_on date)
      ON CONFLICT DO NOTHING
  RETURNING entity_id AS entity, to_char(period_month, 'YYYY-MM') AS period_month, due_on`;
