import { parseDecimal } from '@prorata/allocation';
import type { MonthRun, RunWarning } from '../facts/step.ts';
import { UNALLOCATED } from '../mapping/apply.ts';
import { fold, tidy } from '../mapping/fold.ts';
import { finopsProblem } from '../problems.ts';
import type { RuleInForce } from './chains.ts';
import * as sql from './indirect.sql.ts';
import { DEFAULT_RULE, type DirectCostBase, type FactFilter, type IndirectRule } from './rule-document.ts';
import { type Base, type BaseWeight, MONEY_SCALE } from './spread.ts';

interface FoundWeight {
  readonly application: string;
  readonly environment: string | null;
  /** Null where the base has no currency, as a head count has none. */
  readonly currency: string | null;
  readonly value: string;
}

/** The base of a rule over all currencies, read once a month. */
export interface LoadedBase {
  /** What the weights are, for the trace. */
  readonly described: Readonly<Record<string, unknown>>;
  readonly warnings: readonly RunWarning[];
  in(currency: string): Base;
}

/**
 * Reads what a rule weighs by, out of the month's direct facts (those that a rule spreads are gone) or of a driver.
 *
 * @param rule undefined is the default rule: direct effective cost of all applications
 * @throws Problem `DRIVER_WITHOUT_WEIGHTS`, `COEFFICIENTS_MISS_TOTAL`, `TARGET_UNKNOWN`
 */
export async function loadBase(run: MonthRun, rule: RuleInForce | undefined): Promise<LoadedBase> {
  const by = rule?.rule.by ?? { direct_cost: {} };
  const asBase = rule?.rule.to?.environment === 'as_base';
  const { found, warnings, described } = await findWeights(run, by, asBase);
  const chosen = found.filter(targetFilter(rule?.rule));
  const fallback = fallbackOf(rule?.rule);
  if (rule !== undefined) await assertKnown(run, rule, [...chosen.map((one) => one.application), fallback]);
  const bases = new Map<string, Base>();
  return {
    described,
    warnings: warnings.map((one) => ({ ...one, detail: `${rule?.rule.code}: ${one.detail}` })),
    in(currency) {
      const known = bases.get(currency);
      if (known !== undefined) return known;
      const weights = chosen.filter((one) => one.currency === null || one.currency === currency).map(weigh);
      if (rule !== undefined) assertWeighs(run, rule.rule, weights);
      const base = { weights, fallback };
      bases.set(currency, base);
      return base;
    },
  };
}

interface Found {
  readonly found: readonly FoundWeight[];
  readonly warnings: readonly RunWarning[];
  readonly described: Readonly<Record<string, unknown>>;
}

async function findWeights(run: MonthRun, by: IndirectRule['by'], asBase: boolean): Promise<Found> {
  if ('direct_cost' in by) return await directCost(run, by.direct_cost, asBase);
  if ('driver' in by) return { ...(await driver(run, by.driver)), warnings: [] };
  if ('coefficient' in by) return await coefficients(run, by.coefficient, by.total);
  const plain = (application: string, value: string) => ({ application, environment: null, currency: null, value });
  if ('fixed' in by) {
    const found = Object.entries(by.fixed).map(([name, weight]) => plain(fold(name), weight));
    return { found, warnings: [], described: { method: 'fixed' } };
  }
  const rows = await run.tx.query<{ application: string }>(sql.APPLICATIONS_OF_MONTH, run.key);
  return { found: rows.map((row) => plain(row.application, '1')), warnings: [], described: { method: 'even' } };
}

async function directCost(run: MonthRun, base: DirectCostBase, asBase: boolean): Promise<Found> {
  const { measure = 'effective', without_tax = false } = base;
  const values = [...run.key, asBase, ...filterArrays(base), without_tax];
  const found = await run.tx.query<FoundWeight>(sql.directCosts(measure), values);
  return { found, warnings: [], described: { method: 'direct_cost', ...base, measure } };
}

/** Applications by folded name, UNALLOCATED by its own; domains and products as they are spelt. */
export function filterArrays(filter: FactFilter): (readonly string[] | null)[] {
  const application = (name: string) => (name === UNALLOCATED ? UNALLOCATED : fold(name));
  return [
    filter.applications?.map(application) ?? null,
    filter.domains?.map(tidy) ?? null,
    filter.products?.map(tidy) ?? null,
    filter.environments ?? null,
  ];
}

async function driver(run: MonthRun, name: string): Promise<Omit<Found, 'warnings'>> {
  const rows = await run.tx.query<{ application: string; value: string }>(sql.DRIVER_VALUES, [...run.key, fold(name)]);
  return {
    found: rows.map((row) => ({ ...row, environment: null, currency: null })),
    described: { method: 'driver', driver: fold(name), month: run.month },
  };
}

/** Coefficients are normalised: what they add up to is told, or has to be what the rule says. */
async function coefficients(run: MonthRun, name: string, total: string | undefined): Promise<Found> {
  const { found } = await driver(run, name);
  const described = { method: 'coefficient', coefficient: fold(name), month: run.month, total: total ?? null };
  const sum = found.reduce((all, one) => all + parseDecimal(one.value, MONEY_SCALE), 0n);
  const wanted = parseDecimal(total ?? '1', MONEY_SCALE);
  if (found.length === 0 || sum === wanted) return { found, warnings: [], described };
  const detail = `the coefficients ${fold(name)} of ${run.month} add up to ${decimal(sum)}, not to ${total ?? '1'}`;
  if (total !== undefined) throw finopsProblem('COEFFICIENTS_MISS_TOTAL', detail, { total, sum: decimal(sum) });
  return { found, warnings: [{ code: 'COEFFICIENTS_NORMALISED', detail }], described };
}

function decimal(units: bigint): string {
  const text = String(units).padStart(MONEY_SCALE + 1, '0');
  return `${text.slice(0, -MONEY_SCALE)}.${text.slice(-MONEY_SCALE)}`.replace(/\.?0+$/, '');
}

function weigh({ application, environment, value }: FoundWeight): BaseWeight {
  const clamped = value.startsWith('-');
  return { application, environment, value, weight: clamped ? '0' : value, clamped };
}

function targetFilter(rule: IndirectRule | undefined): (one: FoundWeight) => boolean {
  const { applications, except } = rule?.to ?? {};
  const wanted = applications === undefined ? undefined : new Set(applications.map(fold));
  const left = new Set(except?.map(fold));
  return ({ application }) => (wanted === undefined || wanted.has(application)) && !left.has(application);
}

function fallbackOf(rule: IndirectRule | undefined): string {
  const { fallback = UNALLOCATED } = rule ?? {};
  return fallback === UNALLOCATED ? UNALLOCATED : fold(fallback);
}

/** A driver without weights is an error unless the rule says who gets everything then; a direct cost stays on UNALLOCATED. */
function assertWeighs({ month }: MonthRun, rule: IndirectRule, weights: readonly BaseWeight[]): void {
  if (rule.fallback !== undefined || 'direct_cost' in rule.by) return;
  if (weights.some((one) => parseDecimal(one.weight, MONEY_SCALE) > 0n)) return;
  const name = 'driver' in rule.by ? rule.by.driver : 'coefficient' in rule.by ? rule.by.coefficient : 'its base';
  const why = weights.length === 0 ? 'has no values' : 'has only zeros';
  const detail = `rule ${rule.code}: ${name} ${why} in ${month} for the applications of the rule`;
  throw finopsProblem('DRIVER_WITHOUT_WEIGHTS', detail, { rule: rule.code, month });
}

async function assertKnown({ tx, key }: MonthRun, { rule }: RuleInForce, named: readonly string[]): Promise<void> {
  const listed = [...(rule.to?.applications ?? []), ...(rule.to?.except ?? [])].map(fold);
  const wanted = [...new Set([...named, ...listed])].filter((one) => one !== UNALLOCATED);
  const rows = await tx.query<{ application_id: string }>(sql.KNOWN_APPLICATIONS, [key[0], key[1], wanted]);
  const known = new Set(rows.map((row) => row.application_id));
  const unknown = wanted.filter((one) => !known.has(one));
  if (unknown.length === 0) return;
  const detail = `rule ${rule.code} names ${unknown.map((one) => JSON.stringify(one)).join(', ')}`;
  throw finopsProblem('TARGET_UNKNOWN', detail, { rule: rule.code, applications: unknown });
}

/** Under which code the weights of a rule are kept. */
export function codeOf(rule: RuleInForce | undefined): string {
  return rule?.rule.code ?? DEFAULT_RULE;
}
