import { performance } from 'node:perf_hooks';
import { Problem, type RequestContext, type Tx, uuidv7, writePath } from '@prorata/platform';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import { UNALLOCATED } from '../mapping/apply.ts';
import { type LoadedMapping, loadMapping } from '../mapping/document.ts';
import { poolProduct, TAX } from '../mapping/products.ts';
import { firstDayOf } from '../months.ts';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import type { Progress } from '../progress.ts';
import { type PoolCell, type Spread, spreadPools } from './indirect.ts';
import { applicationLabels, type MonthPlacements, placeMonth } from './place.ts';
import * as sql from './run.sql.ts';

/** Rows and money of one currency; decimal texts. */
export interface MoneyTotal {
  readonly currency: string;
  readonly rows: number;
  readonly cost_effective: string;
  readonly cost_billed: string;
}

export interface RunWarning {
  readonly code: string;
  readonly detail: string;
}

export interface RunStep {
  readonly step: 'MAPPING' | 'DIRECT' | 'INDIRECT' | 'CHECK';
  readonly rows_in: number;
  readonly rows_out: number;
  readonly duration_ms: number;
  readonly money: readonly MoneyTotal[];
  readonly warnings: readonly RunWarning[];
}

/** What stood before a rerun and was replaced. */
export interface ReplacedFacts {
  readonly run_id: string;
  readonly sha256: string;
  readonly totals: readonly MoneyTotal[];
}

export interface RunResult {
  readonly run_id: string;
  readonly period_month: string;
  readonly status: 'COMPLETED';
  readonly mapping_sha256: string;
  readonly facts: number;
  readonly totals: readonly MoneyTotal[];
  readonly steps: readonly RunStep[];
  readonly warnings: readonly RunWarning[];
  readonly replaced: ReplacedFacts | null;
}

export interface RunOptions {
  readonly progress?: Progress;
  readonly context?: RequestContext;
  readonly idempotencyKey?: string | undefined;
  /** Who or what asked for the run; stored with it. */
  readonly trigger?: 'COMMAND' | 'API';
}

/**
 * The monthly batch: mapping, direct facts, indirect facts, and the proof that their money is that of the bills. The month's
 * facts are replaced in one transaction; what stood before leaves its totals and digest. Runs of one entity take turns.
 *
 * @param month YYYY-MM
 * @throws Problem `MONTH_INVALID`, `NO_CONSUMPTION`, `MAPPING_INVALID`, `RUN_NOT_CONSERVED`
 */
export async function runMonth(entity: EntityNode, month: string, options: RunOptions = {}): Promise<RunResult> {
  const period = firstDayOf(month);
  const mapping = await loadMapping(entity.dir);
  const context = options.context ?? entity.operator;
  const run = await announce({ entity, context, month, period, mapping, runId: uuidv7() }, options);
  options.progress?.({ step: 'run', done: 0, total: 1 });
  const request = {
    action: 'finops.run',
    method: 'POST',
    route: '/api/finops/runs',
    payload: { month },
    idempotencyKey: options.idempotencyKey,
  };
  try {
    const answer = await writePath<RunResult>(entity.db, run.context, request, async (tx, record) => {
      await tx.query(LOCK_ENTITY);
      const result = await replaceFacts(tx, run);
      const { run_id, mapping_sha256, totals, facts } = result;
      const details = { month, mapping_sha256, facts, totals, replaced: result.replaced };
      record.audit({ subject: 'batch_run', subjectId: run_id, details });
      record.emit({
        event: 'FINOPS.RUN.COMPLETED',
        entity_id: run_id,
        payload: { period_month: month, facts, totals },
      });
      return { status: 201, body: result };
    });
    options.progress?.({ step: 'run', done: 1, total: 1 });
    return answer.body;
  } catch (error) {
    await end(run, 'FAILED', { reason: error instanceof Problem ? error.code : 'INTERNAL' }).catch(() => undefined);
    throw error;
  }
}

interface MonthRun {
  readonly entity: EntityNode;
  readonly context: RequestContext;
  readonly month: string;
  /** First day of the month. */
  readonly period: string;
  readonly mapping: LoadedMapping;
  readonly runId: string;
}

type MonthKey = readonly [tenantId: string, legalEntityId: string, period: string];

function keyOf(run: MonthRun): MonthKey {
  return [run.entity.scope.tenantId, run.entity.scope.legalEntityId, run.period];
}

/**
 * Stores that a run begins, before it does, and names those that a kill ended. A request that is repeated with its key goes on
 * with the run that it began.
 */
async function announce(run: MonthRun, { idempotencyKey, trigger = 'COMMAND' }: RunOptions): Promise<MonthRun> {
  const { context, mapping, month, runId } = run;
  const route = '/api/finops/runs#start';
  const request = { action: 'finops.run.start', method: 'POST', route, payload: { month }, idempotencyKey };
  const answer = await writePath<{ run_id: string }>(run.entity.db, context, request, async (tx, record) => {
    await tx.execute(sql.MARK_INTERRUPTED, keyOf(run));
    const values = [...keyOf(run), runId, context.countryCode, trigger, mapping.sha256, context.userId];
    await tx.execute(sql.START_RUN, values);
    record.audit({ subject: 'batch_run', subjectId: runId, details: { month, trigger } });
    return { status: 201, body: { run_id: runId } };
  });
  return { ...run, runId: answer.body.run_id };
}

async function end(run: MonthRun, status: 'FAILED', summary: unknown): Promise<void> {
  const request = {
    action: 'finops.run.end',
    method: 'POST',
    route: 'batch_run',
    payload: { run_id: run.runId, status },
  };
  await writePath(run.entity.db, run.context, request, async (tx, record) => {
    const { tenantId, legalEntityId } = run.entity.scope;
    await tx.execute(sql.END_RUN, [tenantId, legalEntityId, run.runId, status, JSON.stringify(summary), null]);
    record.audit({ subject: 'batch_run', subjectId: run.runId, details: { status, summary } });
    return { status: 200, body: null };
  });
}

async function replaceFacts(tx: Tx, run: MonthRun): Promise<RunResult> {
  const key = keyOf(run);
  const consumed = await tx.query<MoneyTotal>(sql.CONSUMPTION_TOTALS, key);
  if (consumed.length === 0) throw finopsProblem('NO_CONSUMPTION', `${run.month} has no consumption`);
  const replaced = await removeFacts(tx, key);
  const steps = new StepClock();

  const placements = await placeMonth(tx, run.mapping.document, key);
  const distinct = placements.origins.length + placements.services.length;
  steps.end({
    step: 'MAPPING',
    rows_in: Number(placements.rows),
    rows_out: distinct,
    money: consumed,
    warnings: placements.warnings,
  });

  await addReferences(tx, run, placements);
  const cells = await tx.query<PoolCell>(sql.WRITE_DIRECT, [...key, run.runId, ...placementArrays(placements)]);
  const direct = await tx.query<MoneyTotal>(sql.FACT_TOTALS, key);
  steps.end({
    step: 'DIRECT',
    rows_in: Number(placements.rows),
    rows_out: countOf(direct),
    money: direct,
    warnings: [],
  });

  const spread = spreadPools(cells, await tx.query(sql.DIRECT_COSTS, key), UNALLOCATED);
  await writeIndirect(tx, run, spread);
  const totals = await tx.query<MoneyTotal>(sql.FACT_TOTALS, key);
  steps.end({
    step: 'INDIRECT',
    rows_in: cells.length,
    rows_out: spread.parts.length,
    money: totals,
    warnings: poolWarnings(spread),
  });

  assertConserved(run.month, consumed, totals);
  steps.end({ step: 'CHECK', rows_in: countOf(totals), rows_out: countOf(totals), money: totals, warnings: [] });
  const result: RunResult = {
    run_id: run.runId,
    period_month: run.month,
    status: 'COMPLETED',
    mapping_sha256: run.mapping.sha256,
    facts: countOf(totals),
    totals,
    steps: steps.all,
    warnings: steps.all.flatMap((step) => step.warnings),
    replaced,
  };
  const [inputs] = await tx.query<{ sha256: string }>(sql.INPUTS_DIGEST, key);
  await writeEnd(tx, run, result, inputs?.sha256 ?? '');
  return result;
}

/** Measures steps one after the other. */
class StepClock {
  readonly all: RunStep[] = [];
  #since = performance.now();

  end(step: Omit<RunStep, 'duration_ms'>): void {
    const now = performance.now();
    this.all.push({ ...step, duration_ms: Math.round(now - this.#since) });
    this.#since = now;
  }
}

function countOf(totals: readonly MoneyTotal[]): number {
  return totals.reduce((sum, total) => sum + total.rows, 0);
}

async function removeFacts(tx: Tx, key: MonthKey): Promise<ReplacedFacts | null> {
  const totals = await tx.query<MoneyTotal>(sql.FACT_TOTALS, key);
  const [digest] = await tx.query<{ run_id: string | null; sha256: string }>(sql.FACTS_DIGEST, key);
  for (const statement of sql.REMOVE_FACTS) await tx.execute(statement, key);
  if (digest === undefined || digest.run_id === null) return null;
  return { run_id: digest.run_id, sha256: digest.sha256, totals };
}

function placementArrays({ origins, services }: MonthPlacements): unknown[][] {
  return [
    origins.map((one) => one.tags ?? ''),
    origins.map((one) => one.sub_account_id ?? ''),
    origins.map((one) => one.sub_account_name ?? ''),
    origins.map((one) => one.tax),
    origins.map((one) => one.placement.application),
    origins.map((one) => one.placement.environment),
    origins.map((one) => one.placement.pool ?? ''),
    services.map((one) => one.service_category),
    services.map((one) => one.service_name ?? ''),
    services.map((one) => one.consumed_unit ?? ''),
    services.map((one) => one.tax),
    services.map((one) => one.place.product),
    services.map((one) => one.place.unit),
    services.map((one) => one.place.domain),
  ];
}

async function addReferences(tx: Tx, run: MonthRun, placements: MonthPlacements): Promise<void> {
  const { tenantId, legalEntityId } = run.entity.scope;
  const base = [tenantId, legalEntityId, run.context.countryCode, run.context.userId];
  const domains = [...new Set(placements.services.map((service) => service.place.domain))];
  await tx.execute(sql.ADD_DOMAINS, [...base, domains]);
  const products = new Map(placements.services.map(({ place }) => [place.product, place]));
  const domainOf = (product: string, domain: string) => (product === TAX ? null : domain);
  const rows = [...products.values()].map((place) => ({ ...place, domain: domainOf(place.product, place.domain) }));
  for (const pool of run.mapping.document.pools ?? []) {
    for (const domain of domains) {
      const label = `${pool.label} — ${domain}`;
      rows.push({ product: poolProduct(pool.code, domain), label, unit: 'share', domain });
    }
  }
  await tx.execute(sql.ADD_PRODUCTS, [
    ...base,
    rows.map((row) => row.product),
    rows.map((row) => row.label),
    rows.map((row) => row.unit),
    rows.map((row) => row.domain),
  ]);
  const labels = applicationLabels(placements.origins);
  await tx.execute(sql.ADD_APPLICATIONS, [...base, [...labels.keys()], [...labels.values()]]);
}

async function writeIndirect(tx: Tx, run: MonthRun, { parts, cells, weights }: Spread): Promise<void> {
  const base = [...keyOf(run), run.runId];
  const product = (cell: PoolCell) => poolProduct(cell.pool, cell.domain);
  await tx.execute(sql.WRITE_WEIGHTS, [
    ...base,
    weights.map((one) => one.currency),
    weights.map((one) => one.application),
    weights.map((one) => one.cost_effective),
    weights.map((one) => one.weight),
    weights.map((one) => one.clamped),
  ]);
  await tx.execute(sql.WRITE_POOLS, [
    ...base,
    cells.map(({ cell }) => product(cell)),
    cells.map(({ cell }) => cell.environment),
    cells.map(({ cell }) => cell.currency),
    cells.map(({ cell }) => cell.pool),
    cells.map(({ cell }) => cell.domain),
    cells.map(({ cell }) => cell.rows),
    cells.map(({ cell }) => cell.cost_effective),
    cells.map(({ cell }) => cell.cost_billed),
    cells.map((one) => one.total_weight),
    cells.map((one) => one.warning),
  ]);
  await tx.execute(sql.WRITE_INDIRECT, [
    ...base,
    parts.map((part) => part.application),
    parts.map((part) => part.cell.domain),
    parts.map((part) => product(part.cell)),
    parts.map((part) => part.cell.environment),
    parts.map((part) => part.cell.currency),
    parts.map((part) => part.quantity),
    parts.map((part) => part.cost_effective),
    parts.map((part) => part.cost_billed),
  ]);
}

function poolWarnings({ cells, weights }: Spread): RunWarning[] {
  const kept = cells.filter((one) => one.warning !== null);
  const warnings = kept.map(({ cell }) => ({
    code: 'NO_POSITIVE_WEIGHT',
    detail: `pool ${cell.pool}, ${cell.domain}, ${cell.environment}, ${cell.currency}: no application has a direct cost above zero, so it stays on ${UNALLOCATED}`,
  }));
  const clamped = weights.filter((one) => one.clamped);
  const used = clamped.filter((one) => cells.some(({ cell }) => cell.currency === one.currency));
  return [
    ...warnings,
    ...used.map((one) => ({
      code: 'WEIGHT_CLAMPED',
      detail: `${one.application} has a direct cost of ${one.cost_effective} ${one.currency} and weighs nothing`,
    })),
  ];
}

/** Nothing is lost and nothing is made: the facts of each currency hold exactly the money of its bills. */
export function assertConserved(month: string, consumed: readonly MoneyTotal[], facts: readonly MoneyTotal[]): void {
  const money = (totals: readonly MoneyTotal[]) =>
    totals
      .map((total) => `${total.currency} ${total.cost_effective} effective, ${total.cost_billed} billed`)
      .join('; ');
  if (money(consumed) === money(facts)) return;
  throw finopsProblem('RUN_NOT_CONSERVED', `${month}: consumption ${money(consumed)}; facts ${money(facts)}`);
}

async function writeEnd(tx: Tx, run: MonthRun, result: RunResult, inputs: string): Promise<void> {
  const { tenantId, legalEntityId } = run.entity.scope;
  const steps = result.steps.map((step, index) => ({ position: index + 1, ...step }));
  await tx.execute(sql.WRITE_STEPS, [tenantId, legalEntityId, run.runId, JSON.stringify(steps)]);
  const { facts, totals, warnings } = result;
  await tx.execute(sql.END_RUN, [
    tenantId,
    legalEntityId,
    run.runId,
    'COMPLETED',
    JSON.stringify({ facts, totals, warnings, inputs_sha256: inputs }),
    result.replaced === null ? null : JSON.stringify(result.replaced),
  ]);
}
