import { basename, join } from 'node:path';
import { type RequestContext, type Tx, uuidv7, type WriteRecord, writePath } from '@prorata/platform';
import { closedMonthsAmong } from '../closing/guard.ts';
import { type EntityNode, workFolder } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import type { Progress } from '../progress.ts';
import { openFileEngine } from './duckdb.ts';
import type { Notice } from './layout.ts';
import { type CurrencyTotal, type ScannedFile, type ScopeTotal, scanFile } from './scan.ts';
import {
  DEFAULT_EXPANSION,
  digestFile,
  type ExpansionLimits,
  openSourceFile,
  type SourceFile,
  sizeOf,
  withPrivateFolder,
} from './source-file.ts';
import * as sql from './store.sql.ts';

export interface ImportInput {
  readonly path: string;
  /** The name to remember, where the path is not what the sender called the file. */
  readonly name?: string;
  /** Replace the scopes of the file that stand in other files. */
  readonly replace?: boolean;
  readonly limits?: ExpansionLimits;
}

export interface ImportOptions {
  readonly progress?: Progress;
  /** Who asks; the operator of the node unless told. */
  readonly context?: RequestContext;
  readonly idempotencyKey?: string | undefined;
}

/** What an import answers, and answers again when the same bytes come again. */
export interface ImportResult {
  readonly import_id: string;
  readonly file: string;
  readonly sha256: string;
  readonly kind: SourceFile['kind'];
  readonly rows: number;
  readonly totals: readonly CurrencyTotal[];
  readonly scopes: readonly ScopeTotal[];
  /** Names of the files whose scopes this one replaced. */
  readonly replaced: readonly string[];
  /** Closed months of the file, YYYY-MM: what it holds for them waits, and the months stay as they are. */
  readonly waiting: readonly string[];
  readonly notices: readonly Notice[];
}

/** `imported` is false where the same bytes stood already: the answer is the first one and nothing was done. */
export type ImportAnswer = ImportResult & { readonly imported: boolean };

/**
 * Takes a FOCUS file (1.0 to 1.2; CSV, gzip of CSV, Parquet) into the consumption of an entity: all of it or nothing, exactly,
 * once. The same bytes again give the first answer.
 *
 * @throws Problem `SCOPE_EXISTS` when a scope stands in another file and `replace` was not asked for, and every refusal of
 *   the reader (`FILE_NOT_FOUND`, `EMPTY_FILE`, `FILE_UNREADABLE`, `ARCHIVE_TOO_LARGE`, `CSV_MALFORMED`,
 *   `COLUMNS_MISSING`, `COLUMNS_DUPLICATED`, `ROWS_REFUSED`, `DATES_AMBIGUOUS`)
 */
export async function importFocus(
  entity: EntityNode,
  input: ImportInput,
  options: ImportOptions = {},
): Promise<ImportAnswer> {
  const context = options.context ?? entity.operator;
  const name = input.name ?? basename(input.path);
  await sizeOf(input.path);
  // Hashing and scanning use different cores; a file that stands already is rare, and then only the scan was for nothing.
  const hashing = digestFile(input.path);
  hashing.catch(() => undefined);
  // With a key the stored answer counts, word for word: the write path gives it.
  const early =
    options.idempotencyKey === undefined ? await firstAnswerWhenSmall(entity, input.path, hashing) : undefined;
  if (early !== undefined) return early;
  return await withPrivateFolder(workFolder(entity.dir), async (dir) => {
    options.progress?.({ step: 'read', done: 0 });
    const file = { ...(await openSourceFile(input.path, '', dir, input.limits ?? DEFAULT_EXPANSION)), name };
    const engine = await openFileEngine({ readable: [file.path], spillDir: join(dir, 'spill') });
    try {
      const scanned = await scanFile(engine, file);
      const hashed = { ...file, sha256: await hashing };
      options.progress?.({ step: 'store', done: scanned.rows, total: scanned.rows });
      return await store(entity, context, input, hashed, scanned, options.idempotencyKey);
    } finally {
      engine.close();
    }
  });
}

const SMALL_BYTES = 8 * 1024 ** 2;

/** Looks a small file up before it is scanned; a large one is scanned meanwhile and looked up when it is stored. */
async function firstAnswerWhenSmall(
  entity: EntityNode,
  path: string,
  hashing: Promise<string>,
): Promise<ImportAnswer | undefined> {
  if ((await sizeOf(path)) > SMALL_BYTES) return undefined;
  const sha256 = await hashing;
  return await entity.db.transaction(entity.scope, (tx) => firstAnswer(tx, entity, sha256), { readOnly: true });
}

/** The answer to the same bytes, as long as all that they brought still stands. */
async function firstAnswer(tx: Tx, entity: EntityNode, sha256: string): Promise<ImportAnswer | undefined> {
  const rows = await tx.query<{ answer: ImportResult; superseded: string }>(sql.IMPORTS_OF_BYTES, [
    ...scopeOf(entity),
    sha256,
  ]);
  const earlier = rows[0];
  return earlier === undefined || earlier.superseded !== '0' ? undefined : { ...earlier.answer, imported: false };
}

async function store(
  entity: EntityNode,
  context: RequestContext,
  input: ImportInput,
  file: SourceFile,
  scanned: ScannedFile,
  idempotencyKey: string | undefined,
): Promise<ImportAnswer> {
  const replace = input.replace === true;
  const request = {
    action: 'finops.import',
    method: 'POST',
    route: '/api/finops/imports',
    payload: { sha256: file.sha256, replace },
    role: 'intake' as const,
    idempotencyKey,
  };
  const answer = await writePath<ImportAnswer>(entity.db, context, request, async (tx, record) => {
    await tx.query(sql.LOCK_ENTITY);
    const first = await firstAnswer(tx, entity, file.sha256);
    if (first !== undefined) return { status: 200, body: first };
    const standing = await standingScopes(tx, entity, scanned);
    if (standing.length > 0 && !replace) throw scopeExists(file, standing);
    const body = await writeRows(tx, entity, context, file, scanned, standing);
    recordImport(record, body, replace);
    return { status: 201, body: { ...body, imported: true } };
  });
  return answer.body;
}

interface StandingScope {
  readonly provider: string;
  readonly billing_account: string;
  readonly period_month: string;
  readonly import_file_id: string;
  readonly file: string;
  readonly sha256: string;
  readonly late: 'WAITING' | 'BOOKED' | null;
}

async function standingScopes(tx: Tx, entity: EntityNode, scanned: ScannedFile): Promise<StandingScope[]> {
  return await tx.query<StandingScope>(sql.STANDING_SCOPES, [...scopeOf(entity), ...scopeArrays(scanned.scopes)]);
}

function scopeExists(file: SourceFile, standing: readonly StandingScope[]) {
  const first = standing[0];
  const others = standing.length > 1 ? ` and ${standing.length - 1} more` : '';
  const place = `${first?.provider}, account ${first?.billing_account}, ${first?.period_month}${others}`;
  return finopsProblem('SCOPE_EXISTS', `${file.name}: ${place} stands in ${first?.file}`, {
    scopes: standing.map(({ import_file_id, ...scope }) => ({ ...scope, import_id: import_file_id })),
  });
}

async function writeRows(
  tx: Tx,
  entity: EntityNode,
  context: RequestContext,
  file: SourceFile,
  scanned: ScannedFile,
  standing: readonly StandingScope[],
): Promise<ImportResult> {
  const { name, sha256, kind, bytes } = file;
  const { rows, totals, scopes, notices } = scanned;
  const id = uuidv7();
  const [tenant, legalEntity] = scopeOf(entity);
  const months = scopes.map((scope) => `${scope.period_month}-01`);
  const closed = await closedMonthsAmong(tx, [tenant, legalEntity], months);
  const days = [...closed].map((month) => `${month}-01`);
  // What a month was closed with is not replaced: only what waits for it is.
  const replacing = standing.filter((scope) => !closed.has(scope.period_month) || scope.late === 'WAITING');
  const replaced = [...new Set(replacing.map((scope) => scope.file))];
  const waiting = [...closed].sort();
  const body: ImportResult = {
    import_id: id,
    file: name,
    sha256,
    kind,
    rows,
    totals,
    scopes,
    replaced,
    waiting,
    notices,
  };
  await tx.execute(sql.INSERT_FILE, [
    tenant,
    legalEntity,
    id,
    context.countryCode,
    sha256,
    name,
    kind,
    bytes,
    rows,
    JSON.stringify(body),
    context.userId,
  ]);
  if (standing.length > 0) {
    await tx.execute(sql.SUPERSEDE_SCOPES, [tenant, legalEntity, ...scopeArrays(scopes), id, days]);
    await tx.execute(sql.REMOVE_CONSUMPTION, [tenant, legalEntity, ...scopeArrays(scopes), days]);
    await tx.execute(sql.REMOVE_LATE, [tenant, legalEntity, id]);
  }
  await tx.execute(sql.INSERT_SCOPES, [
    tenant,
    legalEntity,
    id,
    ...scopeArrays(scopes),
    scopes.map((scope) => scope.currency),
    scopes.map((scope) => scope.rows),
    scopes.map((scope) => scope.effective_cost),
    scopes.map((scope) => scope.billed_cost),
    days,
  ]);
  await tx.copyFrom(sql.COPY_STAGING, scanned.copyText());
  await tx.execute(sql.INSERT_CONSUMPTION, [tenant, legalEntity, id, days]);
  if (days.length > 0) await tx.execute(sql.INSERT_LATE, [tenant, legalEntity, id, days]);
  await tx.execute(sql.CLEAR_STAGING);
  return body;
}

function recordImport(record: WriteRecord, body: ImportResult, replace: boolean): void {
  const { import_id, file, sha256, rows, totals, replaced, waiting } = body;
  record.audit({
    subject: 'import_file',
    subjectId: import_id,
    details: { file, sha256, rows, totals, replace, replaced, waiting },
  });
  record.emit({
    event: 'FINOPS.IMPORT.COMPLETED',
    entity_id: import_id,
    payload: {
      file,
      sha256,
      rows,
      totals,
      replaced,
      waiting,
      months: [...new Set(body.scopes.map((scope) => scope.period_month))],
    },
  });
}

function scopeOf(entity: EntityNode): [tenantId: string, legalEntityId: string] {
  return [entity.scope.tenantId, entity.scope.legalEntityId];
}

function scopeArrays(scopes: readonly ScopeTotal[]): [providers: string[], accounts: string[], months: string[]] {
  return [
    scopes.map((scope) => scope.provider),
    scopes.map((scope) => scope.billing_account),
    scopes.map((scope) => `${scope.period_month}-01`),
  ];
}
