import type { Tx } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { DEFAULT_POLICY } from '../policy/policy.ts';
import { RATIO_DECIMALS } from './aggregate.sql.ts';
import { aggregate, type ReportHead } from './aggregate.ts';
import type { ReportInput } from './filters.ts';
import { read } from './read.ts';
import { reportUnitCosts, type UnitCostRow } from './unit-costs.ts';

export const KPI_CODES = [
  'allocation_coverage',
  'indirect_share',
  'price_coverage',
  'on_time_share',
  'publication_coverage',
  'restatement_rate',
] as const;
export type KpiCode = (typeof KPI_CODES)[number];

/** A quotient with what it is made of, so that nobody has to believe it. */
export interface Kpi {
  readonly code: KpiCode;
  /** numerator / denominator, 8 decimals; null where the denominator is 0 or a part is missing. */
  readonly value: string | null;
  readonly numerator: string | null;
  readonly denominator: string | null;
  /** Of numerator and denominator: a currency, facts, or months of entities. */
  readonly unit: string;
  readonly formula: string;
}

export interface KpiReport extends ReportHead {
  readonly rows: Kpi[];
  /** Unit costs of the products that cost most, at equal unit. */
  readonly unit_costs: UnitCostRow[];
}

export const FORMULAS: Readonly<Record<KpiCode, string>> = {
  allocation_coverage: '(cost − cost of the application UNALLOCATED) / cost',
  indirect_share: 'cost of INDIRECT facts / cost',
  price_coverage: 'facts that carry the measure / facts',
  on_time_share: 'months of entities whose first revision came by its due day / months of entities that are due',
  publication_coverage: 'months of entities published / months of entities that are due or published',
  restatement_rate: 'months of entities with more than one revision / months of entities published',
};

/** Unit costs shown beside the ratios. */
const TOP_PRODUCTS = 10;

/**
 * How well the group knows its costs, over the months and filters asked for. Discipline (on time, published, restated) follows
 * months and entities alone.
 */
export async function reportKpi(group: GroupNode, input: ReportInput = {}): Promise<KpiReport> {
  const report = await read(group, async (tx) => {
    const { head, rows, span } = await aggregate(tx, group, input, { groupBy: ['consumption_type'] });
    const cost = head.total.complete ? head.total.cost : null;
    const indirect = rows.find((row) => row.consumption_type === 'INDIRECT')?.cost ?? '0';
    const discipline = await disciplineOf(tx, input, span.days);
    const money = { unit: head.currency, denominator: cost };
    const months = { unit: 'months of entities' };
    return {
      ...head,
      rows: await quotients(tx, [
        { code: 'allocation_coverage', ...money, numerator: cost, less: await unallocatedCost(tx, group, input) },
        { code: 'indirect_share', ...money, numerator: cost === null ? null : indirect },
        {
          code: 'price_coverage',
          unit: 'facts',
          numerator: `${head.total.valued_rows}`,
          denominator: `${head.total.fact_rows}`,
        },
        { code: 'on_time_share', ...months, numerator: discipline.on_time, denominator: discipline.due },
        { code: 'publication_coverage', ...months, numerator: discipline.published, denominator: discipline.expected },
        { code: 'restatement_rate', ...months, numerator: discipline.restated, denominator: discipline.published },
      ]),
    };
  });
  const { rows: unitCosts } = await reportUnitCosts(group, { ...input, limit: TOP_PRODUCTS });
  return { ...report, unit_costs: unitCosts };
}

type Asked = Pick<Kpi, 'code' | 'unit' | 'numerator' | 'denominator'> & { readonly less?: string | null };

async function quotients(tx: Tx, asked: readonly Asked[]): Promise<Kpi[]> {
  const values = await tx.query<Pick<Kpi, 'value' | 'numerator'>>(
    `SELECT trim_scale(numerator - less)::text AS numerator,
            round((numerator - less) / NULLIF(denominator, 0), ${RATIO_DECIMALS})::text AS value
       FROM unnest($1::numeric[], $2::numeric[], $3::numeric[]) WITH ORDINALITY AS part(numerator, denominator, less, place)
      ORDER BY place`,
    [
      asked.map(({ numerator }) => numerator),
      asked.map(({ denominator }) => denominator),
      asked.map(({ less = '0' }) => less),
    ],
  );
  return asked.map(({ code, unit, denominator }, index) => ({
    code,
    value: values[index]?.value ?? null,
    numerator: values[index]?.numerator ?? null,
    denominator,
    unit,
    formula: FORMULAS[code],
  }));
}

/** Cost that no application bears, of what the filters choose. */
async function unallocatedCost(tx: Tx, group: GroupNode, input: ReportInput): Promise<string | null> {
  const { application = [] } = input;
  if (application.length > 0 && !application.includes(UNALLOCATED)) return '0';
  const asked = { ...input, application: [UNALLOCATED] };
  const { head } = await aggregate(tx, group, asked, { groupBy: ['consumption_type'] });
  return head.total.complete ? head.total.cost : null;
}

const UNALLOCATED = 'UNALLOCATED';

interface Discipline extends Record<string, string> {
  readonly expected: string;
  readonly published: string;
  readonly due: string;
  readonly on_time: string;
  readonly restated: string;
}

/**
 * A month is due on a day of the following month: the entity's, else the policy's, else the 10th; the last one where the month is
 * shorter. It came in time when its first revision was received by the end of that day, UTC.
 */
const DISCIPLINE = `
  WITH policy AS (SELECT COALESCE((SELECT due_day FROM group_policy ORDER BY version DESC LIMIT 1), $3) AS due_day),
  wanted AS (
    SELECT e.entity_id, m.period_month,
           (m.period_month + interval '1 month' + (LEAST(COALESCE(e.due_day, policy.due_day),
             extract(day FROM m.period_month + interval '2 months' - interval '1 day')) - 1) * interval '1 day')::date AS due_on
      FROM dim_entity e CROSS JOIN unnest($1::date[]) AS m(period_month) CROSS JOIN policy
     WHERE COALESCE(e.active_from <= m.period_month, true) AND COALESCE(e.active_to >= m.period_month, true)
       AND ($2::text[] IS NULL OR e.entity_id = ANY($2::text[]))),
  came AS MATERIALIZED (
    SELECT entity_id, period_month, min(received_at) AS first_at, max(revision) AS revisions
      FROM publication WHERE period_month = ANY($1::date[]) GROUP BY 1, 2),
  month AS (
    SELECT wanted.due_on, came.first_at, came.revisions,
           came.first_at IS NOT NULL AS published, wanted.due_on < (now() AT TIME ZONE 'UTC')::date AS is_due
      FROM wanted LEFT JOIN came USING (entity_id, period_month))
  SELECT count(*) FILTER (WHERE is_due OR published)::text AS expected, count(*) FILTER (WHERE published)::text AS published,
         count(*) FILTER (WHERE is_due)::text AS due,
         count(*) FILTER (WHERE is_due AND (first_at AT TIME ZONE 'UTC')::date <= due_on)::text AS on_time,
         count(*) FILTER (WHERE revisions > 1)::text AS restated
    FROM month`;

async function disciplineOf(tx: Tx, { entity }: ReportInput, days: readonly string[]): Promise<Discipline> {
  const entities = entity === undefined || entity.length === 0 ? null : entity;
  const [row] = await tx.query<Discipline>(DISCIPLINE, [days, entities, DEFAULT_POLICY.due_day]);
  return row ?? { expected: '0', published: '0', due: '0', on_time: '0', restated: '0' };
}
