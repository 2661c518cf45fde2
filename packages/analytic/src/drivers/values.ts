import {
  firstDayOf,
  MONTH_PATTERN,
  parseMonths,
  type RequestContext,
  type Tx,
  type WriteAnswer,
  type WriteRecord,
} from '@prorata/platform';
import { analyticProblem } from '../problems.ts';
import { type CsvFault, hasDecimalComma, readCsv, refuseFaults } from '../service/csv.ts';
import { type AnalyticNode, type Caller, change, found, read } from '../service/node.ts';
import { requireVersion } from '../service/routes.ts';
import type { DriverRow } from './driver-row.ts';
import { type DriverValues, type MonthValues, type ValuesStored, WEIGHT_PATTERN } from './drivers.schema.ts';
import * as sql from './drivers.sql.ts';

/** One weight, and the place where it was given: a JSON pointer or a line of a file. */
interface GivenWeight {
  readonly month: string;
  readonly dimension: string;
  readonly weight: string;
  readonly line: number;
}

/** Replaces the weights of one month; a posting that used the old ones keeps them. @throws Problem `NOT_FOUND`, `CHANGED_MEANWHILE`, `REFERENCE_UNKNOWN`, `MONTH_INVALID` */
export async function putMonth(
  node: AnalyticNode,
  caller: Caller,
  id: string,
  month: string,
  input: MonthValues,
  expected?: number,
): Promise<WriteAnswer<ValuesStored>> {
  const payload = { id, month, ...input };
  return await change(node, caller, { action: 'analytic.driver.values', payload }, async (tx, record) => {
    const driver = found(await tx.query<DriverRow>(sql.BY_ID_TO_CHANGE, [id]), `there is no driver ${id}`);
    requireVersion(expected, driver.version);
    const given = input.values.map((value, line) => ({ ...value, month, line }));
    const { faults, changed } = await store(tx, record, caller, driver, [month], given);
    const [first] = faults;
    if (first !== undefined) {
      const pointer = `/values/${first.line}/dimension`;
      throw analyticProblem('REFERENCE_UNKNOWN', `${pointer}: ${first.message}`, { pointer });
    }
    return { status: 200, body: await storedAnswer(tx, driver, [month], given.length, changed) };
  });
}

const COLUMNS = ['month', 'dimension', 'weight'];

/** Replaces the months that a CSV file names (`month,dimension,weight`), all of them or none. @throws Problem `NOT_FOUND`, `CHANGED_MEANWHILE`, `CSV_INVALID` */
export async function putCsv(
  node: AnalyticNode,
  caller: Caller,
  id: string,
  text: string,
  expected?: number,
): Promise<WriteAnswer<ValuesStored>> {
  return await change(node, caller, { action: 'analytic.driver.values', payload: { id, text } }, async (tx, record) => {
    const driver = found(await tx.query<DriverRow>(sql.BY_ID_TO_CHANGE, [id]), `there is no driver ${id}`);
    requireVersion(expected, driver.version);
    const comma = hasDecimalComma(text);
    const given = readCsv(text, COLUMNS).map(({ line, values: [month = '', dimension = '', weight = ''] }) => {
      return { line, month, dimension, weight: comma ? weight.replace(/^(\d+),(\d+)$/, '$1.$2') : weight };
    });
    if (given.length === 0) refuseFaults([{ line: 2, message: 'there is no row below the header' }]);
    refuseFaults(shapeFaults(given));
    const months = [...new Set(given.map((one) => one.month))].sort();
    const { faults, changed } = await store(tx, record, caller, driver, months, given);
    refuseFaults(faults);
    return { status: 200, body: await storedAnswer(tx, driver, months, given.length, changed) };
  });
}

/** One row of a file of weights; `axis`, where it is given, must be the one that the driver weighs. */
export interface DriverRowGiven {
  /** Place in the file, for refusals. */
  readonly line: number;
  readonly driver: string;
  readonly month: string;
  readonly axis?: string | undefined;
  readonly dimension: string;
  readonly weight: string;
}

export interface DriversImported {
  readonly rows: number;
  readonly drivers: ValuesStored[];
}

/**
 * Replaces the months of the drivers that a file names, all of them or none: what the command line imports. The same rows again change
 * nothing, and the answer says so.
 *
 * @throws Problem `CSV_INVALID` with every row at fault
 */
export async function importDriverRows(
  node: AnalyticNode,
  caller: Caller,
  rows: readonly DriverRowGiven[],
): Promise<WriteAnswer<DriversImported>> {
  return await change(node, caller, { action: 'analytic.driver.import', payload: { rows } }, async (tx, record) => {
    refuseFaults(shapeFaults(rows));
    const byDriver = Map.groupBy(rows, (row) => row.driver);
    const known = new Map<string, DriverRow & { axis: string }>();
    for (const row of await tx.query<DriverRow & { axis: string }>(sql.WITH_AXIS, [[...byDriver.keys()]])) {
      known.set(row.code, row);
    }
    refuseFaults(rows.flatMap((row) => ownerFault(row, known.get(row.driver)?.axis)));
    const drivers: ValuesStored[] = [];
    for (const [code, driver] of known) {
      const given = byDriver.get(code) ?? [];
      const months = [...new Set(given.map((one) => one.month))].sort();
      await tx.query(sql.BY_ID_TO_CHANGE, [driver.id]);
      const { faults, changed } = await store(tx, record, caller, driver, months, given);
      refuseFaults(faults);
      drivers.push(await storedAnswer(tx, driver, months, given.length, changed));
    }
    return { status: 200, body: { rows: rows.length, drivers } };
  });
}

function ownerFault({ line, driver, axis }: DriverRowGiven, own: string | undefined): CsvFault[] {
  if (own === undefined) return [{ line, message: `no driver ${driver}` }];
  if (axis === undefined || axis === own) return [];
  return [{ line, message: `the driver ${driver} weighs the axis ${own}, not ${axis}` }];
}

function shapeFaults(given: readonly GivenWeight[]): CsvFault[] {
  const [month, weight] = [new RegExp(MONTH_PATTERN), new RegExp(WEIGHT_PATTERN)];
  return given.flatMap((row) => {
    if (!month.test(row.month)) return [{ line: row.line, message: `month ${row.month} is not YYYY-MM` }];
    if (!weight.test(row.weight)) {
      return [{ line: row.line, message: `weight ${row.weight} is not a decimal of zero or more` }];
    }
    return [];
  });
}

interface Stored {
  /** What is wrong; then nothing was changed. */
  readonly faults: CsvFault[];
  readonly changed: boolean;
}

/** Stores weights in place of what the months had; weights that are there already change nothing. */
async function store(
  tx: Tx,
  record: WriteRecord,
  caller: Caller,
  driver: DriverRow,
  months: readonly string[],
  given: readonly GivenWeight[],
): Promise<Stored> {
  const rows = await tx.query<{ id: string; code: string }>(sql.DIMENSIONS, [driver.axis_id]);
  const ids = new Map(rows.map(({ id, code }) => [code, id]));
  const seen = new Set<string>();
  const faults = given.flatMap(({ line, month, dimension }) => {
    const place = `${month} ${dimension}`;
    if (!ids.has(dimension))
      return [{ line, message: `no active dimension ${dimension} on the axis of ${driver.code}` }];
    if (seen.has(place)) return [{ line, message: `${dimension} stands twice in ${month}` }];
    seen.add(place);
    return [];
  });
  if (faults.length > 0) return { faults, changed: false };
  const { countryCode, userId } = caller.context;
  const days = months.map(firstDayOf);
  if (same(given, await tx.query<GivenWeight>(sql.VALUES_OF_MONTHS, [driver.id, days])))
    return { faults, changed: false };
  await tx.execute(sql.CLEAR, [driver.id, days]);
  await tx.execute(sql.PUT, [
    countryCode,
    driver.id,
    driver.axis_id,
    given.map(({ month }) => firstDayOf(month)),
    given.map(({ dimension }) => ids.get(dimension)),
    given.map(({ weight }) => weight),
    userId,
  ]);
  await tx.execute(sql.TOUCH, [driver.id, userId]);
  const details = { code: driver.code, months, values: given.length };
  record.audit({ subject: 'driver', subjectId: driver.id, details });
  record.emit({ event: 'ANALYTIC.DRIVER.VALUES_CHANGED', entity_id: driver.id, payload: details });
  return { faults, changed: true };
}

/** Whether the months hold exactly these weights, however they are written. */
function same(given: readonly GivenWeight[], kept: readonly Omit<GivenWeight, 'line'>[]): boolean {
  if (given.length !== kept.length) return false;
  const weights = new Map(kept.map(({ month, dimension, weight }) => [`${month} ${dimension}`, weight]));
  return given.every(({ month, dimension, weight }) => weights.get(`${month} ${dimension}`) === plain(weight));
}

function plain(weight: string): string {
  return weight.includes('.') ? weight.replace(/\.?0+$/, '') : weight;
}

async function storedAnswer(
  tx: Tx,
  driver: DriverRow,
  months: string[],
  values: number,
  changed: boolean,
): Promise<ValuesStored> {
  const now = found(await tx.query<DriverRow>(sql.BY_ID, [driver.id]), driver.id);
  const totals = await tx.query<ValuesStored['totals'][number]>(sql.TOTALS_OF_MONTHS, [
    driver.id,
    months.map(firstDayOf),
  ]);
  return { driver: driver.code, version: now.version, months, values, changed, totals };
}

/** The weights of a driver from one month to another. @throws Problem `NOT_FOUND`, `MONTH_INVALID` */
export async function valuesOf(
  node: AnalyticNode,
  context: RequestContext,
  id: string,
  from = '1900-01',
  to = '2199-12',
): Promise<DriverValues> {
  parseMonths(from, to);
  return await read(node, context, async (tx) => {
    const driver = found(await tx.query<DriverRow>(sql.BY_ID, [id]), `there is no driver ${id}`);
    const rows = await tx.query<DriverValues['rows'][number]>(sql.VALUES, [id, firstDayOf(from), firstDayOf(to)]);
    return { driver: driver.code, version: driver.version, rows };
  });
}
