import { createHash } from 'node:crypto';
import type { AnalyticServices } from '@prorata/analytic';
import type { PluginHandle, PluginTx } from '@prorata/platform';
import { readUnits, writeUnits } from './amounts.ts';
import { type BudgetLine, readBudget } from './budget-file.ts';

/** One version of a budget: it never changes. */
export interface BudgetVersion {
  readonly id: string;
  readonly code: string;
  readonly version: number;
  readonly axis: string;
  readonly lines: number;
  readonly total: string;
}

const VERSIONS = `
  SELECT id, code, version, axis, lines, trim_scale(total)::text AS total, digest FROM budget_control_version
   WHERE $1::text IS NULL OR code = $1 ORDER BY code, version`;

type VersionRow = BudgetVersion & { readonly digest: string };

export async function versions(tx: PluginTx, code: string | null): Promise<VersionRow[]> {
  const rows = await tx.query<VersionRow>(VERSIONS, [code]);
  return rows.map((row) => ({ ...row, total: money(row.total) }));
}

export function money(text: string): string {
  const units = readUnits(text);
  if (units === undefined) throw new RangeError(`the database gave the amount ${text}`);
  return writeUnits(units);
}

const LINES = `
  SELECT dimension, to_char(period_month, 'YYYY-MM') AS month, trim_scale(amount)::text AS amount FROM budget_control_line
   WHERE version_id = $1 AND period_month >= $2 AND period_month <= $3 ORDER BY dimension, period_month`;

/** Budgeted amounts of a version from one month to another. */
export async function linesOf(tx: PluginTx, versionId: string, from: string, to: string): Promise<BudgetLine[]> {
  const values = [versionId, `${from}-01`, `${to}-01`];
  const rows = await tx.query<{ dimension: string; month: string; amount: string }>(LINES, values);
  return rows.map(({ dimension, month, amount }) => ({ dimension, month, amount: readUnits(amount) ?? 0n }));
}

/**
 * Takes a budget file as the next version of its code; the same content as the newest version changes nothing.
 *
 * @param asked the code of the budget and the axis whose dimensions it names
 */
export async function adopt(
  handle: PluginHandle,
  asked: { readonly code: string; readonly axis: string },
  text: string,
) {
  const { lines, faults } = readBudget(text);
  const known = await handle.service<AnalyticServices>('analytic').dimensions(asked.axis);
  if (known === undefined) throw handle.refuse('AXIS_UNKNOWN', `there is no axis ${asked.axis}`, { axis: asked.axis });
  const codes = new Set(known.map(({ code }) => code));
  const strange = lines
    .filter(({ dimension }) => !codes.has(dimension))
    .map(({ dimension, month }) => ({ line: 0, message: `no dimension ${dimension} on ${asked.axis} (${month})` }));
  const [first] = [...faults, ...strange];
  if (first !== undefined) {
    const errors = [...faults, ...strange];
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
    throw handle.refuse('BUDGET_INVALID', `${first.message}${more}`, {
      errors: errors.slice(0, 50),
      error_count: errors.length,
    });
  }
  const digest = digestOf(asked.axis, lines);
  return await handle.write({ action: 'budget.adopt', payload: { ...asked, digest } }, async (tx, record) => {
    const latest = (await versions(tx, asked.code)).at(-1);
    if (latest !== undefined && latest.axis !== asked.axis) {
      throw handle.refuse('AXIS_DIFFERS', `the budget ${asked.code} is one of the axis ${latest.axis}`);
    }
    if (latest?.digest === digest) return { status: 200, body: { ...told(latest), adopted: false } };
    const made = await insert(tx, handle, { ...asked, version: (latest?.version ?? 0) + 1, digest }, lines);
    record.audit({ subject: 'version', subjectId: made.id, details: told(made) });
    record.emit({ event: 'BUDGET.VERSION.ADOPTED', entity_id: made.id, payload: told(made) });
    return { status: 201, body: { ...told(made), adopted: true } };
  });
}

export function told({ id, code, version, axis, lines, total }: BudgetVersion): BudgetVersion {
  return { id, code, version, axis, lines, total };
}

async function insert(
  tx: PluginTx,
  handle: PluginHandle,
  head: { readonly code: string; readonly axis: string; readonly version: number; readonly digest: string },
  lines: readonly BudgetLine[],
): Promise<BudgetVersion> {
  const total = writeUnits(lines.reduce((sum, { amount }) => sum + amount, 0n));
  const [row] = await tx.query<{ id: string }>(
    `INSERT INTO budget_control_version (code, version, axis, digest, lines, total, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
    [head.code, head.version, head.axis, head.digest, lines.length, total, handle.context.userId],
  );
  if (row === undefined) throw new RangeError('the version was not stored');
  await tx.execute(
    `INSERT INTO budget_control_line (version_id, dimension, period_month, amount)
     SELECT $1, l.dimension, l.month, l.amount
       FROM unnest($2::text[], $3::date[], $4::numeric[]) AS l(dimension, month, amount)`,
    [
      row.id,
      lines.map(({ dimension }) => dimension),
      lines.map(({ month }) => `${month}-01`),
      lines.map(({ amount }) => writeUnits(amount)),
    ],
  );
  return { id: row.id, code: head.code, version: head.version, axis: head.axis, lines: lines.length, total };
}

function digestOf(axis: string, lines: readonly BudgetLine[]): string {
  const sorted = lines.map(({ dimension, month, amount }) => `${dimension}\t${month}\t${amount}`).sort();
  return createHash('sha256')
    .update([axis, ...sorted].join('\n'))
    .digest('hex');
}
