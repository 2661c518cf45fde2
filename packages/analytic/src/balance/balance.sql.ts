/** The ledger and the postings are compared: both are read as they stood at one moment. */
export const ONE_MOMENT = 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ';

export const AXIS = 'SELECT id, code FROM ana_axis WHERE code = $1';

export const DIMENSIONS = 'SELECT id, parent_id, code, name_source FROM ana_dimension WHERE axis_id = $1 ORDER BY code';

/** $1 axis, $2 first and $3 last month. Cycles move money between dimensions, within the axis. */
export const BY_DIMENSION = `
  SELECT dimension_id, to_char(period_month, 'YYYY-MM') AS month, trim_scale(sum(amount))::text AS amount
    FROM (SELECT dimension_id, period_month, amount FROM ana_balance_now WHERE axis_id = $1 AND period_month BETWEEN $2 AND $3
          UNION ALL
          SELECT dimension_id, period_month, amount FROM ana_cycle_line WHERE axis_id = $1 AND period_month BETWEEN $2 AND $3) moved
   GROUP BY dimension_id, period_month`;

export const BY_ACCOUNT = `
  SELECT account, trim_scale(sum(amount))::text AS amount
    FROM ana_balance_now WHERE axis_id = $1 AND period_month BETWEEN $2 AND $3
   GROUP BY account ORDER BY account`;
