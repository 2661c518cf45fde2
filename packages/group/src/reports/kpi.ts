import type { Tx } from '@prorata/platform';
import { DISCIPLINE } from '../discipline/discipline.sql.ts';
import type { GroupNode } from '../node/group-node.ts';
import { policyIn } from '../policy/policy.ts';
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

/** The same judgement as the discipline of each entity (`discipline.sql.ts`), counted where the rows are. */
const COUNTED = `
  SELECT count(*) FILTER (WHERE state <> 'PENDING')::text AS expected,
         count(*) FILTER (WHERE revision IS NOT NULL)::text AS published,
         count(*) FILTER (WHERE state IN ('ON_TIME', 'LATE', 'MISSING'))::text AS due,
         count(*) FILTER (WHERE state = 'ON_TIME')::text AS on_time,
         count(*) FILTER (WHERE revision > 1)::text AS restated
    FROM (${DISCIPLINE}) AS month`;

async function disciplineOf(tx: Tx, { entity }: ReportInput, days: readonly string[]): Promise<Discipline> {
  const entities = entity === undefined || entity.length === 0 ? null : entity;
  const { due_day } = await policyIn(tx);
  const today = new Date().toISOString().slice(0, 10);
  const [row] = await tx.query<Discipline>(COUNTED, [days[0] ?? null, days.at(-1) ?? null, due_day, today, entities]);
  return row ?? { expected: '0', published: '0', due: '0', on_time: '0', restated: '0' };
}
