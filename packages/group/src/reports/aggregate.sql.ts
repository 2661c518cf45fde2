import type { Dimension, Hierarchy, Measure } from './dimensions.ts';
import { VALUED_ROWS } from './dimensions.ts';
import { columnOf, type Source } from './source.ts';

/** Digits after the point of `share` and `change`; they are for reading, money is never rounded. */
export const RATIO_DECIMALS = 8;

export interface Statement {
  readonly source: Source;
  readonly hierarchy: Hierarchy | undefined;
  /** At least one. */
  readonly groupBy: readonly [Dimension, ...Dimension[]];
  readonly measure: Measure;
  /** Conditions besides the months, each with a leading AND. */
  readonly narrowing: string;
  readonly withQuantity: boolean;
  /** Costs of DIRECT and of INDIRECT facts apart. */
  readonly withTypes: boolean;
  /** A text column that orders the rows, or the cost, the largest first. */
  readonly orderBy: 'cost' | Dimension;
  /** Parameter with the same months a year before; nothing is compared with them where there is none. */
  readonly yearBefore?: string | undefined;
  /** Codes of a dimension that keep a row of their own; all others share one without a code. */
  readonly keep?: { readonly dimension: Dimension; readonly parameter: string } | undefined;
  /** Parameter with the currencies whose rate is one over all months of a period, so that their months need not be told apart. */
  readonly evenly?: string | undefined;
  /** The place of the last row that the caller has, as parameters in the order of `placeOf`. */
  readonly after?: readonly string[] | undefined;
  readonly limit: string;
  readonly offset: string;
}

/**
 * One statement gives the rows, their share of the total, their rank, their changes, and the total itself (`is_total`, the first
 * row), so that all of it comes from one snapshot. Costs are converted here: sum of cost times the month's multiplier. A series by
 * month and something else ranks and shares within each month. Text is made of the rows of the page only. Parameters: $1 months,
 * $2 months before, $3 to $5 rates as three lists.
 */
export function aggregateStatement(of: Statement): string {
  const keys = of.groupBy.map((name) => `current.${name}`);
  const others = of.groupBy.filter((name) => name !== 'period_month').map((name) => `current.${name}`);
  const series = of.groupBy.includes('period_month');
  const order = of.orderBy === 'cost' ? ['current.cost DESC NULLS LAST', ...keys] : keys;
  const within = series && others.length > 0 ? 'current.is_total, current.period_month' : 'current.is_total';
  const isWithin = within !== 'current.is_total';
  const total = (column: string) => `(SELECT ${column} FROM current WHERE is_total)`;
  const whole = isWithin ? `sum(current.cost) OVER (PARTITION BY ${within})` : total('cost');
  const isWhole = isWithin ? `bool_and(current.complete) OVER (PARTITION BY ${within})` : total('complete');
  const time = `(PARTITION BY ${['current.is_total', ...others].join(', ')} ORDER BY current.period_month)`;
  const running = `CASE WHEN bool_and(current.complete) OVER ${time} THEN sum(current.cost) OVER ${time} END AS running,`;
  const months = ['$1', '$2', of.yearBefore ?? []].flat().map((parameter) => `${parameter}::date[]`);
  return `
WITH rate AS (SELECT * FROM unnest($3::date[], $4::text[], $5::numeric[]) AS rate(period_month, currency, multiplier)),${of.source.steps}
part AS MATERIALIZED (${parts(of, months.join(' || '))}),
current AS (${totals(of, '$1', 'part.of_month')}),
previous AS (${totals(of, '$2', "(part.of_month + interval '1 month')::date")}),
${of.yearBefore === undefined ? '' : `year_before AS (${totals(of, of.yearBefore, "(part.of_month + interval '12 months')::date")}),`}
ranked AS (
  SELECT current.*, current.cost AS cost_value, ${series ? running : ''}
         ${whole} AS whole, ${isWhole} AS is_whole,
         rank() OVER (PARTITION BY ${within} ORDER BY current.cost DESC NULLS LAST)::int AS rank,
         row_number() OVER (PARTITION BY current.is_total ORDER BY ${order.join(', ')}) AS place,
         (SELECT count(*) - 1 FROM current)::int AS row_count
    FROM current),
page AS (
  SELECT * FROM ranked WHERE is_total OR (place > ${of.offset}::bigint${after(of)})
   ORDER BY is_total DESC, place LIMIT ${of.limit}::bigint + 1)
SELECT current.is_total, ${keys.join(', ')}, current.cost_value,
       trim_scale(current.cost)::text AS cost, current.complete,
       trim_scale(current.local_cost)::text AS local_cost, current.local_currency,
       ${of.withQuantity ? 'trim_scale(current.quantity)::text AS quantity,' : ''}
       ${of.withTypes ? 'trim_scale(current.direct_cost)::text AS direct_cost, trim_scale(current.indirect_cost)::text AS indirect_cost,' : ''}
       current.fact_rows::text AS fact_rows, current.valued_rows::text AS valued_rows,
       ${change('previous', 'previous_cost', 'change')},
       ${of.yearBefore === undefined ? '' : `${change('year_before', 'year_cost', 'change_year')},`}
       ${series ? 'trim_scale(current.running)::text AS running_cost,' : ''}
       CASE WHEN current.is_whole THEN round(current.cost / NULLIF(current.whole, 0), ${RATIO_DECIMALS})::text END AS share,
       current.rank, current.place, current.row_count
  FROM page AS current
  ${joined(of, 'previous')}
  ${of.yearBefore === undefined ? '' : joined(of, 'year_before')}
 ORDER BY current.is_total DESC, current.place`;
}

/** What places a row in the order of its list, for the cursor of the page behind it. */
export function placeOf(
  of: Pick<Statement, 'orderBy' | 'groupBy'>,
  row: { readonly cost: string | null } & Readonly<Partial<Record<Dimension, string | null>>>,
): (string | null)[] {
  const keys = of.groupBy.map((name) => row[name] ?? null);
  return of.orderBy === 'cost' ? [row.cost, ...keys] : keys;
}

function after(of: Statement): string {
  if (of.after === undefined) return '';
  const [cost, ...rest] = of.after;
  const keys = of.orderBy === 'cost' ? rest : of.after;
  const columns = of.groupBy.map((name) => `${name} IS NULL, COALESCE(${name}::text, '')`);
  const values = keys.map((parameter) => `${parameter}::text IS NULL, COALESCE(${parameter}::text, '')`);
  if (of.orderBy === 'cost') {
    columns.unshift('cost_value IS NULL, -COALESCE(cost_value, 0)');
    values.unshift(`${cost}::numeric IS NULL, -COALESCE(${cost}::numeric, 0)`);
  }
  return ` AND ROW(${columns.join(', ')}) > ROW(${values.join(', ')})`;
}

function change(of: string, cost: string, name: string): string {
  return `trim_scale(${of}.cost)::text AS ${cost},
         CASE WHEN current.complete AND ${of}.complete
              THEN round((current.cost - ${of}.cost) / NULLIF(abs(${of}.cost), 0), ${RATIO_DECIMALS})::text END AS ${name}`;
}

// Equality of what can be hashed, none being a value: with IS NOT DISTINCT FROM each row would be held against every other.
function joined(of: Statement, other: string): string {
  const same = of.groupBy
    .map((name) => {
      const [ours, theirs] = [`current.${name}`, `${other}.${name}`];
      return `COALESCE(${theirs}::text, '') = COALESCE(${ours}::text, '') AND (${theirs} IS NULL) = (${ours} IS NULL)`;
    })
    .join(' AND ');
  return `LEFT JOIN ${other} ON ${other}.is_total = current.is_total AND ${same}`;
}

/**
 * Rows of all months that matter, added up in their own currency: few sums are converted then, to the same figure, for money is exact.
 * The step stands by itself, because a distributed PostgreSQL makes sums with and without keys only of rows that it has gathered.
 */
function parts(of: Statement, months: string): string {
  const columns = of.groupBy.filter((name) => name !== 'period_month').map((name) => ({ name, sql: keyOf(of, name) }));
  const first = 'CASE WHEN v.period_month = ANY($1::date[]) THEN ($1::date[])[1] ELSE ($2::date[])[1] END';
  const month =
    of.evenly === undefined
      ? 'v.period_month'
      : `CASE WHEN v.currency = ANY(${of.evenly}::text[]) THEN ${first} ELSE v.period_month END`;
  const keys = [...columns.map(({ sql }) => sql), month, 'v.currency'];
  const type = of.withTypes ? ', v.consumption_type' : '';
  return `
    SELECT ${columns.map(({ name, sql }) => `${sql} AS ${name}, `).join('')}${month} AS of_month, v.currency${type},
           sum(v.${of.measure}) AS amount, ${of.withQuantity ? 'sum(v.quantity) AS quantity,' : ''}
           sum(v.fact_rows) AS fact_rows, sum(v.${VALUED_ROWS[of.measure]}) AS valued_rows
      FROM ${of.source.from}
     WHERE v.period_month = ANY(${months})${of.narrowing}
     GROUP BY ${keys.join(', ')}${type}`;
}

/** The parts of some months in the report's currency, by key and as a whole. `month` is what a row of a series counts for. */
function totals(of: Statement, months: string, month: string): string {
  const keys = of.groupBy.map((name) => ({ name, sql: name === 'period_month' ? month : `part.${name}` }));
  const list = keys.map(({ sql }) => sql).join(', ');
  // Without DISTINCT, for which the rows would be sorted first.
  const single = 'min(part.currency) = max(part.currency)';
  const cost = 'sum(part.amount * rate.multiplier)';
  return `
  SELECT ${keys.map(({ name, sql }) => `${sql} AS ${name}, `).join('')}
         grouping(${list}) > 0 AS is_total,
         ${cost} AS cost,
         COALESCE(bool_and(rate.multiplier IS NOT NULL), true) AS complete,
         CASE WHEN ${single} THEN sum(part.amount) END AS local_cost,
         CASE WHEN ${single} THEN min(part.currency) END AS local_currency,
         ${of.withQuantity ? 'sum(part.quantity) AS quantity,' : ''}
         ${of.withTypes ? `COALESCE(${cost} FILTER (WHERE part.consumption_type = 'DIRECT'), 0) AS direct_cost, COALESCE(${cost} FILTER (WHERE part.consumption_type = 'INDIRECT'), 0) AS indirect_cost,` : ''}
         COALESCE(sum(part.fact_rows), 0) AS fact_rows, COALESCE(sum(part.valued_rows), 0) AS valued_rows
    FROM part
    LEFT JOIN rate ON rate.period_month = part.of_month AND rate.currency = part.currency
   WHERE part.of_month = ANY(${months}::date[])
   GROUP BY GROUPING SETS ((${list}), ())`;
}

function keyOf(of: Statement, name: Dimension): string {
  const column = `v.${columnOf(name, of.hierarchy)}`;
  return of.keep?.dimension === name
    ? `CASE WHEN ${column} = ANY(${of.keep.parameter}::text[]) THEN ${column} END`
    : column;
}
