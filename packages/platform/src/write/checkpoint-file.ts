import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../database/database.ts';
import type { Issuer } from '../identity/issuer.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import { type AuditChainReport, type AuditCheckpoint, verifyAuditLog } from './audit.ts';

const TYPE = 'prorata-audit-checkpoint+jws';

/** One compact JWS a line, oldest first, in the node's folder: outside of the database that it vouches for. */
function fileOf(dir: string): string {
  return join(dir, 'audit', 'checkpoints.jws');
}

/**
 * The checkpoints that this node signed so far.
 *
 * @throws Problem `AUDIT_CHECKPOINT_INVALID`, with the line
 */
export async function readCheckpoints(dir: string, issuer: Issuer): Promise<AuditCheckpoint[]> {
  const lines = (await wholeLines(fileOf(dir))).split('\n').slice(0, -1);
  return await Promise.all(
    lines.map(async (line, index) => {
      const statement = await issuer.readStatement(line, TYPE);
      if (isCheckpoint(statement)) return statement;
      throw platformProblem('AUDIT_CHECKPOINT_INVALID', `${fileOf(dir)}, line ${index + 1}`, { line: index + 1 });
    }),
  );
}

/** A line without its end is one whose writing was cut off: it was never acknowledged, and the next one takes its place. */
async function wholeLines(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.slice(0, text.lastIndexOf('\n') + 1);
}

/**
 * Verifies the audit log of a tenant against the kept checkpoints, and keeps new ones where it is sound.
 *
 * @throws Problem `AUDIT_CHECKPOINT_INVALID`
 */
export async function auditNode(options: {
  readonly db: Database;
  readonly dir: string;
  readonly issuer: Issuer;
  readonly tenantId: string;
}): Promise<AuditChainReport[]> {
  const kept = await readCheckpoints(options.dir, options.issuer);
  const reports = await verifyAuditLog(options.db, options.tenantId, kept);
  const known = new Set(kept.map((checkpoint) => checkpoint.head));
  const fresh = reports.filter(
    (report) => report.faults.length === 0 && report.count !== '0' && !known.has(report.head),
  );
  await append(options.dir, options.issuer, fresh);
  return reports;
}

async function append(dir: string, issuer: Issuer, checkpoints: readonly AuditCheckpoint[]): Promise<void> {
  if (checkpoints.length === 0) return;
  const at = new Date().toISOString();
  const lines = await Promise.all(
    checkpoints.map(({ tenant_id, legal_entity_id, count, head }) =>
      issuer.signStatement({ tenant_id, legal_entity_id, count, head, at }, TYPE),
    ),
  );
  await mkdir(join(dir, 'audit'), { recursive: true, mode: 0o700 });
  const file = await open(fileOf(dir), 'a', 0o600);
  try {
    // Only where a writing was cut off: whoever truncates a whole file takes what another process appended meanwhile.
    const { size } = await file.stat();
    const whole = Buffer.byteLength(await wholeLines(fileOf(dir)));
    if (whole < size) await file.truncate(whole);
    await file.appendFile(lines.map((line) => `${line}\n`).join(''));
    await file.sync();
  } finally {
    await file.close();
  }
}

function isCheckpoint(value: unknown): value is AuditCheckpoint {
  const { tenant_id, count, head } = (value ?? {}) as Partial<AuditCheckpoint>;
  return typeof tenant_id === 'string' && typeof head === 'string' && /^\d+$/.test(count ?? '');
}
