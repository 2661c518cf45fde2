import { basename } from 'node:path';
import { firstDayOf, type RequestContext, type Tx, uuidv7, writePath } from '@prorata/platform';
import { requireOpenMonth } from '../closing/guard.ts';
import type { Notice } from '../import/layout.ts';
import type { FileKind } from '../import/source-file.ts';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import { type TableFile, type TableRow, withTableFile } from '../import/table-file.ts';
import { fold } from '../mapping/fold.ts';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import { referenceBook } from '../references/write-references.ts';
import * as sql from './drivers.sql.ts';
import {
  DRIVER_SHAPE,
  type DriverColumn,
  type DriverTotal,
  type DriverValue,
  driverTotals,
  judgeDrivers,
} from './judge-drivers.ts';

export interface DriverInput {
  readonly path: string;
  /** The name to remember, where the path is not what the sender called the file. */
  readonly name?: string;
  /** Replace the months of the drivers that stand in other files. */
  readonly replace?: boolean;
}

export interface DriverOptions {
  readonly context?: RequestContext;
  readonly idempotencyKey?: string | undefined;
}

/** What an import answers, and answers again when the same bytes come again. */
export interface DriverImport {
  readonly import_id: string;
  readonly file: string;
  readonly sha256: string;
  readonly kind: FileKind;
  readonly rows: number;
  readonly totals: readonly DriverTotal[];
  /** Names of the files whose months this one replaced. */
  readonly replaced: readonly string[];
  readonly notices: readonly Notice[];
}

export type DriverAnswer = DriverImport & { readonly imported: boolean };

/**
 * Takes a file of driver values (CSV, gzip of CSV, Parquet; columns driver, month, application, value): all of it or nothing,
 * once. The same bytes again give the first answer. A driver's month stands in one file.
 *
 * @throws Problem `ROWS_REFUSED` with every row, `DRIVER_EXISTS` when a month of a driver stands in another file and `replace`
 *   was not asked for, `PERIOD_CLOSED`, `PERIOD_LOCKED`, and those of reading a table
 */
export async function importDrivers(
  entity: EntityNode,
  input: DriverInput,
  options: DriverOptions = {},
): Promise<DriverAnswer> {
  const name = input.name ?? basename(input.path);
  return await withTableFile(entity, { path: input.path, name }, DRIVER_SHAPE, async (file) => {
    const rows: TableRow<DriverColumn>[] = [];
    for await (const batch of file.batches()) rows.push(...batch);
    return await store(entity, file, rows, input.replace === true, options);
  });
}

type EntityKey = readonly [tenantId: string, legalEntityId: string];

async function store(
  entity: EntityNode,
  file: TableFile<DriverColumn>,
  rows: readonly TableRow<DriverColumn>[],
  replace: boolean,
  options: DriverOptions,
): Promise<DriverAnswer> {
  const context = options.context ?? entity.operator;
  const key: EntityKey = [entity.scope.tenantId, entity.scope.legalEntityId];
  const request = {
    action: 'finops.drivers.import',
    method: 'POST',
    route: '/api/finops/drivers',
    payload: { sha256: file.sha256, replace },
    idempotencyKey: options.idempotencyKey,
  };
  const answer = await writePath<DriverAnswer>(entity.db, context, request, async (tx, record) => {
    await tx.query(LOCK_ENTITY);
    const first = await firstAnswer(tx, key, file.sha256);
    if (first !== undefined) return { status: 200, body: first };
    const references = await referenceBook(tx, key);
    const values = judgeDrivers(rows, { file: file.name, dialect: file.dialect, references });
    const totals = driverTotals(values);
    for (const month of new Set(totals.map((total) => total.period_month))) {
      await requireOpenMonth(tx, [...key, firstDayOf(month)]);
    }
    const standing = await tx.query<Standing>(sql.STANDING_SCOPES, [...key, ...scopeArrays(totals)]);
    if (standing.length > 0 && !replace) throw driverExists(file.name, standing);
    const body = bodyOf(file, values, totals, standing);
    await write(tx, { key, context, file, body, values, replacing: standing.length > 0 });
    const details = { file: file.name, sha256: file.sha256, rows: body.rows, totals, replaced: body.replaced };
    record.audit({ subject: 'driver_import', subjectId: body.import_id, details });
    return { status: 201, body: { ...body, imported: true } };
  });
  return answer.body;
}

async function firstAnswer(tx: Tx, key: EntityKey, sha256: string): Promise<DriverAnswer | undefined> {
  const [earlier] = await tx.query<{ answer: DriverImport; superseded: string }>(sql.IMPORTS_OF_BYTES, [
    ...key,
    sha256,
  ]);
  return earlier === undefined || earlier.superseded !== '0' ? undefined : { ...earlier.answer, imported: false };
}

interface Standing {
  readonly driver: string;
  readonly period_month: string;
  readonly import_id: string;
  readonly file: string;
}

function driverExists(name: string, standing: readonly Standing[]) {
  const [first] = standing;
  const more = standing.length > 1 ? ` and ${standing.length - 1} more` : '';
  const place = `${first?.driver} of ${first?.period_month}${more}`;
  return finopsProblem('DRIVER_EXISTS', `${name}: ${place} stands in ${first?.file}`, { scopes: standing });
}

function bodyOf(
  file: TableFile<DriverColumn>,
  values: readonly DriverValue[],
  totals: readonly DriverTotal[],
  standing: readonly Standing[],
): DriverImport {
  const { name, sha256, kind, notices } = file;
  const replaced = [...new Set(standing.map((scope) => scope.file))];
  return { import_id: uuidv7(), file: name, sha256, kind, rows: values.length, totals, replaced, notices };
}

interface Writing {
  readonly key: EntityKey;
  readonly context: RequestContext;
  readonly file: TableFile<DriverColumn>;
  readonly body: DriverImport;
  readonly values: readonly DriverValue[];
  readonly replacing: boolean;
}

async function write(tx: Tx, { key, context, file, body, values, replacing }: Writing): Promise<void> {
  const { import_id, rows, totals } = body;
  const described = [file.sha256, file.name, file.kind, file.bytes, rows, JSON.stringify(body)];
  await tx.execute(sql.INSERT_FILE, [...key, import_id, context.countryCode, ...described, context.userId]);
  if (replacing) {
    await tx.execute(sql.SUPERSEDE_SCOPES, [...key, ...scopeArrays(totals), import_id]);
    await tx.execute(sql.REMOVE_VALUES, [...key, ...scopeArrays(totals)]);
  }
  await tx.execute(sql.INSERT_SCOPES, [
    ...key,
    import_id,
    ...scopeArrays(totals),
    totals.map((total) => total.rows),
    totals.map((total) => total.total),
  ]);
  await tx.execute(sql.INSERT_VALUES, [
    ...key,
    import_id,
    values.map((one) => one.driver),
    values.map((one) => firstDayOf(one.month)),
    values.map((one) => one.application),
    values.map((one) => one.value),
  ]);
}

function scopeArrays(totals: readonly DriverTotal[]): [drivers: string[], months: string[]] {
  return [totals.map((total) => total.driver), totals.map((total) => firstDayOf(total.period_month))];
}

/** A driver's month that stands, with its control total. */
export interface StandingDriver extends DriverTotal {
  readonly file: string;
  readonly created_at: string;
}

/** What stands of all drivers, or of one, in all months or in one. */
export async function listDrivers(
  entity: EntityNode,
  filter: { readonly driver?: string | undefined; readonly month?: string | undefined } = {},
): Promise<{ readonly rows: readonly StandingDriver[] }> {
  const { tenantId, legalEntityId } = entity.scope;
  const driver = filter.driver === undefined ? null : fold(filter.driver);
  const month = filter.month === undefined ? null : firstDayOf(filter.month);
  const values = [tenantId, legalEntityId, driver, month];
  const work = (tx: Tx) => tx.query<StandingDriver>(sql.DRIVERS, values);
  return { rows: await entity.db.transaction(entity.scope, work, { readOnly: true }) };
}
