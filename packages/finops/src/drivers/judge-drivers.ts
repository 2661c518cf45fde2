import { formatDecimal, parseDecimal } from '@prorata/allocation';
import { numberFault, RowFaults, readTableNumber, type TableDialect, type TableRow } from '../import/table-file.ts';
import { UNALLOCATED } from '../mapping/apply.ts';
import { fold } from '../mapping/fold.ts';
import { didYouMean } from '../mapping/near.ts';
import { holdsIn, referenceCode } from '../references/kinds.ts';
import type { ReferenceBook } from '../references/merge-references.ts';

export const DRIVER_SHAPE = { required: ['driver', 'month', 'application', 'value'], optional: [] } as const;
export type DriverColumn = (typeof DRIVER_SHAPE.required)[number];

/** What an application weighs in a driver in a month. The value is an exact decimal text. */
export interface DriverValue {
  /** Folded, so that `Head Count` and `head count` are one driver. */
  readonly driver: string;
  /** YYYY-MM */
  readonly month: string;
  readonly application: string;
  readonly value: string;
}

/** Control total of one driver and month. */
export interface DriverTotal {
  readonly driver: string;
  readonly period_month: string;
  readonly rows: number;
  readonly total: string;
}

const MONTH = /^2[01]\d\d-(0[1-9]|1[0-2])$/;
const isMonth = (text: string) => MONTH.test(text);
const SCALE = 18;
const LONGEST_DRIVER = 64;

/**
 * Judges the rows of a driver file against the references. Pure: all of them can be stored, or none.
 *
 * @throws Problem `ROWS_REFUSED` with each fault, its row, column and value
 */
export function judgeDrivers(
  rows: readonly TableRow<DriverColumn>[],
  options: { readonly file: string; readonly dialect: TableDialect; readonly references: ReferenceBook },
): DriverValue[] {
  const faults = new RowFaults();
  const seen = new Map<string, number>();
  const values: DriverValue[] = [];
  for (const row of rows) {
    const value = judgeRow(row, options.dialect, options.references, faults);
    if (value === undefined) continue;
    const grain = JSON.stringify([value.driver, value.month, value.application]);
    const earlier = seen.get(grain);
    if (earlier !== undefined) {
      const message = `the same driver, month and application stand in row ${earlier}`;
      faults.add(row.row, 'application', row.values.application, message);
    }
    seen.set(grain, earlier ?? row.row);
    values.push(value);
  }
  faults.refuse(options.file);
  return values;
}

function judgeRow(
  { row, values }: TableRow<DriverColumn>,
  dialect: TableDialect,
  references: ReferenceBook,
  faults: RowFaults,
): DriverValue | undefined {
  const before = faults.count;
  const refuse = (column: DriverColumn, message: string) => faults.add(row, column, values[column], message);
  for (const column of DRIVER_SHAPE.required) if (values[column] === null) refuse(column, 'a value is required');
  const month = values.month ?? '';
  if (values.month !== null && !isMonth(month)) refuse('month', 'not a month; write YYYY-MM');
  const driver = fold(values.driver ?? '');
  if (driver.length > LONGEST_DRIVER) refuse('driver', `longer than ${LONGEST_DRIVER} characters`);
  const application = values.application === null ? '' : referenceCode('application', values.application);
  if (application === UNALLOCATED) refuse('application', 'UNALLOCATED is nobody and weighs nothing');
  else if (values.application !== null) {
    const found = references.application.get(application);
    if (found === undefined) {
      refuse('application', `no such application${didYouMean(application, references.application.keys())}`);
    } else if (isMonth(month) && !holdsIn(found, month)) refuse('application', `does not hold in ${month}`);
  }
  const value = values.value === null ? undefined : readTableNumber(values.value, dialect);
  if (values.value !== null && value === undefined) refuse('value', numberFault(dialect));
  if (value?.startsWith('-')) refuse('value', 'below zero; a weight is zero or more');
  if (faults.count > before || value === undefined) return undefined;
  return { driver, month, application, value };
}

/** Control totals, by driver and month. */
export function driverTotals(values: readonly DriverValue[]): DriverTotal[] {
  const sums = new Map<string, { readonly driver: string; readonly month: string; rows: number; total: bigint }>();
  for (const { driver, month, value } of values) {
    const key = `${driver}\u0000${month}`;
    const sum = sums.get(key) ?? { driver, month, rows: 0, total: 0n };
    sum.rows += 1;
    sum.total += parseDecimal(value, SCALE);
    sums.set(key, sum);
  }
  return [...sums]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, { driver, month, rows, total }]) => ({
      driver,
      period_month: month,
      rows,
      total: formatDecimal(total, SCALE).replace(/\.?0+$/, ''),
    }));
}
