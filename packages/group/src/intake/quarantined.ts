import { Readable } from 'node:stream';
import { Problem, type RequestContext } from '@prorata/platform';
import { type GroupNode, operatorContext } from '../node/group-node.ts';
import { recorded } from '../node/record.ts';
import { groupProblem } from '../problems.ts';
import * as sql from './quarantine.sql.ts';
import type { Origin } from './quarantine.ts';
import { type Received, receive } from './receive.ts';
import type { RefusalReport } from './refusals.ts';

/** A refused bundle. HELD ones can be taken again as long as their bytes are kept. */
export interface QuarantineEntry {
  readonly id: string;
  /** The entity that the transport named, else the one whose signature was verified; null where neither says. */
  readonly entity: string | null;
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly bytes_kept: boolean;
  readonly origin: Origin;
  readonly code: string;
  readonly message: string;
  /** What the manifest says, where its signature was verified. */
  readonly period_month: string | null;
  readonly revision: number | null;
  readonly status: 'HELD' | 'REPLAYED' | 'DISCARDED' | 'EXPIRED';
  /** How often the same bytes were refused. */
  readonly refusals: number;
  readonly reason: string | null;
  readonly first_at: string;
  readonly last_at: string;
  readonly settled_at: string | null;
}

export interface QuarantineFilter {
  readonly entity?: string;
  /** HELD unless told. */
  readonly status?: QuarantineEntry['status'] | 'ALL';
  /** 100 unless told. */
  readonly limit?: number;
}

type Stored = Omit<QuarantineEntry, 'bytes'> & { readonly bytes: string };

/** Refused bundles, the latest first. */
export async function listQuarantine(group: GroupNode, filter: QuarantineFilter = {}): Promise<QuarantineEntry[]> {
  const status = filter.status ?? 'HELD';
  const rows = await group.db.transaction(
    group.scope,
    (tx) =>
      tx.query<Stored & Record<string, unknown>>(
        `SELECT ${sql.ENTRY} FROM quarantine
          WHERE ($1::text IS NULL OR entity_id = $1) AND ($2::text IS NULL OR status = $2)
          ORDER BY quarantine.last_at DESC, quarantine_id DESC LIMIT $3`,
        [filter.entity ?? null, status === 'ALL' ? null : status, filter.limit ?? 100],
      ),
    { role: 'reader', readOnly: true },
  );
  return rows.map((row) => ({ ...row, bytes: Number(row.bytes) }));
}

/** One refused bundle with its whole report. @throws Problem `QUARANTINE_NOT_FOUND` */
export async function showQuarantined(
  group: GroupNode,
  id: string,
): Promise<QuarantineEntry & { readonly report: RefusalReport }> {
  const [row] = await group.db.transaction(
    group.scope,
    (tx) =>
      tx.query<Stored & { report: RefusalReport } & Record<string, unknown>>(
        `SELECT ${sql.ENTRY}, report FROM quarantine WHERE quarantine_id = $1`,
        [id],
      ),
    { role: 'reader', readOnly: true },
  );
  if (row === undefined) throw groupProblem('QUARANTINE_NOT_FOUND', `there is no refused bundle ${id}`, { id });
  return { ...row, bytes: Number(row.bytes) };
}

/**
 * Takes a refused bundle through the whole intake again, as its sender's: after its domain was added, its month reopened, and so on.
 * Refused again, it stays, with the new report.
 *
 * @throws Problem `QUARANTINE_NOT_FOUND`, `QUARANTINE_SETTLED`, and the refusals of `receive`
 */
export async function replayQuarantined(
  group: GroupNode,
  id: string,
  options: { context?: RequestContext } = {},
): Promise<Received> {
  const entry = await showQuarantined(group, id);
  if (entry.status !== 'HELD' || !entry.bytes_kept) {
    const state = entry.status === 'HELD' ? 'held without its bytes' : entry.status.toLowerCase();
    throw groupProblem('QUARANTINE_SETTLED', `${entry.file} is ${state}`, { id, status: entry.status });
  }
  const file = Readable.from(partsOf(group, id), { objectMode: false });
  const received = await receive(
    group,
    { file, name: entry.file, origin: entry.origin, ...(entry.entity === null ? {} : { entity: entry.entity }) },
    options,
  );
  await settle(group, id, 'REPLAYED', null, options.context);
  return received;
}

export interface Replayed {
  readonly id: string;
  readonly entity: string | null;
  readonly file: string;
  readonly outcome: 'ACCEPTED' | 'REFUSED';
  /** Of the refusal; null where it was taken. */
  readonly code: string | null;
  readonly detail: string;
}

/** Replays all that is held, of one entity or of all, months and revisions in their order; a refusal does not stop the others. */
export async function replayAll(
  group: GroupNode,
  filter: { readonly entity?: string } = {},
  options: { context?: RequestContext } = {},
): Promise<Replayed[]> {
  const held = (await listQuarantine(group, { ...filter, status: 'HELD', limit: 10_000 })).filter(
    (one) => one.bytes_kept,
  );
  const key = (one: QuarantineEntry) =>
    [one.entity ?? '', one.period_month ?? '9999-99', String(one.revision ?? 0).padStart(9, '0'), one.first_at].join(
      ' ',
    );
  const told: Replayed[] = [];
  for (const entry of held.sort((one, other) => (key(one) < key(other) ? -1 : 1))) {
    const named = { id: entry.id, entity: entry.entity, file: entry.file };
    try {
      const { period_month, revision } = await replayQuarantined(group, entry.id, options);
      told.push({ ...named, outcome: 'ACCEPTED', code: null, detail: `${period_month} r${revision}` });
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      told.push({ ...named, outcome: 'REFUSED', code: error.code, detail: error.detail });
    }
  }
  return told;
}

/** Lets a refused bundle go; its report stays. @throws Problem `QUARANTINE_NOT_FOUND`, `QUARANTINE_SETTLED` */
export async function discardQuarantined(
  group: GroupNode,
  input: { readonly id: string; readonly reason: string },
  options: { context?: RequestContext; idempotencyKey?: string | undefined } = {},
): Promise<QuarantineEntry> {
  const before = await showQuarantined(group, input.id);
  if (!(await settle(group, input.id, 'DISCARDED', input.reason, options.context, options.idempotencyKey))) {
    throw groupProblem('QUARANTINE_SETTLED', `${before.file} is ${before.status.toLowerCase()}`, {
      id: input.id,
      status: before.status,
    });
  }
  const { report: _report, ...entry } = await showQuarantined(group, input.id);
  return entry;
}

async function settle(
  group: GroupNode,
  id: string,
  status: QuarantineEntry['status'],
  reason: string | null,
  context: RequestContext = operatorContext(group),
  idempotencyKey?: string,
): Promise<boolean> {
  const what = { action: 'group.quarantine.settle', payload: { id, status, reason }, idempotencyKey };
  return await recorded(group, context, what, async (tx, record) => {
    const { tenantId } = group.scope;
    const settled = await tx.query(sql.SETTLE, [tenantId, id, status, context.userId, reason]);
    await tx.execute(sql.DROP_PARTS, [tenantId]);
    record.audit({ subject: 'quarantine', subjectId: id, details: { status, reason } });
    return settled.length > 0;
  });
}

async function* partsOf(group: GroupNode, id: string): AsyncGenerator<Buffer> {
  for (let part = 0; ; part += 1) {
    const [row] = await group.db.transaction(group.scope, (tx) => tx.query<{ content: Buffer }>(sql.PART, [id, part]), {
      readOnly: true,
    });
    if (row === undefined) return;
    yield row.content;
  }
}
