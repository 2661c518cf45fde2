import {
  canonicalJson,
  explain,
  formatDecimal,
  type Language,
  parseDecimal,
  runCycle as solve,
} from '@prorata/allocation';
import { requireOpenPeriod } from '@prorata/ledger';
import {
  firstDayOf,
  type RequestContext,
  type Tx,
  uuidv7,
  type WriteAnswer,
  type WriteRecord,
} from '@prorata/platform';
import { shownAmount } from '../balance/balance.ts';
import { negated } from '../postings/result.ts';
import { analyticProblem } from '../problems.ts';
import { type AnalyticNode, type Caller, change, found, read } from '../service/node.ts';
import { afterId, PAGE_ROWS, type Page, pageOf } from '../service/page.ts';
import { bookSettings } from '../source/settings.ts';
import type { CycleRunAnswer, CycleRunQuery, CycleRunResult } from './cycles.schema.ts';
import * as sql from './cycles.sql.ts';
import { type CycleRow, centreIds, cycleInput } from './cycles.ts';

type RunRow = Omit<CycleRunAnswer, 'created_at' | 'status'> & {
  readonly created_at: Date;
  readonly country_code: string;
};

function tellRun({ country_code: _country, ...row }: RunRow): CycleRunAnswer {
  const original = row.reversed_by === null ? 'ACTIVE' : 'REVERSED';
  return {
    ...row,
    status: row.kind === 'MIRROR' ? 'MIRROR' : original,
    result: JSON.parse(canonicalJson(row.result)),
    created_at: row.created_at.toISOString(),
  };
}

/**
 * Empties the service centres of a cycle over the balances of a month. A cycle and month have one active run: who comes later is
 * answered with it, unless the service centres bear costs again that came since; these are reached by reversing it and running again.
 *
 * @throws Problem `NOT_FOUND`, `PERIOD_LOCKED`, `REFERENCE_INACTIVE`, `CYCLE_ALREADY_RUN` for another version, `CYCLE_COSTS_CHANGED`,
 *   `NOTHING_TO_ALLOCATE` where the service centres bear nothing, `ALLOCATION_IMPOSSIBLE`
 */
export async function runCycle(
  node: AnalyticNode,
  caller: Caller,
  id: string,
  month: string,
): Promise<WriteAnswer<CycleRunAnswer>> {
  const payload = { id, month };
  let before = false;
  const answer = await change(node, caller, { action: 'analytic.cycle.run', payload }, async (tx, record) => {
    const cycle = found(await tx.query<CycleRow>(sql.BY_ID, [id]), `there is no cycle ${id}`);
    await tx.query(sql.LOCK_COSTS, [cycle.axis_id, firstDayOf(month)]);
    const active = await activeRun(tx, cycle, month);
    if (active !== undefined) {
      before = true;
      record.audit({ subject: 'cycle_run', subjectId: active.id, details: { ...payload, existing: true } });
      return { status: 201, body: tellRun(active) };
    }
    await requireOpenPeriod(tx, month);
    const stored = await runOnce(tx, caller.context, cycle, month);
    if (stored !== undefined) noteRun(record, 'RUN', stored);
    else before = true;
    const run = stored ?? (await activeRun(tx, cycle, month));
    return { status: 201, body: tellRun(found(run === undefined ? [] : [run], `no run of the cycle ${cycle.code}`)) };
  });
  return { ...answer, replayed: answer.replayed || before };
}

async function activeRun(tx: Tx, cycle: CycleRow, month: string): Promise<RunRow | undefined> {
  const run = (await tx.query<RunRow>(sql.ACTIVE_RUN, [cycle.code, firstDayOf(month)]))[0];
  if (run === undefined) return undefined;
  if (run.cycle_id !== cycle.id) {
    const detail = `version ${run.result.version} of ${cycle.code} has run on ${month}`;
    throw analyticProblem('CYCLE_ALREADY_RUN', detail, { cycle_run_id: run.id });
  }
  await requireEmptied(tx, cycle, run);
  return run;
}

/** A run leaves its service centres at zero: what they bear now came since. What came to operating centres stays there anyway. */
async function requireEmptied(tx: Tx, { axis_id, code, definition }: CycleRow, run: RunRow): Promise<void> {
  const borne = await costsOf(tx, axis_id, run.source_month, definition.service);
  const centres = borne
    .filter(({ amount }) => /[1-9]/.test(amount))
    .map(({ code: centre, amount }) => ({ centre, amount: shownAmount(amount, run.result.scale) }));
  if (centres.length === 0) return;
  const named = centres.slice(0, MOST_NAMED).map(({ centre, amount }) => `${centre} ${amount}`);
  const more = centres.length > MOST_NAMED ? `, and ${centres.length - MOST_NAMED} more` : '';
  const detail = `since ${code} ran on ${run.source_month}, service centres bear: ${named.join(', ')}${more}`;
  throw analyticProblem('CYCLE_COSTS_CHANGED', detail, { cycle_run_id: run.id, centres });
}

/** How many centres a detail names. */
const MOST_NAMED = 5;

async function costsOf(tx: Tx, axis: string, month: string, centres: readonly string[]) {
  return await tx.query<{ code: string; amount: string }>(sql.COSTS, [axis, firstDayOf(month), centres]);
}

async function runOnce(tx: Tx, context: RequestContext, cycle: CycleRow, month: string): Promise<RunRow | undefined> {
  const { definition, axis_id } = cycle;
  const { currency, scale } = await bookSettings(tx, context);
  const ids = await centreIds(tx, axis_id, definition);
  const rows = await costsOf(tx, axis_id, month, [...ids.keys()]);
  const costs = new Map(rows.map(({ code, amount }) => [code, parseDecimal(amount, scale)]));
  if (definition.service.every((centre) => (costs.get(centre) ?? 0n) === 0n)) {
    const detail = `the service centres of ${cycle.code} bear nothing in ${month}`;
    throw analyticProblem('NOTHING_TO_ALLOCATE', detail, { pointer: '/month' });
  }
  const result = resultOf(cycle, costs, scale);
  const day = firstDayOf(month);
  const run = (
    await tx.query<RunRow>(sql.INSERT_RUN, [
      uuidv7(),
      context.countryCode,
      cycle.id,
      cycle.code,
      'ORIGINAL',
      null,
      day,
      day,
      currency,
      JSON.stringify(result),
      context.userId,
    ])
  )[0];
  if (run === undefined) return undefined;
  const lines = result.flows.flatMap(({ from, to, amount }, index) => [
    { flow: index + 1, centre: ids.get(from), amount: negated(amount) },
    { flow: index + 1, centre: ids.get(to), amount },
  ]);
  await tx.execute(sql.INSERT_LINES, [
    run.id,
    axis_id,
    day,
    lines.map(({ flow }) => flow),
    lines.map(({ centre }) => centre),
    lines.map(({ amount }) => amount),
  ]);
  return run;
}

function resultOf(cycle: CycleRow, costs: ReadonlyMap<string, bigint>, scale: number): CycleRunResult {
  const { flows, parts } = solve(cycleInput(cycle.definition, costs));
  return {
    digest: cycle.digest,
    version: cycle.version,
    scale,
    costs: Object.fromEntries([...costs].map(([centre, amount]) => [centre, formatDecimal(amount, scale)])),
    flows: flows.map(({ from, to, amount }) => ({ from, to, amount: formatDecimal(amount, scale) })),
    parts: Object.fromEntries(parts.map(({ centre, amount }) => [centre, formatDecimal(amount, scale)])),
  };
}

/** A result with every amount of the other sign: what a mirror tells, and what its explanation starts from. */
function mirroredRun(result: CycleRunResult): CycleRunResult {
  const turned = (amounts: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(amounts).map(([centre, amount]) => [centre, negated(amount)]));
  const flows = result.flows.map((flow) => ({ ...flow, amount: negated(flow.amount) }));
  return { ...result, costs: turned(result.costs), flows, parts: turned(result.parts) };
}

function noteRun(record: WriteRecord, what: 'RUN' | 'REVERSED', run: RunRow): void {
  const { id, cycle_id, cycle_code, source_month, period_month, reverses } = run;
  const details = { cycle_id, cycle_code, source_month, period_month, reverses };
  record.audit({ subject: 'cycle_run', subjectId: id, details });
  record.emit({ event: `ANALYTIC.CYCLE.${what}`, entity_id: id, payload: { cycle_run_id: id, ...details } });
}

/** Takes a run back by its mirror, in its own month or another open one. @throws Problem `NOT_FOUND`, `ALREADY_REVERSED`, `POSTING_IS_MIRROR`, `MIRROR_TOO_EARLY`, `PERIOD_LOCKED` */
export async function reverseCycleRun(
  node: AnalyticNode,
  caller: Caller,
  id: string,
  month?: string,
): Promise<WriteAnswer<CycleRunAnswer>> {
  const payload = { id, month };
  return await change(node, caller, { action: 'analytic.cycle.reverse', payload }, async (tx, record) => {
    const run = found(await tx.query<RunRow>(sql.RUN_TO_REVERSE, [id]), `there is no cycle run ${id}`);
    const { reverses, reversed_by } = run;
    if (reverses !== null) throw analyticProblem('POSTING_IS_MIRROR', `it is the mirror of ${reverses}`, { reverses });
    if (reversed_by !== null)
      throw analyticProblem('ALREADY_REVERSED', `it was reversed by ${reversed_by}`, { reversed_by });
    const into = month ?? run.period_month;
    if (into < run.period_month) {
      const detail = `the original is of ${run.period_month}, the mirror would be of ${into}`;
      throw analyticProblem('MIRROR_TOO_EARLY', detail, { pointer: '/month', period_month: run.period_month });
    }
    await requireOpenPeriod(tx, into);
    const values = [
      uuidv7(),
      run.country_code,
      run.cycle_id,
      run.cycle_code,
      'MIRROR',
      run.id,
      firstDayOf(run.source_month),
    ];
    const rest = [firstDayOf(into), run.currency, JSON.stringify(mirroredRun(run.result)), caller.context.userId];
    const mirror = found(await tx.query<RunRow>(sql.INSERT_RUN, [...values, ...rest]), id);
    await tx.execute(sql.MIRROR_LINES, [mirror.id, run.id, firstDayOf(into)]);
    await tx.execute(sql.MARK_REVERSED, [run.id, mirror.id, caller.context.userId]);
    noteRun(record, 'REVERSED', mirror);
    return { status: 201, body: tellRun(mirror) };
  });
}

/** @throws Problem `NOT_FOUND` */
export async function cycleRunById(node: AnalyticNode, context: RequestContext, id: string): Promise<CycleRunAnswer> {
  const rows = await read(node, context, (tx) => tx.query<RunRow>(sql.RUN_BY_ID, [id]));
  return tellRun(found(rows, `there is no cycle run ${id}`));
}

export async function listCycleRuns(
  node: AnalyticNode,
  context: RequestContext,
  query: CycleRunQuery,
): Promise<Page<CycleRunAnswer>> {
  const { limit = PAGE_ROWS, cycle_id: cycle = null } = query;
  const month = query.month === undefined ? null : firstDayOf(query.month);
  const rows = await read(node, context, (tx) =>
    tx.query<RunRow>(sql.LIST_RUNS, [afterId(query.after), cycle, month, limit + 1]),
  );
  return pageOf(rows.map(tellRun), limit);
}

const STANDING: Readonly<
  Record<Language, { mirror(of: string, month: string): string; reversed(by: string): string }>
> = {
  en: {
    mirror: (of, month) => `Mirror of the run ${of}, in ${month}: each amount below is taken back with the other sign.`,
    reversed: (by) => `Reversed by the run ${by}.`,
  },
  fr: {
    mirror: (of, month) =>
      `Contre-passation de l'exécution ${of}, en ${month} : chaque montant ci-dessous est repris avec le signe contraire.`,
    reversed: (by) => `Contre-passée par l'exécution ${by}.`,
  },
};

/** Whether the amounts below still stand: a mirror is explained by its original. */
function standing({ reverses, reversed_by, period_month }: RunRow, language: Language): string[] {
  const words = STANDING[language];
  if (reverses !== null) return [words.mirror(reverses, period_month)];
  return reversed_by === null ? [] : [words.reversed(reversed_by)];
}

/** The path of the money through the centres, in words, from the costs that the run kept. @throws Problem `NOT_FOUND` */
export async function explainCycleRun(
  node: AnalyticNode,
  context: RequestContext,
  id: string,
  language: Language,
): Promise<{ cycle_run_id: string; lang: Language; lines: string[] }> {
  return await read(node, context, async (tx) => {
    const run = found(await tx.query<RunRow>(sql.RUN_BY_ID, [id]), `there is no cycle run ${id}`);
    const cycle = found(await tx.query<CycleRow>(sql.BY_ID, [run.cycle_id]), run.cycle_id);
    const { scale, costs: kept } = run.kind === 'MIRROR' ? mirroredRun(run.result) : run.result;
    const costs = Object.entries(kept).map(([centre, cost]) => [centre, parseDecimal(cost, scale)] as const);
    const solved = solve(cycleInput(cycle.definition, new Map(costs)));
    return {
      cycle_run_id: id,
      lang: language,
      lines: [...standing(run, language), ...explain(solved, { scale, language })],
    };
  });
}
