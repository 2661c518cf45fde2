import { firstDayOf, monthsBetween, parseMonths, shiftMonth, type Tx } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { policyIn } from '../policy/policy.ts';
import { groupProblem } from '../problems.ts';
import * as sql from './discipline.sql.ts';

/** How one entity kept to the day by which one month was due. */
export interface DisciplineRow {
  readonly entity: string;
  readonly label: string;
  /** `YYYY-MM` */
  readonly period_month: string;
  /** Last day on which it is on time, in UTC. */
  readonly due_on: string;
  /** ON_TIME and LATE judge the first accepted revision. PENDING: not due yet. UNEXPECTED: published without being expected. */
  readonly state: 'ON_TIME' | 'LATE' | 'MISSING' | 'PENDING' | 'UNEXPECTED';
  readonly days_late: number;
  readonly first_received_at: string | null;
  /** The one that stands; above 1 the month was restated. */
  readonly revision: number | null;
  /** OPEN or CLOSED, as the entity says. */
  readonly period_state: 'OPEN' | 'CLOSED' | null;
  /** Facts that name a product; of those, with a reference of the group, and with a published price. */
  readonly product_rows: number;
  readonly mapped_rows: number;
  readonly priced_rows: number;
  /** Whether the alert of its lateness was given. */
  readonly told: boolean;
}

/** Shares are decimals with 8 digits, null where there is nothing to divide by. */
export interface EntityDiscipline {
  readonly entity: string;
  readonly label: string;
  /** Months that were due. */
  readonly due: number;
  readonly on_time: number;
  readonly late: number;
  readonly missing: number;
  /** on_time / due */
  readonly on_time_share: string | null;
  readonly published: number;
  readonly restated: number;
  /** restated / published: published months that have a second revision or more. */
  readonly restatement_rate: string | null;
  /** mapped rows / rows that name a product */
  readonly mapping_coverage: string | null;
  /** priced rows / rows that name a product */
  readonly price_coverage: string | null;
}

export interface Discipline {
  readonly from: string;
  readonly to: string;
  readonly today: string;
  readonly entities: EntityDiscipline[];
  /** The same over all entities. */
  readonly group: Omit<EntityDiscipline, 'entity' | 'label'>;
  readonly rows: DisciplineRow[];
}

export interface DisciplineInput {
  readonly from?: string;
  readonly to?: string;
  readonly entity?: readonly string[];
  /** `YYYY-MM-DD`; the clock's day in UTC unless told. */
  readonly today?: string;
}

const MOST_MONTHS = 240;

/**
 * How the entities keep to the days by which their months are due, restate, and cover. From the first month that anybody is expected in
 * to the last that is over, unless told.
 *
 * @throws Problem `MONTH_INVALID`, `MONTHS_TOO_MANY`
 */
export async function reportDiscipline(group: GroupNode, input: DisciplineInput = {}): Promise<Discipline> {
  return await group.db.transaction(group.scope, (tx) => disciplineIn(tx, input), { role: 'reader', readOnly: true });
}

/** As `reportDiscipline`, in a transaction of the consolidated role. */
export async function disciplineIn(tx: Tx, input: DisciplineInput = {}): Promise<Discipline> {
  const today = input.today ?? new Date().toISOString().slice(0, 10);
  const to = input.to ?? shiftMonth(today.slice(0, 7), -1);
  const [first] = await tx.query<{ month: string | null }>(sql.FIRST_MONTH);
  const earliest = first?.month ?? to;
  const asked = input.from ?? (monthsBetween(earliest, to) < 1 ? to : earliest);
  const [from] = parseMonths(asked, to);
  if (monthsBetween(from, to) > MOST_MONTHS) {
    throw groupProblem('MONTHS_TOO_MANY', `${from} to ${to} is more than ${MOST_MONTHS} months`, { from, to });
  }
  const { due_day } = await policyIn(tx);
  const stored = await tx.query<Stored & Record<string, unknown>>(sql.DISCIPLINE, [
    firstDayOf(from),
    firstDayOf(to),
    due_day,
    today,
    input.entity === undefined || input.entity.length === 0 ? null : input.entity,
  ]);
  const rows = stored.map(
    (row): DisciplineRow => ({
      ...row,
      product_rows: Number(row.product_rows),
      mapped_rows: Number(row.mapped_rows),
      priced_rows: Number(row.priced_rows),
    }),
  );
  return { from, to, today, entities: byEntity(rows), group: summaryOf(rows), rows };
}

type Stored = Omit<DisciplineRow, 'product_rows' | 'mapped_rows' | 'priced_rows'> & {
  readonly product_rows: string;
  readonly mapped_rows: string;
  readonly priced_rows: string;
};

function byEntity(rows: readonly DisciplineRow[]): EntityDiscipline[] {
  const of = Map.groupBy(rows, (row) => row.entity);
  return [...of].map(([entity, own]) => ({ entity, label: own[0]?.label ?? entity, ...summaryOf(own) }));
}

function summaryOf(rows: readonly DisciplineRow[]): Discipline['group'] {
  const count = (state: DisciplineRow['state']) => rows.filter((row) => row.state === state).length;
  const sum = (name: 'product_rows' | 'mapped_rows' | 'priced_rows') => rows.reduce((all, row) => all + row[name], 0);
  const [on_time, late, missing] = [count('ON_TIME'), count('LATE'), count('MISSING')];
  const due = on_time + late + missing;
  const published = rows.filter((row) => row.revision !== null).length;
  const restated = rows.filter((row) => (row.revision ?? 0) > 1).length;
  return {
    due,
    on_time,
    late,
    missing,
    on_time_share: share(on_time, due),
    published,
    restated,
    restatement_rate: share(restated, published),
    mapping_coverage: share(sum('mapped_rows'), sum('product_rows')),
    price_coverage: share(sum('priced_rows'), sum('product_rows')),
  };
}

const DIGITS = 8;

/** Rounded half up, exactly: counts of rows are whole numbers. */
function share(part: number, whole: number): string | null {
  if (whole === 0) return null;
  const scaled = (BigInt(part) * 10n ** BigInt(DIGITS) * 2n + BigInt(whole)) / (BigInt(whole) * 2n);
  const digits = scaled.toString().padStart(DIGITS + 1, '0');
  return `${digits.slice(0, -DIGITS)}.${digits.slice(-DIGITS)}`;
}
