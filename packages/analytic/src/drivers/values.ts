import type { RequestContext, Tx, WriteAnswer, WriteRecord } from '@prorata/platform';
import { analyticProblem } from '../problems.ts';
import { type CsvFault, readCsv, refuseFaults } from '../service/csv.ts';
import { firstDay, MONTH_PATTERN } from '../service/months.ts';
import { type AnalyticNode, type Caller, change, found, read } from '../service/node.ts';
import { type DriverValues, type MonthValues, type ValuesStored, WEIGHT_PATTERN } from './drivers.schema.ts';
import * as sql from './drivers.sql.ts';
import type { DriverRow } from './drivers.ts';

/** One weight, and the place where it was given: a JSON pointer or a line of a file. */
interface GivenWeight {
  readonly month: string;
  readonly dimension: string;
  readonly weight: string;
  readonly line: number;
}

/** Replaces the weights of one month; a posting that used the old ones keeps them. @throws Problem `NOT_FOUND`, `REFERENCE_UNKNOWN`, `MONTH_INVALID` */
export async function putMonth(
  node: AnalyticNode,
  caller: Caller,
  id: string,
  month: string,
  input: MonthValues,
): Promise<WriteAnswer<ValuesStored>> {
  const payload = { id, month, ...input };
  return await change(node, caller, { action: 'analytic.driver.values', payload }, async (tx, record) => {
    const driver = found(await tx.query<DriverRow>(sql.BY_ID_TO_CHANGE, [id]), `there is no driver ${id}`);
    const given = input.values.map((value, line) => ({ ...value, month, line }));
    const faults = await store(tx, record, caller, driver, [month], given);
    const [first] = faults;
    if (first !== undefined) {
      const pointer = `/values/${first.line}/dimension`;
      throw analyticProblem('REFERENCE_UNKNOWN', `${pointer}: ${first.message}`, { pointer });
    }
    return { status: 200, body: await storedAnswer(tx, driver, [month], given.length) };
  });
}

const COLUMNS = ['month', 'dimension', 'weight'];

/** Replaces the months that a CSV file names (`month,dimension,weight`), all of them or none. @throws Problem `NOT_FOUND`, `CSV_INVALID` */
export async function putCsv(
  node: AnalyticNode,
  caller: Caller,
  id: string,
  text: string,
): Promise<WriteAnswer<ValuesStored>> {
  return await change(node, caller, { action: 'analytic.driver.values', payload: { id, text } }, async (tx, record) => {
    const driver = found(await tx.query<DriverRow>(sql.BY_ID_TO_CHANGE, [id]), `there is no driver ${id}`);
    const given = readCsv(text, COLUMNS).map(({ line, values: [month = '', dimension = '', weight = ''] }) => {
      return { line, month, dimension, weight };
    });
    refuseFaults(shapeFaults(given));
    const months = [...new Set(given.map((one) => one.month))].sort();
    refuseFaults(await store(tx, record, caller, driver, months, given));
    return { status: 200, body: await storedAnswer(tx, driver, months, given.length) };
  });
}

const IMPORT_COLUMNS = ['driver', ...COLUMNS];

/**
 * Replaces the months of the drivers that a CSV file names (`driver,month,dimension,weight`), all of them or none: what
 * the command line imports.
 *
 * @throws Problem `CSV_INVALID`
 */
export async function importDriverValues(
  node: AnalyticNode,
  caller: Caller,
  text: string,
): Promise<WriteAnswer<{ rows: number; drivers: ValuesStored[] }>> {
  return await change(node, caller, { action: 'analytic.driver.import', payload: { text } }, async (tx, record) => {
    const rows = readCsv(text, IMPORT_COLUMNS).map(({ line, values }) => {
      const [driver = '', month = '', dimension = '', weight = ''] = values;
      return { line, driver, month, dimension, weight };
    });
    refuseFaults(shapeFaults(rows));
    const byDriver = Map.groupBy(rows, (row) => row.driver);
    const known = new Map<string, DriverRow>();
    for (const row of await tx.query<DriverRow>(sql.BY_CODES, [[...byDriver.keys()]])) known.set(row.code, row);
    refuseFaults(
      rows
        .filter((row) => !known.has(row.driver))
        .map(({ line, driver }) => ({ line, message: `no driver ${driver}` })),
    );
    const drivers: ValuesStored[] = [];
    for (const [code, driver] of known) {
      const given = byDriver.get(code) ?? [];
      const months = [...new Set(given.map((one) => one.month))].sort();
      refuseFaults(await store(tx, record, caller, driver, months, given));
      drivers.push(await storedAnswer(tx, driver, months, given.length));
    }
    return { status: 200, body: { rows: rows.length, drivers } };
  });
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

/** Stores weights in place of what the months had; answers what is wrong, having changed nothing, or an empty list. */
async function store(
  tx: Tx,
  record: WriteRecord,
  caller: Caller,
  driver: DriverRow,
  months: readonly string[],
  given: readonly GivenWeight[],
): Promise<CsvFault[]> {
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
  if (faults.length > 0) return faults;
  const { countryCode, userId } = caller.context;
  const days = months.map(firstDay);
  await tx.execute(sql.CLEAR, [driver.id, days]);
  await tx.execute(sql.PUT, [
    countryCode,
    driver.id,
    driver.axis_id,
    given.map(({ month }) => firstDay(month)),
    given.map(({ dimension }) => ids.get(dimension)),
    given.map(({ weight }) => weight),
    userId,
  ]);
  await tx.execute(sql.TOUCH, [driver.id, userId]);
  const details = { code: driver.code, months, values: given.length };
  record.audit({ subject: 'driver', subjectId: driver.id, details });
  record.emit({ event: 'ANALYTIC.DRIVER.VALUES_CHANGED', entity_id: driver.id, payload: details });
  return [];
}

async function storedAnswer(tx: Tx, driver: DriverRow, months: string[], values: number): Promise<ValuesStored> {
  const now = found(await tx.query<DriverRow>(sql.BY_ID, [driver.id]), driver.id);
  return { driver: driver.code, version: now.version, months, values };
}

/** The weights of a driver from one month to another. @throws Problem `NOT_FOUND`, `MONTH_INVALID` */
export async function valuesOf(
  node: AnalyticNode,
  context: RequestContext,
  id: string,
  from = '1900-01',
  to = '9999-12',
): Promise<DriverValues> {
  if (from > to) throw analyticProblem('MONTH_INVALID', `${from} is after ${to}`);
  return await read(node, context, async (tx) => {
    const driver = found(await tx.query<DriverRow>(sql.BY_ID, [id]), `there is no driver ${id}`);
    const rows = await tx.query<DriverValues['rows'][number]>(sql.VALUES, [id, firstDay(from), firstDay(to)]);
    return { driver: driver.code, version: driver.version, rows };
  });
}
