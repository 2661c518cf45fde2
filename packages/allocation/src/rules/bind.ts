import { parseDecimal } from '../arithmetic/decimal.ts';
import { formatRational, type Rational } from '../arithmetic/rational.ts';
import { AllocationError, quoted } from '../problems.ts';
import { DEFAULT_POLICY, type Policy } from '../split/distribute.ts';
import { type PreparedWeights, prepareIntegers, prepareWeights, type Weight } from '../split/weights.ts';
import { MAX_CROSS_PARTS, type RulePlan } from './compile.ts';
import type { AxisRule, DriverMethod, WeightedMethod } from './rule.ts';

/** The weights of one driver in one month, by dimension; a dimension without one weighs zero. */
export type DriverWeights = ReadonlyMap<string, Rational | string | bigint>;

/** Where the weights of an axis come from: the method, and for a driver its name, month and whether the fallback took over. */
export interface WeightOrigin {
  readonly axis: string;
  readonly method: WeightedMethod['method'];
  readonly driver?: string;
  readonly month?: string;
  readonly fallback?: string;
}

/** One split of each source amount: an axis of a parallel rule, or all axes of a cross rule. */
export interface BoundAxis {
  /** Axis codes: one, or several for `cross`. */
  readonly axes: readonly string[];
  /** For each weight, the dimension of each of `axes`. */
  readonly dimensions: readonly (readonly string[])[];
  readonly weights: PreparedWeights;
  readonly origins: readonly WeightOrigin[];
  /** Fixed money that comes first, in its order; empty unless the method is `amount`. */
  readonly fixed: readonly { readonly dimension: string; readonly amount: bigint }[];
}

/** A rule with the weights of one month: everything that a split needs but the amount. */
export interface BoundPlan {
  readonly plan: RulePlan;
  readonly month: string;
  readonly policy: Policy;
  readonly axes: readonly BoundAxis[];
}

/**
 * Gives a plan the driver weights of a month.
 *
 * @param month `YYYY-MM`, for the trace and for errors.
 * @param drivers the snapshot: driver code → weights.
 * @throws AllocationError `DRIVER_MISSING`, `DRIVER_ZERO`, `DRIVER_DIMENSION_UNKNOWN`, `CROSS_TOO_LARGE`,
 *   `NEGATIVE_WEIGHT`, `NOT_A_WEIGHT`, `WEIGHTS_TOO_FINE`.
 */
export function bindPlan(plan: RulePlan, month: string, drivers: ReadonlyMap<string, DriverWeights>): BoundPlan {
  const policy: Policy = {
    ...DEFAULT_POLICY,
    rounding: plan.rule.rounding?.mode ?? DEFAULT_POLICY.rounding,
    unit: plan.unit,
  };
  const axes = plan.rule.axes.map((rule) => bindAxis(plan, rule, month, drivers));
  return { plan, month, policy, axes: plan.rule.combine === 'cross' ? [crossAxes(plan, axes)] : axes };
}

function bindAxis(
  plan: RulePlan,
  rule: AxisRule,
  month: string,
  drivers: ReadonlyMap<string, DriverWeights>,
): BoundAxis {
  const method = rule.method === 'amount' ? rule.rest : rule;
  const { weights, origin } = weigh(plan, rule.axis, method, month, drivers);
  const fixed = rule.method === 'amount' ? rule.amounts : [];
  return {
    axes: [rule.axis],
    dimensions: weights.keys.map((dimension) => [dimension]),
    weights,
    origins: [origin],
    fixed: fixed.map(({ dimension, amount }) => ({ dimension, amount: parseDecimal(amount, plan.scale) })),
  };
}

interface Weighed {
  readonly weights: PreparedWeights;
  readonly origin: WeightOrigin;
}

function weigh(
  plan: RulePlan,
  axis: string,
  method: WeightedMethod,
  month: string,
  drivers: ReadonlyMap<string, DriverWeights>,
): Weighed {
  if (method.method === 'driver') return weighDriver(plan, axis, method, month, drivers.get(method.driver));
  const origin = { axis, method: method.method };
  if (method.method === 'fixed') {
    return {
      weights: prepareWeights(method.shares.map(({ dimension, weight }) => ({ key: dimension, weight }))),
      origin,
    };
  }
  const dimensions = method.dimensions === 'all' ? allDimensions(plan, axis) : method.dimensions;
  return { weights: prepareWeights(dimensions.map((key) => ({ key, weight: 1n }))), origin };
}

function weighDriver(
  plan: RulePlan,
  axis: string,
  method: DriverMethod,
  month: string,
  values: DriverWeights | undefined,
): Weighed {
  const { driver, fallback } = method;
  const origin: WeightOrigin = { axis, method: 'driver', driver, month };
  const listed = method.dimensions === 'all' ? allDimensions(plan, axis) : method.dimensions;
  if (method.dimensions === 'all') assertKnown(axis, driver, month, values, new Set(listed));
  const weights: Weight[] = listed.map((key) => ({ key, weight: values?.get(key) ?? 0n }));
  try {
    return { weights: prepareWeights(weights), origin };
  } catch (error) {
    if (!(error instanceof AllocationError) || error.code !== 'ZERO_WEIGHTS') throw error;
  }
  if (fallback !== undefined) {
    return { weights: prepareWeights([{ key: fallback, weight: 1n }]), origin: { ...origin, fallback } };
  }
  const none = !listed.some((dimension) => values?.has(dimension));
  const what = none ? 'has no values for' : 'has only weights of zero for';
  const detail = `The driver ${quoted(driver)} ${what} axis ${quoted(axis)} in ${month}.`;
  throw new AllocationError(none ? 'DRIVER_MISSING' : 'DRIVER_ZERO', detail, { driver, month, axis });
}

function allDimensions(plan: RulePlan, axis: string): readonly string[] {
  return [...(plan.context.axes.get(axis) ?? [])].sort((a, b) => (a < b ? -1 : 1));
}

/** A weight for a dimension that "all" does not cover would be left out without a word. */
function assertKnown(
  axis: string,
  driver: string,
  month: string,
  values: DriverWeights | undefined,
  known: ReadonlySet<string>,
): void {
  const unknown = [...(values?.keys() ?? [])].filter((dimension) => !known.has(dimension));
  if (unknown.length === 0) return;
  const named = unknown.slice(0, 5).map(quoted).join(', ');
  throw new AllocationError(
    'DRIVER_DIMENSION_UNKNOWN',
    `The driver ${quoted(driver)} of ${month} weighs ${named}, which axis ${quoted(axis)} does not have.`,
    { driver, month, axis, dimensions: unknown },
  );
}

/** Separates the dimensions of a combination in its key; no code contains it. */
const SEPARATOR = '\u001f';

function crossAxes(plan: RulePlan, axes: readonly BoundAxis[]): BoundAxis {
  const parts = axes.reduce((product, axis) => product * axis.dimensions.length, 1);
  const bound = plan.context.maxCrossParts ?? MAX_CROSS_PARTS;
  if (parts > bound) {
    throw new AllocationError('CROSS_TOO_LARGE', `The axes combine to ${parts} parts; at most ${bound}.`, {
      parts,
      bound,
    });
  }
  let dimensions: (readonly string[])[] = [[]];
  let integers: bigint[] = [1n];
  let denominator = 1n;
  for (const axis of axes) {
    const { integers: own } = axis.weights;
    dimensions = dimensions.flatMap((before) => axis.dimensions.map((dimension) => [...before, ...dimension]));
    integers = integers.flatMap((before) => own.map((weight) => before * weight));
    denominator *= axis.weights.denominator;
  }
  const keys = dimensions.map((combination) => combination.join(SEPARATOR));
  return {
    axes: axes.flatMap((axis) => axis.axes),
    dimensions,
    weights: prepareIntegers(keys, integers, denominator),
    origins: axes.flatMap((axis) => axis.origins),
    fixed: [],
  };
}

/** The weights that a bound plan uses, as JSON to be stored with its results. */
export function usedWeights(bound: BoundPlan): object[] {
  return bound.axes.map(({ axes, dimensions, weights, origins }) => ({
    axes,
    origins,
    weights: dimensions.map((combination, index) => ({
      dimensions: combination,
      weight: formatRational({ numerator: weights.integers[index] ?? 0n, denominator: weights.denominator }),
    })),
  }));
}
