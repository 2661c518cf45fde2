import { monthOf, type Tx } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { type AggregateRow, aggregate, type ReportHead } from './aggregate.ts';
import type { Dimension } from './dimensions.ts';
import type { ReportInput } from './filters.ts';
import { domainLabels, entityLabels, familyLabels, type Labels } from './labels.ts';
import { read } from './read.ts';
import { finish, MONTHS, type MonthRow, overTime, type ReportKind, type Row } from './reports.ts';

/** What a series over time can be parted by. */
export const SERIES_BY = ['entity', 'domain', 'family', 'type', 'environment'] as const;
export type SeriesBy = (typeof SERIES_BY)[number];

const DIMENSION: Readonly<Record<SeriesBy, Dimension>> = {
  entity: 'entity_id',
  domain: 'domain_id',
  family: 'family_id',
  type: 'consumption_type',
  environment: 'environment',
};

export interface SeriesInput extends ReportInput {
  readonly by: SeriesBy;
  /** So many codes, those with the highest cost of the whole range, have rows of their own; all others share one of code null. */
  readonly top?: number;
}

export type SeriesRow = Row<{
  readonly period_month: string;
  /** Null: without a family, or all that are not among the top. */
  readonly code: string | null;
  readonly label: string;
}> &
  Pick<MonthRow, 'year_cost' | 'change_year' | 'running_cost'>;

export interface Series extends ReportHead {
  readonly by: SeriesBy;
  /** The months as a whole; the rows of a month add up to its cost. */
  readonly months: MonthRow[];
  readonly rows: SeriesRow[];
}

/** Months by entity, domain, family, type or environment in one answer: rank and share are those within the month. */
export async function reportSeries(group: GroupNode, input: SeriesInput): Promise<Series> {
  const { by, top, ...asked } = input;
  return await read(group, async (tx) => {
    const kind = await seriesKind(tx, group, input);
    const whole = await aggregate(tx, group, asked, MONTHS.options);
    const { head, rows } = await aggregate(tx, group, asked, kind.options);
    return {
      ...head,
      by,
      months: await MONTHS.finish(tx, whole.head, whole.rows, asked),
      rows: await kind.finish(tx, head, rows, asked),
    };
  });
}

/** The series as a report whose rows can be streamed. */
export async function seriesKind(tx: Tx, group: GroupNode, input: SeriesInput): Promise<ReportKind<SeriesRow>> {
  const { by, top, ...asked } = input;
  const dimension = DIMENSION[by];
  const largest =
    top === undefined ? undefined : await aggregate(tx, group, asked, { groupBy: [dimension], limit: top });
  const codes = largest?.rows.flatMap((row) => row[dimension] ?? []);
  return {
    paged: false,
    options: {
      groupBy: ['period_month', dimension],
      orderBy: 'period_month',
      withYear: true,
      ...(codes === undefined ? {} : { keep: { dimension, codes } }),
    },
    async finish(inTx, head, rows) {
      const labels = await labelsBy(inTx, by, head);
      return rows.map((row) => seriesRow(head, row, row[dimension] ?? null, labels));
    },
  };
}

function seriesRow(head: ReportHead, row: AggregateRow, code: string | null, labels: Labels): SeriesRow {
  const label = code === null ? '' : (labels.get(code) ?? code);
  return {
    ...finish(head, row, { period_month: monthOf(row.period_month ?? ''), code, label }),
    ...overTime(row),
  };
}

async function labelsBy(tx: Tx, by: SeriesBy, head: ReportHead): Promise<Labels> {
  if (by === 'entity') return await entityLabels(tx);
  if (by === 'domain') return await domainLabels(tx, head);
  return by === 'family' ? await familyLabels(tx, head) : new Map();
}
