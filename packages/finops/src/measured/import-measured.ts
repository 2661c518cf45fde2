import { basename } from 'node:path';
import { type RequestContext, type Tx, uuidv7, type WriteRecord, writePath } from '@prorata/platform';
import { closedMonthsAmong } from '../closing/guard.ts';
import type { Notice } from '../import/layout.ts';
import { type ExpansionLimits, withPrivateFolder } from '../import/source-file.ts';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import { type TableFile, type TableRow, withTableFile } from '../import/table-file.ts';
import type { Environment } from '../mapping/apply.ts';
import { loadMapping } from '../mapping/document.ts';
import { fold, tidy } from '../mapping/fold.ts';
import { type EntityNode, workFolder } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import type { Progress } from '../progress.ts';
import type { ReferenceBook } from '../references/merge-references.ts';
import { referenceBook } from '../references/write-references.ts';
import {
  MEASURED_SHAPE,
  type MeasuredColumn,
  type MeasuredSums,
  type Measurement,
  type QuantityTotal,
  RowJudge,
  totalsOf,
} from './judge-rows.ts';
import * as sql from './measured.sql.ts';

/** Rows of one INSERT, and the most that are held at a time. */
const BATCH_ROWS = 20_000;
/** The source of files whose sender names none: another such file of the month has to say that it replaces. */
export const DEFAULT_SOURCE = 'measured';

export interface MeasuredInput {
  readonly path: string;
  /** The name to remember, where the path is not what the sender called the file. */
  readonly name?: string;
  /** What measured: a tool, a data centre, a licence desk. Source and month are what a file replaces. */
  readonly source?: string | undefined;
  /** Replace the months of the source that stand in other files. */
  readonly replace?: boolean;
  readonly limits?: ExpansionLimits;
}

export interface MeasuredOptions {
  readonly progress?: Progress;
  readonly context?: RequestContext;
  readonly idempotencyKey?: string | undefined;
}

/** What an import answers, and answers again when the same bytes come again. */
export interface MeasuredImport {
  readonly import_id: string;
  readonly source: string;
  readonly file: string;
  readonly sha256: string;
  readonly kind: 'csv' | 'csv.gz' | 'parquet';
  readonly rows: number;
  readonly months: readonly string[];
  readonly totals: readonly QuantityTotal[];
  /** Names of the files whose months this one replaced. */
  readonly replaced: readonly string[];
  /** Closed months of the file: what it measures for them waits, and the months stay as they are. */
  readonly waiting: readonly string[];
  readonly notices: readonly Notice[];
}

export type MeasuredAnswer = MeasuredImport & { readonly imported: boolean };

/**
 * Takes a file of measured consumption (CSV, gzip of CSV, Parquet; columns month, application, product, quantity, environment;
 * optional unit, currency, charge_month): all of it or nothing, once. The same bytes again give the first answer.
 *
 * @throws Problem `ROWS_REFUSED` with every row, `SCOPE_EXISTS` when a month of the source stands in another file and `replace`
 *   was not asked for, and those of reading a table
 */
export async function importMeasured(
  entity: EntityNode,
  input: MeasuredInput,
  options: MeasuredOptions = {},
): Promise<MeasuredAnswer> {
  const name = input.name ?? basename(input.path);
  const source = sourceOf(input.source);
  const read = { path: input.path, name, ...(input.limits === undefined ? {} : { limits: input.limits }) };
  return await withPrivateFolder(workFolder(entity.dir), () =>
    withTableFile(entity, read, MEASURED_SHAPE, async (file) => {
      options.progress?.({ step: 'read', done: 0 });
      return await store(entity, { file, source, replace: input.replace === true }, options);
    }),
  );
}

function sourceOf(text: string | undefined): string {
  const source = tidy(text ?? DEFAULT_SOURCE);
  if (source !== '' && source.length <= 64) return source;
  throw finopsProblem('SOURCE_INVALID', `${JSON.stringify(text?.slice(0, 100))} names no source`);
}

interface Reading {
  readonly file: TableFile<MeasuredColumn>;
  readonly source: string;
  readonly replace: boolean;
}

async function store(entity: EntityNode, reading: Reading, options: MeasuredOptions): Promise<MeasuredAnswer> {
  const { file, source, replace } = reading;
  const context = options.context ?? entity.operator;
  const key = [entity.scope.tenantId, entity.scope.legalEntityId] as const;
  const request = {
    action: 'finops.consumption.import',
    method: 'POST',
    route: '/api/finops/consumption',
    payload: { sha256: file.sha256, source, replace },
    idempotencyKey: options.idempotencyKey,
  };
  const answer = await writePath<MeasuredAnswer>(entity.db, context, request, async (tx, record) => {
    await tx.query(LOCK_ENTITY);
    const first = await firstAnswer(tx, key, file.sha256, source);
    if (first !== undefined) return { status: 200, body: first };
    const judge = await judged(entity, file, await referenceBook(tx, key));
    const { sums } = judge;
    options.progress?.({ step: 'store', done: 0, total: sums.rows });
    const months = [...sums.months.keys()].sort();
    const standing = await standingMonths(tx, key, source, months);
    if (standing.length > 0 && !replace) throw monthsExist(file.name, source, standing);
    const closed = await closedMonthsAmong(
      tx,
      key,
      months.map((month) => `${month}-01`),
    );
    // What a month was closed with is not replaced: only what waits for it is.
    const replacing = standing.filter((scope) => !closed.has(scope.period_month) || scope.late === 'WAITING');
    const replaced = [...new Set(replacing.map((scope) => scope.file))];
    const body = bodyOf(reading, sums, { months, replaced, waiting: [...closed].sort() });
    await writeMeasurements(tx, { key, context, file, body, judge, replacing: standing.length > 0 }, options.progress);
    recordImport(record, body, replace);
    return { status: 201, body: { ...body, imported: true } };
  });
  return answer.body;
}

async function firstAnswer(
  tx: Tx,
  key: readonly [string, string],
  sha256: string,
  source: string,
): Promise<MeasuredAnswer | undefined> {
  const [earlier] = await tx.query<{ answer: MeasuredImport; superseded: string }>(sql.FILES_OF_BYTES, [
    ...key,
    sha256,
    source,
  ]);
  return earlier === undefined || earlier.superseded !== '0' ? undefined : { ...earlier.answer, imported: false };
}

/**
 * Reads the file once and judges every row; what is right is read again when it is written, so that no more of it than a batch is
 * ever held.
 *
 * @throws Problem `ROWS_REFUSED`
 */
async function judged(
  entity: EntityNode,
  file: TableFile<MeasuredColumn>,
  references: ReferenceBook,
): Promise<RowJudge> {
  const { currency } = entity.config;
  const environments = new Map<string, Environment>();
  const judge = new RowJudge({ file: file.name, dialect: file.dialect, currency, references, environments });
  for await (const rows of file.batches()) {
    // mapping.yaml is read only where a row uses a word of its own.
    if (environments.size === 0 && rows.some(hasOwnWord)) await addEnvironmentWords(entity, environments);
    judge.add(rows);
  }
  judge.refuse();
  return judge;
}

function hasOwnWord({ values: { environment } }: TableRow<MeasuredColumn>): boolean {
  return environment !== null && !ENVIRONMENT_CODES.has(fold(environment));
}

const ENVIRONMENT_CODES = new Set(['prod', 'non_prod', 'unknown', 'n_a']);

/** What mapping.yaml calls prod and non_prod. */
async function addEnvironmentWords(entity: EntityNode, words: Map<string, Environment>): Promise<void> {
  const { values } = (await loadMapping(entity.dir)).document.environment;
  for (const word of values.prod ?? []) words.set(fold(word), 'prod');
  for (const word of values.non_prod ?? []) words.set(fold(word), 'non_prod');
}

interface StandingMonth {
  readonly source: string;
  readonly period_month: string;
  readonly import_id: string;
  readonly file: string;
  readonly sha256: string;
  readonly late: 'WAITING' | 'BOOKED' | null;
}

async function standingMonths(
  tx: Tx,
  key: readonly [string, string],
  source: string,
  months: readonly string[],
): Promise<StandingMonth[]> {
  return await tx.query<StandingMonth>(sql.STANDING_MONTHS, [...key, source, months.map((month) => `${month}-01`)]);
}

function monthsExist(file: string, source: string, standing: readonly StandingMonth[]) {
  const [first] = standing;
  const others = standing.length > 1 ? ` and ${standing.length - 1} more` : '';
  const place = `source ${source}, ${first?.period_month}${others} stands in ${first?.file}`;
  const detail = `${file}: ${place}; a file that measures something else needs a source of its own (--source)`;
  return finopsProblem('SCOPE_EXISTS', detail, { scopes: standing });
}

function bodyOf(
  { file, source }: Reading,
  sums: MeasuredSums,
  months: Pick<MeasuredImport, 'months' | 'replaced' | 'waiting'>,
): MeasuredImport {
  const { corrections, rows } = sums;
  const detail = `${corrections} rows correct an earlier month and count in the month in which they were issued`;
  const notices = [...file.notices, ...(corrections === 0 ? [] : [{ code: 'CORRECTIONS', detail }])];
  const { name, sha256, kind } = file;
  const totals = totalsOf(sums);
  return {
    import_id: uuidv7(),
    source,
    file: name,
    sha256,
    kind,
    rows,
    ...months,
    totals,
    notices,
  };
}

interface Writing {
  readonly key: readonly [tenantId: string, legalEntityId: string];
  readonly context: RequestContext;
  readonly file: TableFile<MeasuredColumn>;
  readonly body: MeasuredImport;
  readonly judge: RowJudge;
  readonly replacing: boolean;
}

async function writeMeasurements(tx: Tx, writing: Writing, progress: Progress | undefined): Promise<void> {
  const { key, context, file, body, judge, replacing } = writing;
  const { import_id, source, months, waiting } = body;
  const closed = waiting.map((month) => `${month}-01`);
  const days = months.map((month) => `${month}-01`);
  const { countryCode, userId } = context;
  const told = [file.kind, file.bytes, body.rows, JSON.stringify(body), userId];
  await tx.execute(sql.INSERT_FILE, [...key, import_id, countryCode, file.sha256, source, file.name, ...told]);
  if (replacing) {
    await tx.execute(sql.SUPERSEDE_MONTHS, [...key, source, days, import_id, closed]);
    await tx.execute(sql.REMOVE_MEASUREMENTS, [...key, source, days, closed]);
    await tx.execute(sql.REMOVE_LATE, [...key, import_id]);
  }
  const counts = months.map((month) => judge.sums.months.get(month) ?? 0);
  await tx.execute(sql.INSERT_SCOPES, [...key, import_id, source, days, counts, closed]);
  if (judge.sums.unallocated) await tx.execute(sql.ADD_UNALLOCATED, [...key, countryCode, userId]);
  const late = new Set(waiting);
  let done = 0;
  for await (const rows of gathered(file.batches())) {
    const measured = judge.measurements(rows);
    const [inTime, waits] = [
      measured.filter((one) => !late.has(one.month)),
      measured.filter((one) => late.has(one.month)),
    ];
    await writeRows(tx, 'measured_consumption', [...key, import_id, source], inTime);
    await writeRows(tx, 'measured_late', [...key, import_id, source], waits);
    done += rows.length;
    progress?.({ step: 'store', done, total: body.rows });
  }
}

/** Batches of a file as large as one INSERT takes. */
async function* gathered<T>(batches: AsyncIterable<readonly T[]>): AsyncIterable<readonly T[]> {
  let some: T[] = [];
  for await (const batch of batches) {
    some.push(...batch);
    if (some.length < BATCH_ROWS) continue;
    yield some;
    some = [];
  }
  if (some.length > 0) yield some;
}

async function writeRows(
  tx: Tx,
  table: 'measured_consumption' | 'measured_late',
  file: readonly string[],
  part: readonly Measurement[],
): Promise<void> {
  if (part.length === 0) return;
  await tx.execute(sql.insertMeasurements(table), [
    ...file,
    part.map((one) => `${one.month}-01`),
    part.map((one) => `${one.charge_month}-01`),
    part.map((one) => one.application),
    part.map((one) => one.product),
    part.map((one) => one.unit),
    part.map((one) => one.environment),
    part.map((one) => one.currency),
    part.map((one) => one.quantity),
    part.map((one) => one.row),
  ]);
}

function recordImport(record: WriteRecord, body: MeasuredImport, replace: boolean): void {
  const { import_id, source, file, sha256, rows, months, totals, replaced, waiting } = body;
  const details = { source, file, sha256, rows, months, totals, replaced, waiting };
  record.audit({ subject: 'measured_file', subjectId: import_id, details: { ...details, replace } });
  record.emit({ event: 'FINOPS.CONSUMPTION.IMPORTED', entity_id: import_id, payload: details });
}
