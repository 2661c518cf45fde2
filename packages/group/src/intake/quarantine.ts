import { open } from 'node:fs/promises';
import type { BundleRefused } from '@prorata/contract';
import { firstDayOf, type RequestContext, type Tx, uuidv7 } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { recorded } from '../node/record.ts';
import { type GroupPolicy, policyIn } from '../policy/policy.ts';
import * as sql from './quarantine.sql.ts';
import { type RefusalReport, refusalReport } from './refusals.ts';
import type { Spooled } from './spool.ts';

/** By which way a bundle came: HTTP, a file named at the shell, a watched folder, or fetched from the entity. */
export type Origin = 'PUSH' | 'FILE' | 'FOLDER' | 'PULL';

/** What a manifest said whose signature was verified. */
export interface Signed {
  readonly entity: string;
  /** `YYYY-MM` */
  readonly period_month: string;
  readonly revision: number;
  readonly manifest_digest: string | null;
}

export interface Refused {
  readonly error: BundleRefused;
  readonly name: string;
  readonly spooled: Spooled;
  /** The entity that the transport named; null for a file that came without one. */
  readonly entity: string | null;
  readonly origin: Origin;
  readonly signed: Signed | undefined;
}

/** Held bundles of one sender; beyond that the oldest goes, whatever its size. */
const MOST_HELD = 1000;
const PART_BYTES = 4 * 1024 * 1024;

/**
 * Writes down that a bundle was refused, with its report, tells it (`GROUP.BUNDLE.REFUSED`), and keeps its bytes in the quarantine as
 * far as the policy allows. The same bytes of the same sender are one row, however often they come.
 *
 * @returns the id in the quarantine
 */
export async function keepRefused(group: GroupNode, context: RequestContext, refused: Refused): Promise<string> {
  const report = refusalReport(refused.error, refused.name);
  const { signed } = refused;
  // A file that somebody hands over bears no sender; whoever signed it is the one who looks for it, and whose next bundle settles it.
  const held = { ...refused, entity: refused.entity ?? signed?.entity ?? null };
  const payload = { file: refused.name, sha256: refused.spooled.sha256, code: report.code };
  return await recorded(
    group,
    context,
    { action: 'group.bundle.refuse', payload, role: 'intake' },
    async (tx, record) => {
      const refusalId = uuidv7();
      const month = signed === undefined ? null : firstDayOf(signed.period_month);
      await tx.execute(sql.LOG, [
        group.scope.tenantId,
        refusalId,
        refused.entity,
        refused.name,
        refused.spooled.sha256,
        report.code,
        JSON.stringify(report),
        signed?.entity ?? null,
        month,
        signed?.revision ?? null,
        signed?.manifest_digest ?? null,
        context.userId,
      ]);
      const quarantineId = await hold(tx, group, held, report);
      const told = {
        quarantine_id: quarantineId,
        entity: held.entity,
        ...payload,
        message: report.message,
        origin: refused.origin,
        period_month: signed?.period_month ?? null,
        revision: signed?.revision ?? null,
      };
      record.audit({ subject: 'quarantine', subjectId: quarantineId, details: told });
      record.emit({ event: 'GROUP.BUNDLE.REFUSED', entity_id: quarantineId, payload: told });
      return quarantineId;
    },
  );
}

async function hold(tx: Tx, group: GroupNode, refused: Refused, report: RefusalReport): Promise<string> {
  const { tenantId } = group.scope;
  const { spooled, entity, signed } = refused;
  const [known] = await tx.query<{ quarantine_id: string }>(sql.HELD_ALREADY, [
    tenantId,
    spooled.sha256,
    entity,
    report.code,
    JSON.stringify(report),
  ]);
  if (known !== undefined) return known.quarantine_id;
  const policy = await policyIn(tx);
  const room = spooled.whole && (await makeRoom(tx, tenantId, entity, spooled.bytes, policy));
  const [held] = await tx.query<{ quarantine_id: string; added: boolean }>(sql.HOLD, [
    tenantId,
    uuidv7(),
    entity,
    refused.name,
    spooled.sha256,
    spooled.bytes,
    room,
    refused.origin,
    report.code,
    JSON.stringify(report),
    signed === undefined ? null : firstDayOf(signed.period_month),
    signed?.revision ?? null,
  ]);
  if (held === undefined) throw new Error('the quarantine answered nothing');
  if (room && held.added) await storeParts(tx, tenantId, held.quarantine_id, entity, spooled.path);
  return held.quarantine_id;
}

/** Lets go what is too old, then this sender's oldest until the new one fits; never anybody else's. */
async function makeRoom(
  tx: Tx,
  tenantId: string,
  entity: string | null,
  bytes: number,
  policy: GroupPolicy,
): Promise<boolean> {
  await tx.execute(sql.EXPIRE, [tenantId, entity, policy.quarantine_days]);
  const fits = bytes <= policy.quarantine_bytes;
  await tx.execute(sql.EVICT, [
    tenantId,
    entity,
    fits ? policy.quarantine_bytes - bytes : policy.quarantine_bytes,
    MOST_HELD,
  ]);
  await tx.execute(sql.DROP_PARTS, [tenantId]);
  return fits;
}

async function storeParts(tx: Tx, tenantId: string, id: string, entity: string | null, path: string): Promise<void> {
  const file = await open(path);
  try {
    for (let part = 0; ; part += 1) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(PART_BYTES), 0, PART_BYTES, part * PART_BYTES);
      if (bytesRead === 0) return;
      await tx.execute(sql.INSERT_PART, [tenantId, id, entity, part, buffer.subarray(0, bytesRead)]);
    }
  } finally {
    await file.close();
  }
}

/** The bytes were taken after all: they need not be held any longer. In the transaction that takes them. */
export async function settleTaken(tx: Tx, tenantId: string, sha256: string, userId: string): Promise<void> {
  const settled = await tx.execute(sql.SETTLE_TAKEN, [tenantId, sha256, userId]);
  if (settled > 0) await tx.execute(sql.DROP_PARTS, [tenantId]);
}
