import { open } from 'node:fs/promises';
import { BundleRefused, type Manifest, type RefusalCode, type VerifiedBundle, violation } from '@prorata/contract';
import { firstDayOf, monthOf, type Tx } from '@prorata/platform';
import { adjustShared, type DomainShare, deriveSlice, type Slice, withdrawSlice } from '../consolidation/derive.ts';
import { deriveFromBundle, sumUp } from '../consolidation/from-bundle.ts';
import { lockMonth, lockSlice } from '../consolidation/locks.ts';
import * as sql from './accept.sql.ts';
import type { Coverage } from './coverage.ts';
import { readAhead } from './read-ahead.ts';
import type { Unmapped } from './references-check.ts';

/** What an accepted bundle is answered with, then and whenever it is sent again. */
export interface Receipt {
  readonly outcome: 'ACCEPTED';
  readonly entity: string;
  /** `YYYY-MM` */
  readonly period_month: string;
  readonly revision: number;
  /** OPEN or CLOSED, as the entity says. */
  readonly status: Manifest['status'];
  readonly manifest_digest: string;
  readonly kid: string;
  readonly rows: number;
  readonly totals: Manifest['totals'];
  readonly unmapped: Unmapped;
  readonly coverage: Coverage;
  /** The earlier month that the publication carries corrections of; null where it carries none. */
  readonly adjusts_month: string | null;
  readonly received_at: string;
}

/** Thrown out of a transaction that has nothing to do: the bundle is the one that stands. */
export class AlreadyAccepted extends Error {
  readonly receipt: Receipt;
  constructor(receipt: Receipt) {
    super('the bundle is the one that stands');
    this.receipt = receipt;
  }
}

/** What a bundle lists beside its facts. */
export interface Named {
  readonly applications: Awaited<ReturnType<VerifiedBundle['applications']>>;
  readonly products: Awaited<ReturnType<VerifiedBundle['products']>>;
  readonly prices: Awaited<ReturnType<VerifiedBundle['prices']>>;
}

/** A verified bundle on its way into the group. */
export interface Admitted {
  readonly slice: Slice;
  readonly bundle: VerifiedBundle;
  readonly named: Named;
  readonly unmapped: Unmapped;
  readonly coverage: Coverage;
  /** The partition of the month, where its facts can be copied into it; null where they are staged first. */
  readonly partition: string | null;
  /** The file itself. */
  readonly path: string;
  readonly receivedAt: string;
  readonly userId: string;
}

/**
 * Puts a verified bundle in the place of the one before it: facts, views, names, prices, evidence; all of it or nothing. The month's
 * lock comes last, so that intakes of one month wait for each other no longer than a commit takes.
 *
 * @throws BundleRefused `ENTITY_INACTIVE`, `PERIOD_LOCKED`, `REVISION_CONFLICT`; AlreadyAccepted
 */
export async function acceptBundle(tx: Tx, admitted: Admitted): Promise<Receipt> {
  const { slice, bundle } = admitted;
  await lockSlice(tx, slice.tenantId, slice.entityId, slice.month);
  const superseded = await refuseWhatDoesNotFollow(tx, admitted);
  if (superseded !== undefined) await tx.execute(sql.KEEP_FIGURES, [...sliceKey(slice), superseded]);
  const withdrawn = await withdrawSlice(tx, slice);
  const added = await replaceFacts(tx, admitted);
  const receipt = receiptOf(admitted);
  await recordPublication(tx, admitted, receipt);
  await nameThings(tx, slice, admitted.named);
  await storeEvidence(tx, slice, bundle.manifest.revision, admitted.path);
  await lockMonth(tx, slice.tenantId, slice.month);
  // Somebody may have locked the month while the facts went in; from here on nobody can before we commit.
  await refuseLockedMonth(tx, slice);
  await adjustShared(tx, slice, added, withdrawn);
  return receipt;
}

function sliceKey({ tenantId, entityId, month }: Slice): readonly [string, string, string] {
  return [tenantId, entityId, month];
}

/** @returns the revision whose place the bundle takes */
async function refuseWhatDoesNotFollow(tx: Tx, { slice, bundle }: Admitted): Promise<number | undefined> {
  const { tenantId, entityId, month } = slice;
  const standing = await tx.query<{ revision: number; status: string; manifest_digest: string; report: Receipt }>(
    sql.STANDING,
    [tenantId, entityId, month],
  );
  const head = standing.find((publication) => publication.status === 'ACCEPTED');
  if (head?.manifest_digest === bundle.manifestDigest) throw new AlreadyAccepted(head.report);
  await refuseInactive(tx, slice);
  await refuseLockedMonth(tx, slice);
  const { revision, supersedes } = bundle.manifest;
  const where = `${entityId} ${monthOf(month)}`;
  const old = standing.find((publication) => publication.manifest_digest === bundle.manifestDigest);
  if (old !== undefined) {
    refuse(
      'REVISION_CONFLICT',
      `Revision ${old.revision} of ${where} was superseded by revision ${head?.revision}`,
      '/revision',
      revision,
    );
  }
  const next = (head?.revision ?? 0) + 1;
  if (revision !== next) {
    refuse(
      'REVISION_CONFLICT',
      `${where} stands at revision ${next - 1}, so revision ${next} is next, not ${revision}`,
      '/revision',
      revision,
    );
  }
  if (supersedes !== (head?.manifest_digest ?? null)) {
    const names = supersedes ?? 'nothing';
    refuse(
      'REVISION_CONFLICT',
      `Revision ${revision} of ${where} supersedes ${names}; what stands is ${head?.manifest_digest ?? 'nothing'}`,
      '/supersedes',
      names,
    );
  }
  return head?.revision;
}

async function refuseInactive(tx: Tx, { entityId, month }: Slice): Promise<void> {
  const [entity] = await tx.query<{ inactive: boolean; active_from: string | null; active_to: string | null }>(
    sql.ACTIVITY,
    [entityId, month],
  );
  if (entity?.inactive === false) return;
  const [from, to] = [entity?.active_from, entity?.active_to].map((day) => (day ? monthOf(day) : 'any month'));
  refuse(
    'ENTITY_INACTIVE',
    `${entityId} is active from ${from} to ${to}, not in ${monthOf(month)}`,
    '/period_month',
    monthOf(month),
  );
}

async function refuseLockedMonth(tx: Tx, { month }: Slice): Promise<void> {
  const [locked] = await tx.query<{ reason: string | null }>(sql.LOCKED, [month]);
  if (locked === undefined) return;
  const reason = locked.reason === null ? '' : `: ${locked.reason}`;
  refuse('PERIOD_LOCKED', `The group has locked ${monthOf(month)}${reason}`, '/period_month', monthOf(month));
}

/** Facts and views; what the slice puts into the rows that entities share. */
async function replaceFacts(tx: Tx, { slice, bundle, partition }: Admitted): Promise<DomainShare> {
  await tx.execute(sql.REMOVE_FACTS, [slice.tenantId, slice.entityId, slice.month]);
  if (partition === null) {
    // Distributed views take rows from where the facts lie only, hence there the database adds up.
    allArrived(bundle, await stageFacts(tx, slice, bundle));
    return await deriveSlice(tx, slice);
  }
  const sums = sumUp(bundle);
  try {
    const copied = tx.copyFrom(sql.copyInto(partition), bundle.copyBinary(sql.FROM_SCOPE));
    allArrived(bundle, await copied.catch(refuseLongCodes));
    return await deriveFromBundle(tx, slice, sums);
  } finally {
    await sums.stop();
  }
}

function allArrived(bundle: VerifiedBundle, arrived: number): void {
  if (arrived !== bundle.rows) throw new Error(`${arrived} of ${bundle.rows} facts arrived`);
}

/**
 * Takes the facts in by batches: while the database copies one into the staging table, the next one is already written as text, so
 * that neither waits for the other. Memory is bounded by two batches. What was staged goes on into the facts after 1, 2, 4, 8 …
 * batches, not after each: the rows that went on stay in the staging table as dead ones until the commit, and each step passes them.
 */
async function stageFacts(tx: Tx, slice: Slice, bundle: VerifiedBundle): Promise<number> {
  const values = [slice.tenantId, slice.entityId, slice.month];
  let [inserted, staged, due] = [0, 0, 1];
  const takeOn = async () => {
    inserted += await tx.execute(sql.INSERT_FACTS, values).catch(refuseLongCodes);
    await tx.execute(sql.CLEAR_STAGE, [slice.entityId]);
    [staged, due] = [0, due * 2];
  };
  for await (const batch of readAhead(bundle.copyText({ order: 'file' }), BATCH_BYTES)) {
    await tx.copyFrom(sql.STAGE, batch);
    staged += 1;
    if (staged === due) await takeOn();
  }
  if (staged > 0) await takeOn();
  return inserted;
}

function refuseLongCodes(error: unknown): never {
  // 54000: a row of the grain's index is wider than a page takes.
  if (!(error instanceof Error && 'code' in error && error.code === '54000')) throw error;
  const message = 'The codes of one fact are too long together to be told apart from others';
  return refuse('SCHEMA_VIOLATION', message, 'facts', null);
}

async function recordPublication(tx: Tx, admitted: Admitted, receipt: Receipt): Promise<void> {
  const { slice, bundle } = admitted;
  await tx.execute(sql.SUPERSEDE, [slice.tenantId, slice.entityId, slice.month]);
  await tx.execute(sql.INSERT_PUBLICATION, [
    slice.tenantId,
    slice.entityId,
    slice.month,
    receipt.revision,
    receipt.status,
    JSON.stringify(bundle.manifest),
    bundle.manifestDigest,
    bundle.kid,
    JSON.stringify(receipt.totals),
    receipt.rows,
    JSON.stringify(receipt),
    receipt.received_at,
    admitted.userId,
    JSON.stringify(receipt.coverage),
    receipt.adjusts_month === null ? null : firstDayOf(receipt.adjusts_month),
  ]);
}

async function nameThings(tx: Tx, slice: Slice, { applications, products, prices }: Named): Promise<void> {
  const { tenantId, entityId, month } = slice;
  await tx.execute(sql.NAME_APPLICATIONS, [tenantId, entityId, JSON.stringify(applications)]);
  await tx.execute(sql.NAME_PRODUCTS, [tenantId, entityId, JSON.stringify(products)]);
  await tx.execute(sql.REMOVE_PRICES, [tenantId, entityId, month]);
  await tx.execute(sql.INSERT_PRICES, [tenantId, entityId, month, JSON.stringify(prices)]);
}

const BATCH_BYTES = 4 * 1024 * 1024;
const PART_BYTES = 4 * 1024 * 1024;

/** Stores the bytes of a bundle in parts. */
export async function storeEvidence(tx: Tx, slice: Slice, revision: number, path: string): Promise<void> {
  const file = await open(path);
  try {
    for (let part = 0; ; part += 1) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(PART_BYTES), 0, PART_BYTES, part * PART_BYTES);
      if (bytesRead === 0) return;
      const bytes = buffer.subarray(0, bytesRead);
      await tx.execute(sql.INSERT_PART, [slice.tenantId, slice.entityId, slice.month, revision, part, bytes]);
    }
  } finally {
    await file.close();
  }
}

function receiptOf({ slice, bundle, unmapped, coverage, receivedAt }: Admitted): Receipt {
  const { revision, status, totals, adjusts_month } = bundle.manifest;
  return {
    outcome: 'ACCEPTED',
    entity: slice.entityId,
    period_month: monthOf(slice.month),
    revision,
    status,
    manifest_digest: bundle.manifestDigest,
    kid: bundle.kid,
    rows: bundle.rows,
    totals,
    unmapped,
    coverage,
    adjusts_month: adjusts_month ?? null,
    received_at: receivedAt,
  };
}

function refuse(code: RefusalCode, message: string, column: string, value: string | number | null): never {
  const file = column.startsWith('/') ? 'manifest.jws' : 'facts.parquet';
  throw new BundleRefused([violation(code, message, { file, column, value: value === null ? null : String(value) })]);
}
