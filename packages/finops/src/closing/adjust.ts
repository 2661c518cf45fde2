import { firstDayOf, monthOf, type RequestContext, type Tx, uuidv7, writePath } from '@prorata/platform';
import { computeFacts } from '../facts/run-month.ts';
import type { MonthKey, MonthRun } from '../facts/step.ts';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import { type LoadedMapping, loadMapping } from '../mapping/document.ts';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import * as sql from './adjust.sql.ts';
import { type Adjustment, type AdjustmentLine, adjustmentsOf } from './adjustments.ts';
import type { PeriodOptions } from './close.ts';
import { CLOSURE } from './closing.sql.ts';
import { requireOpenMonth, stateOf } from './guard.ts';
import { lateScopes, takeLate } from './late.ts';

export interface AdjustOptions extends PeriodOptions {
  /** Open month, YYYY-MM, that is to carry the difference; the first open one after the closed month unless told. */
  readonly into?: string | undefined;
}

/** A correction that was booked, or withdrawn; the month that carries it is to be run again. */
export interface AdjustmentChange {
  readonly adjusts_month: string;
  readonly period_month: string;
  readonly adjustments: readonly Adjustment[];
  /** Grains that differ. */
  readonly lines: number;
}

/**
 * Books what came too late for a closed month in an open one: the difference, at the grain of the facts, between the month with the
 * late files and the month without them, both computed by today's rules, so that only what arrived is booked and no change
 * of a rule slips in with it. The closed month stays as it is.
 *
 * @param month YYYY-MM, closed or locked
 * @throws Problem `MONTH_INVALID`, `PERIOD_OPEN`, `NOTHING_WAITING`, `ADJUSTMENT_BACKWARDS`, `PERIOD_CLOSED`, `PERIOD_LOCKED`,
 *   `MAPPING_INVALID`
 */
export async function adjustMonth(
  entity: EntityNode,
  month: string,
  options: AdjustOptions = {},
): Promise<AdjustmentChange> {
  const key = keyOf(entity, month);
  const into = options.into === undefined ? undefined : firstDayOf(options.into);
  const context = options.context ?? entity.operator;
  const mapping = await loadMapping(entity.dir);
  const request = {
    action: 'finops.period.adjust',
    method: 'POST',
    route: '/api/finops/periods/:month/adjustments',
    payload: { month, into: options.into ?? null },
    idempotencyKey: options.idempotencyKey,
  };
  const answer = await writePath<AdjustmentChange>(entity.db, context, request, async (tx, record) => {
    await tx.query(LOCK_ENTITY);
    const carrying = await carryingMonth(tx, key, into);
    const sources = await lateScopes(tx, [key[0], key[1]], ['WAITING'], key[2]);
    if (sources.length === 0) throw finopsProblem('NOTHING_WAITING', `no file waits for ${month}`);
    const lines = await differences(tx, { entity, context, key, month, mapping });
    const id = uuidv7();
    const scope = [key[0], key[1], id];
    const said = JSON.stringify(sources);
    await tx.execute(sql.INSERT_ADJUSTMENT, [...scope, context.countryCode, carrying[2], key[2], said, context.userId]);
    await tx.execute(sql.INSERT_LINES, [...scope, JSON.stringify(lines)]);
    for (const statement of sql.MARK_BOOKED) await tx.execute(statement, [...key, id]);
    const adjustments = (await adjustmentsOf(tx, key)).filter((one) => one.adjustment_id === id);
    const body = { adjusts_month: month, period_month: monthOf(carrying[2]), adjustments, lines: lines.length };
    record.audit({ subject: 'adjustment', subjectId: id, details: body });
    record.emit({ event: 'FINOPS.PERIOD.ADJUSTED', entity_id: id, payload: body });
    return { status: 201, body };
  });
  return answer.body;
}

/**
 * Takes every booked correction of a closed month back: its files wait again. The months that carry them have to be open, and are
 * to be run again.
 *
 * @throws Problem `MONTH_INVALID`, `ADJUSTMENT_NOT_FOUND`, `PERIOD_CLOSED`, `PERIOD_LOCKED`
 */
export async function withdrawAdjustments(
  entity: EntityNode,
  month: string,
  options: PeriodOptions = {},
): Promise<{ readonly adjusts_month: string; readonly withdrawn: readonly Adjustment[] }> {
  const key = keyOf(entity, month);
  const context = options.context ?? entity.operator;
  const request = {
    action: 'finops.period.withdraw',
    method: 'DELETE',
    route: '/api/finops/periods/:month/adjustments',
    payload: { month },
    idempotencyKey: options.idempotencyKey,
  };
  const answer = await writePath(entity.db, context, request, async (tx, record) => {
    await tx.query(LOCK_ENTITY);
    const withdrawn = await adjustmentsOf(tx, key);
    if (withdrawn.length === 0) throw finopsProblem('ADJUSTMENT_NOT_FOUND', `no correction of ${month} is booked`);
    for (const { period_month } of withdrawn) await requireOpenMonth(tx, keyOf(entity, period_month));
    const ids = withdrawn.map((one) => one.adjustment_id);
    await tx.execute(sql.WITHDRAW, [key[0], key[1], ids, context.userId]);
    for (const statement of sql.MARK_WAITING) await tx.execute(statement, [key[0], key[1], ids]);
    const body = { adjusts_month: month, withdrawn };
    record.audit({ subject: 'adjustment', subjectId: `${entity.entity.code}/${month}`, details: body });
    record.emit({ event: 'FINOPS.PERIOD.ADJUSTMENT_WITHDRAWN', entity_id: ids[0] ?? month, payload: body });
    return { status: 200, body };
  });
  return answer.body;
}

function keyOf(entity: EntityNode, month: string): MonthKey {
  return [entity.scope.tenantId, entity.scope.legalEntityId, firstDayOf(month)];
}

async function carryingMonth(tx: Tx, key: MonthKey, into: string | undefined): Promise<MonthKey> {
  const [tenant, legalEntity, firstDay] = key;
  const month = monthOf(firstDay);
  if ((await stateOf(tx, key)) === 'OPEN') {
    throw finopsProblem('PERIOD_OPEN', `${month} is open: what comes for it is simply taken in`);
  }
  if (into !== undefined && into <= firstDay) {
    throw finopsProblem('ADJUSTMENT_BACKWARDS', `${monthOf(into)} is not after ${month}`);
  }
  const [first] = into === undefined ? await tx.query<{ month: string }>(sql.FIRST_OPEN_AFTER, key) : [];
  const carrying: MonthKey = [tenant, legalEntity, into ?? firstDayOf(first?.month ?? '')];
  await requireOpenMonth(tx, carrying);
  return carrying;
}

interface ClosedMonth {
  readonly entity: EntityNode;
  readonly context: RequestContext;
  readonly key: MonthKey;
  readonly month: string;
  readonly mapping: LoadedMapping;
}

type Difference = Omit<AdjustmentLine, 'adjusts_month'>;

/**
 * Computes the closed month twice, without and with what waits, and undoes all of it: what is left is the difference. What earlier
 * corrections carry elsewhere counts on both sides.
 */
async function differences(tx: Tx, of: ClosedMonth): Promise<Difference[]> {
  const { entity, context, key, month, mapping } = of;
  const [closure] = await tx.query<{ run_id: string }>(CLOSURE, key);
  const run: MonthRun = { tx, entity, context, month, key, mapping, runId: closure?.run_id ?? '' };
  await tx.execute('SAVEPOINT closed_month');
  await takeLate(tx, key, ['BOOKED']);
  await computeFacts(run);
  await tx.execute(sql.KEEP_BEFORE, key);
  await takeLate(tx, key, ['WAITING']);
  await computeFacts(run);
  const lines = await tx.query<Difference>(sql.DIFFERENCES, key);
  const named = (codes: readonly (string | null)[]) => [...new Set(codes.filter((code) => code !== null))];
  const references = await tx.query<{ kind: string; row: object }>(sql.REFERENCES, [
    key[0],
    key[1],
    named(lines.map((line) => line.domain_id)),
    named(lines.map((line) => line.family_id)),
    named(lines.map((line) => line.product_id)),
    named(lines.map((line) => line.application_id)),
  ]);
  await tx.execute('ROLLBACK TO SAVEPOINT closed_month');
  for (const table of sql.REFERENCE_TABLES) {
    const rows = references.filter((one) => one.kind === table).map((one) => one.row);
    if (rows.length > 0) await tx.execute(sql.addReferences(table), [JSON.stringify(rows)]);
  }
  return lines;
}
