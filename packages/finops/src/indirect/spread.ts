import { formatDecimal, type PreparedWeights, parseDecimal, prepareWeights, split } from '@prorata/allocation';
import { poolProduct, SHARE, TAX } from '../mapping/products.ts';
import type { RuleInForce } from './chains.ts';
import type { Money, PooledCell } from './pass-on.ts';
import { ruleProduct } from './products.ts';

/** Money and quantities of facts have 18 decimals, shares 12: enough that a share times 10^6 EUR is right to the cent. */
export const MONEY_SCALE = 18;
const SHARE_SCALE = 12;
const WHOLE = 10n ** BigInt(SHARE_SCALE);

/** What one application weighs in the base of a rule. Decimal texts. */
export interface BaseWeight {
  readonly application: string;
  /** Null unless the rule follows the environments of its base. */
  readonly environment: string | null;
  /** As it was found; below zero, it weighs nothing. */
  readonly value: string;
  readonly weight: string;
  readonly clamped: boolean;
}

/** The weights of a rule in one currency; the rule has been decided on where nothing weighs. */
export interface Base {
  readonly weights: readonly BaseWeight[];
  /** Who gets everything where nothing weighs. */
  readonly fallback: string;
}

/** A cell and the rule that takes it; undefined is the default rule. */
export interface TakenCell extends PooledCell {
  readonly rule: RuleInForce | undefined;
  /** Unit of an indirect product with a price. */
  readonly unit?: string;
}

/** What of a cell goes to the applications in one environment, and over which weights. */
export interface SpreadLine extends Money {
  readonly cell: TakenCell;
  readonly product: string;
  readonly unit: string;
  readonly environment: string;
  readonly weights: PreparedWeights;
  /** NO_POSITIVE_WEIGHT: everything goes to the fallback of the rule. */
  readonly warning: 'NO_POSITIVE_WEIGHT' | null;
}

/** An indirect fact: the share as its quantity, and the money that was split from exact weights. Decimal texts. */
export interface IndirectFact {
  readonly application: string;
  readonly domain: string;
  readonly product: string;
  readonly unit: string;
  readonly environment: string;
  readonly currency: string;
  readonly quantity: string;
  readonly effective: string | null;
  readonly billed: string | null;
  readonly standard: string | null;
}

export interface Spread {
  readonly lines: readonly SpreadLine[];
  readonly facts: readonly IndirectFact[];
}

/**
 * Spreads cells over applications. Parts add up to the cell exactly, at 18 decimals for money; the quantities of one product,
 * environment and currency add up to 1 at 12 decimals. Pure, and independent of the order of the input.
 *
 * @param baseOf the weights of a rule in a currency; the same object for the same rule and currency
 */
export function spreadCells(
  cells: readonly TakenCell[],
  baseOf: (rule: RuleInForce | undefined, currency: string) => Base,
): Spread {
  const prepared = new Map<Base, PreparedBase>();
  const lines = cells.flatMap((cell) => {
    const base = baseOf(cell.rule, cell.currency);
    const ready = prepared.get(base) ?? prepareBase(base);
    prepared.set(base, ready);
    return linesOf(cell, ready);
  });
  return { lines, facts: factsOf(lines) };
}

interface PreparedBase {
  readonly fallback: PreparedWeights;
  /** Over all environments; undefined where nothing weighs. */
  readonly all: PreparedWeights | undefined;
  readonly environments: PreparedWeights | undefined;
  readonly byEnvironment: ReadonlyMap<string, PreparedWeights>;
}

function prepareBase({ weights, fallback }: Base): PreparedBase {
  const positive = weights.filter((one) => parseDecimal(one.weight, MONEY_SCALE) > 0n);
  const groups = new Map<string, BaseWeight[]>();
  for (const one of positive) {
    if (one.environment !== null) groups.set(one.environment, [...(groups.get(one.environment) ?? []), one]);
  }
  const byEnvironment = new Map([...groups].map(([environment, some]) => [environment, prepareApplications(some)]));
  const totals = [...byEnvironment].map(([key, { total, denominator }]) => ({
    key,
    weight: { numerator: total, denominator },
  }));
  return {
    fallback: prepareWeights([{ key: fallback, weight: 1n }]),
    all: positive.length === 0 || groups.size > 0 ? undefined : prepareApplications(positive),
    environments: totals.length === 0 ? undefined : prepareWeights(totals),
    byEnvironment,
  };
}

function prepareApplications(weights: readonly BaseWeight[]): PreparedWeights {
  return prepareWeights(weights.map((one) => ({ key: one.application, weight: one.weight })));
}

function linesOf(cell: TakenCell, base: PreparedBase): SpreadLine[] {
  const { product, unit } = productOf(cell);
  const kept = cell.rule?.rule.to?.environment ?? 'keep';
  const money = toSpread(cell);
  const line = { cell, product, unit };
  if (kept === 'as_base' && base.environments !== undefined) {
    return splitMoney(money, base.environments).map((part) => {
      const weights = base.byEnvironment.get(part.key) ?? base.fallback;
      const { effective, billed, standard } = part;
      return { ...line, environment: part.key, effective, billed, standard, weights, warning: null };
    });
  }
  const environment = kept === 'keep' || kept === 'as_base' ? cell.environment : kept;
  const { all } = base;
  const warning = all === undefined ? ('NO_POSITIVE_WEIGHT' as const) : null;
  return [{ ...line, environment, ...money, weights: all ?? base.fallback, warning }];
}

function toSpread({ effective, billed, standard, received, passed }: TakenCell): Money {
  return {
    effective: effective === null ? null : effective + received.effective - passed.effective,
    billed: billed === null ? null : billed + received.billed - passed.billed,
    standard,
  };
}

/** The product that bears what is spread. A tax stays a tax, so that a report without tax is without it. */
function productOf(cell: TakenCell): { readonly product: string; readonly unit: string } {
  if (cell.kind === 'PRODUCT') return { product: cell.source, unit: cell.unit ?? SHARE };
  if (cell.tax) return { product: TAX, unit: SHARE };
  const product = cell.kind === 'POOL' ? poolProduct(cell.source, cell.domain) : ruleProduct(cell.source, cell.domain);
  return { product, unit: SHARE };
}

interface MoneyPart extends Money {
  readonly key: string;
}

/** Each kind of money on its own, exactly; in the order of the weights. */
export function splitMoney(money: Money, weights: PreparedWeights): MoneyPart[] {
  const over = (amount: bigint | null) => (amount === null ? undefined : split({ amount, weights }).parts);
  const [effective, billed, standard] = [over(money.effective), over(money.billed), over(money.standard)];
  return weights.keys.map((key, index) => ({
    key,
    effective: effective?.[index]?.amount ?? null,
    billed: billed?.[index]?.amount ?? null,
    standard: standard?.[index]?.amount ?? null,
  }));
}

interface Bearing {
  readonly application: string;
  readonly line: SpreadLine;
  effective: bigint | null;
  billed: bigint | null;
  standard: bigint | null;
}

/** Parts of several lines that share a grain become one fact: a pool whose environments are joined, taxes of several pools. */
function factsOf(lines: readonly SpreadLine[]): IndirectFact[] {
  const groups = new Map<string, SpreadLine[]>();
  for (const line of lines) {
    const key = JSON.stringify([line.product, line.environment, line.cell.currency]);
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  return [...groups.values()].flatMap(factsOfProduct);
}

function factsOfProduct(lines: readonly SpreadLine[]): IndirectFact[] {
  const bearings = new Map<string, Bearing>();
  for (const line of lines) {
    for (const { key: application, effective, billed, standard } of splitMoney(line, line.weights)) {
      const key = bearerOf(application, line);
      const before = bearings.get(key);
      bearings.set(key, {
        application,
        line,
        effective: plus(before?.effective, effective),
        billed: plus(before?.billed, billed),
        standard: plus(before?.standard, standard),
      });
    }
  }
  const shares = new Map(split({ amount: WHOLE, weights: shareWeights(lines, bearings) }).parts.map((p) => [p.key, p]));
  return [...bearings].map(([key, bearing]) => ({
    application: bearing.application,
    domain: bearing.line.cell.domain,
    product: bearing.line.product,
    unit: bearing.line.unit,
    environment: bearing.line.environment,
    currency: bearing.line.cell.currency,
    quantity: formatDecimal(shares.get(key)?.amount ?? 0n, SHARE_SCALE),
    effective: text(bearing.effective),
    billed: text(bearing.billed),
    standard: text(bearing.standard),
  }));
}

function bearerOf(application: string, line: SpreadLine): string {
  return `${application}\u0000${line.cell.domain}`;
}

/**
 * What the shares are in proportion to. Where all lines have one set of weights, those. Otherwise (a tax of several domains or
 * pools, a pool that several rules take) what each bears of the sum, sizes added up; where nothing costs anything, one each.
 */
function shareWeights(lines: readonly SpreadLine[], bearings: ReadonlyMap<string, Bearing>): PreparedWeights {
  const [first] = lines;
  const alike = lines.every((one) => one.weights === first?.weights && one.cell.domain === first.cell.domain);
  if (first !== undefined && alike) {
    const { keys, integers, denominator } = first.weights;
    return prepareWeights(
      keys.map((key, index) => ({
        key: bearerOf(key, first),
        weight: { numerator: integers[index] ?? 0n, denominator },
      })),
    );
  }
  for (const measure of ['effective', 'billed', 'standard'] as const) {
    const sizes = [...bearings].map(([key, bearing]) => ({ key, weight: size(bearing[measure] ?? 0n) }));
    if (sizes.some(({ weight }) => weight > 0n)) return prepareWeights(sizes);
  }
  return prepareWeights([...bearings.keys()].map((key) => ({ key, weight: 1n })));
}

function size(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

function plus(one: bigint | null | undefined, other: bigint | null): bigint | null {
  if (one === null || one === undefined) return other;
  return other === null ? one : one + other;
}

function text(amount: bigint | null): string | null {
  return amount === null ? null : formatDecimal(amount, MONEY_SCALE);
}

/** Everything that weighs, as a decimal text of at most 18 decimals: for reading, the split uses the exact fraction. */
export function totalOf(weights: PreparedWeights): string {
  return formatDecimal((weights.total * 10n ** BigInt(MONEY_SCALE)) / weights.denominator, MONEY_SCALE);
}
