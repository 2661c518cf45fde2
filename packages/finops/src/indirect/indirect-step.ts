import { formatDecimal } from '@prorata/allocation';
import type { BatchStep, MonthRun, RunWarning } from '../facts/step.ts';
import { factTotals } from '../facts/totals.ts';
import { UNALLOCATED } from '../mapping/apply.ts';
import { codeOf, type LoadedBase, loadBase } from './base.ts';
import { inOrder, type RuleInForce, ruleOfPool } from './chains.ts';
import * as sql from './indirect.sql.ts';
import { type PoolFlow, passOn } from './pass-on.ts';
import { type IndirectRule, ruleDigest } from './rule-document.ts';
import { assertPools } from './rule-set.ts';
import { type ChosenCell, gatherSources } from './sources.ts';
import { type IndirectFact, MONEY_SCALE, type SpreadLine, spreadCells, type TakenCell, totalOf } from './spread.ts';

/** Spreads pools, chosen facts and priced indirect products over applications, each by the first rule that takes it. */
export const indirectStep: BatchStep = {
  name: 'INDIRECT',
  async run(run) {
    const { tx, key, mapping } = run;
    const pools = (mapping.document.pools ?? []).map((pool) => pool.code);
    const rules = run.rules ?? (await rulesInForce(run));
    for (const { rule } of rules) assertPools(rule, pools);
    const sources = await gatherSources(run, rules);
    const passed = passOn(sources, rules, pools);
    const taken = passed.cells.map((cell): TakenCell => ({ ...cell, rule: takerOf(cell, sources, rules) }));
    const bases = await loadBases(run, taken);
    const baseOf = (rule: RuleInForce | undefined) => bases.get(codeOf(rule)) as LoadedBase;
    const { lines, facts } = spreadCells(taken, (rule, currency) => baseOf(rule).in(currency));
    await addProducts(run, lines);
    await writeWeights(run, lines, baseOf);
    await writeLines(run, lines, baseOf);
    await writeFlows(run, passed.flows);
    await writeFacts(run, facts);
    return {
      rows_in: sources.length,
      rows_out: facts.length,
      money: await factTotals(tx, key),
      warnings: [
        ...idleRules(run, rules, taken),
        ...[...bases.values()].flatMap((base) => base.warnings),
        ...lineWarnings(lines),
        ...clampedWeights(lines, baseOf),
      ],
      errors: 0,
    };
  },
};

/** Published rules that are valid in the month, in their order. */
export async function rulesInForce({ tx, key }: Pick<MonthRun, 'tx' | 'key'>): Promise<RuleInForce[]> {
  return inOrder(await tx.query<{ version: number; rule: IndirectRule }>(sql.RULES_IN_FORCE, key));
}

function takerOf(
  cell: { readonly kind: string; readonly source: string; readonly environment: string },
  sources: readonly ChosenCell[],
  rules: readonly RuleInForce[],
): RuleInForce | undefined {
  if (cell.kind === 'POOL') return ruleOfPool(rules, cell.source, cell.environment);
  return sources.find((one) => one.kind === cell.kind && one.source === cell.source)?.chosenBy;
}

async function loadBases(run: MonthRun, cells: readonly TakenCell[]): Promise<Map<string, LoadedBase>> {
  const bases = new Map<string, LoadedBase>();
  for (const { rule } of cells) {
    if (!bases.has(codeOf(rule))) bases.set(codeOf(rule), await loadBase(run, rule));
  }
  return bases;
}

type BaseOf = (rule: RuleInForce | undefined) => LoadedBase;

/** A rule that takes nothing is most often one whose pool or application is misspelt. */
function idleRules({ month }: MonthRun, rules: readonly RuleInForce[], cells: readonly TakenCell[]): RunWarning[] {
  const busy = new Set(cells.map((cell) => codeOf(cell.rule)));
  const idle = rules.filter(({ rule }) => !busy.has(rule.code));
  return idle.map(({ rule, version }) => ({
    code: 'RULE_IDLE',
    detail: `rule ${rule.code} version ${version} found nothing to spread in ${month}`,
  }));
}

function lineWarnings(lines: readonly SpreadLine[]): RunWarning[] {
  return lines
    .filter((line) => line.warning !== null)
    .map((line) => {
      const { cell } = line;
      const place = `${cell.source}, ${cell.domain}, ${cell.environment}, ${cell.currency}`;
      const goes = line.weights.keys[0] === UNALLOCATED ? 'stays on' : 'goes to';
      return {
        code: 'NO_POSITIVE_WEIGHT',
        detail: `pool ${place}: no application has a direct cost above zero, so it ${goes} ${line.weights.keys[0]}`,
      };
    });
}

function clampedWeights(lines: readonly SpreadLine[], baseOf: BaseOf): RunWarning[] {
  return basesUsed(lines, baseOf).flatMap(({ base, currency }) =>
    base.weights
      .filter((one) => one.clamped)
      .map((one) => ({
        code: 'WEIGHT_CLAMPED',
        detail: `${one.application} has a direct cost of ${one.value} ${currency} and weighs nothing`,
      })),
  );
}

/** Each base once a currency. */
function basesUsed(lines: readonly SpreadLine[], baseOf: BaseOf) {
  const used = new Map(
    lines.map(({ cell: { rule, currency } }) => [`${codeOf(rule)}|${currency}`, { rule, currency }]),
  );
  return [...used.values()].map(({ rule, currency }) => ({
    rule: codeOf(rule),
    currency,
    base: baseOf(rule).in(currency),
  }));
}

async function addProducts({ tx, key, context }: MonthRun, lines: readonly SpreadLine[]): Promise<void> {
  const added = new Map(
    lines
      .filter((line) => line.cell.kind === 'FACTS' && !line.cell.tax)
      .map((line) => [line.product, { ...line, label: `${line.cell.rule?.rule.label} — ${line.cell.domain}` }]),
  );
  if (added.size === 0) return;
  const rows = [...added.values()];
  await tx.execute(sql.ADD_SPREAD_PRODUCTS, [
    key[0],
    key[1],
    context.countryCode,
    context.userId,
    rows.map((row) => row.product),
    rows.map((row) => row.label),
    rows.map((row) => row.unit),
    rows.map((row) => row.cell.domain),
  ]);
}

async function writeWeights({ tx, key, runId }: MonthRun, lines: readonly SpreadLine[], baseOf: BaseOf) {
  const rows = basesUsed(lines, baseOf).flatMap(({ rule, currency, base }) =>
    base.weights.map((one) => ({ rule, currency, ...one })),
  );
  await tx.execute(sql.WRITE_WEIGHTS, [
    ...key,
    runId,
    rows.map((row) => row.rule),
    rows.map((row) => row.currency),
    rows.map((row) => row.environment ?? ''),
    rows.map((row) => row.application),
    rows.map((row) => row.value),
    rows.map((row) => row.weight),
    rows.map((row) => row.clamped),
  ]);
}

const money = (amount: bigint | null) => (amount === null ? null : formatDecimal(amount, MONEY_SCALE));

async function writeLines({ tx, key, runId }: MonthRun, lines: readonly SpreadLine[], baseOf: BaseOf): Promise<void> {
  const rows = lines.map((line) => {
    const { cell } = line;
    const base = baseOf(cell.rule);
    return {
      source_kind: cell.kind,
      source: cell.source,
      domain_id: cell.domain,
      is_tax: cell.tax,
      environment: cell.environment,
      currency: cell.currency,
      target_environment: line.environment,
      rule_code: codeOf(cell.rule),
      rule_version: cell.rule?.version ?? null,
      base: { ...base.described, ...(cell.rule === undefined ? {} : { sha256: ruleDigest(cell.rule.rule) }) },
      product_id: line.product,
      row_count: cell.rows,
      own_effective: money(cell.effective),
      own_billed: money(cell.billed),
      received_effective: money(cell.received.effective),
      received_billed: money(cell.received.billed),
      passed_effective: money(cell.passed.effective),
      passed_billed: money(cell.passed.billed),
      cost_effective: money(line.effective),
      cost_billed: money(line.billed),
      cost_standard: money(line.standard),
      total_weight: line.warning === null ? totalOf(line.weights) : '0',
      fallback: base.in(cell.currency).fallback,
      warning: line.warning,
    };
  });
  await tx.execute(sql.WRITE_LINES, [...key, runId, JSON.stringify(rows)]);
}

async function writeFlows({ tx, key, runId }: MonthRun, flows: readonly PoolFlow[]): Promise<void> {
  if (flows.length === 0) return;
  const rows = flows.map((flow) => ({
    from_pool: flow.from,
    to_pool: flow.to,
    domain_id: flow.domain,
    is_tax: flow.tax,
    environment: flow.environment,
    currency: flow.currency,
    share: flow.share,
    rule_code: flow.rule.rule.code,
    rule_version: flow.rule.version,
    cost_effective: money(flow.effective),
    cost_billed: money(flow.billed),
  }));
  await tx.execute(sql.WRITE_FLOWS, [...key, runId, JSON.stringify(rows)]);
}

async function writeFacts({ tx, key, runId }: MonthRun, facts: readonly IndirectFact[]): Promise<void> {
  await tx.execute(sql.WRITE_INDIRECT, [
    ...key,
    runId,
    facts.map((fact) => fact.application),
    facts.map((fact) => fact.domain),
    facts.map((fact) => fact.product),
    facts.map((fact) => fact.unit),
    facts.map((fact) => fact.environment),
    facts.map((fact) => fact.currency),
    facts.map((fact) => fact.quantity),
    facts.map((fact) => fact.effective),
    facts.map((fact) => fact.billed),
    facts.map((fact) => fact.standard),
  ]);
}
