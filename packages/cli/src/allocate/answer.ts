import {
  approximate,
  type CycleResult,
  formatDecimal,
  formatRational,
  type Rational,
  type Split,
} from '@prorata/allocation';

/** The answer of `prorata allocate`. All money is decimal text. */
export interface AllocateAnswer {
  /** Key or operating centre → what it receives. */
  readonly parts: Record<string, string>;
  /** Service centre → what passed through it: exact, or to at least 12 decimals. Empty for a split. */
  readonly pools: Record<string, string>;
  /** Every figure behind the parts; fractions such as `100/3` are exact. */
  readonly trace: Record<string, unknown>;
}

/** Decimals of a figure that no decimal writes exactly; the fraction itself stands in the trace. */
const SHOWN_DECIMALS = 12;

export function presentSplit(result: Split, scale: number): AllocateAnswer {
  const money = (units: bigint): string => formatDecimal(units, scale);
  return {
    parts: Object.fromEntries(result.parts.map(({ key, amount }) => [key, money(amount)])),
    pools: {},
    trace: {
      kind: 'split',
      amount: money(result.amount),
      scale,
      unit: money(result.unit),
      rounding: result.rounding,
      ties: result.ties,
      total_weight: formatRational(result.totalWeight),
      parts: result.parts.map((part) => ({
        key: part.key,
        weight: formatRational(part.weight),
        share: formatRational(ofCurrency(part.share, scale)),
        floor: money(part.floor),
        rounding: money(part.rounding),
        amount: money(part.amount),
      })),
    },
  };
}

export function presentCycle(result: CycleResult, scale: number): AllocateAnswer {
  const money = (units: bigint): string => formatDecimal(units, scale);
  // Above 64 centres the fractions are binary and long; their decimals say as much.
  const fraction = (units: Rational): string =>
    result.exact ? formatRational(ofCurrency(units, scale)) : approximate(ofCurrency(units, scale), 18);
  return {
    parts: Object.fromEntries(result.parts.map(({ centre, amount }) => [centre, money(amount)])),
    pools: Object.fromEntries(result.pools.map(({ centre, passed }) => [centre, figure(passed, scale)])),
    trace: {
      kind: 'cycle',
      method: result.method,
      ...(result.order === undefined ? {} : { order: result.order }),
      scale,
      total: money(result.total),
      exact: result.exact,
      pools: result.pools.map(({ centre, direct, passed, self }) => ({
        centre,
        direct: money(direct),
        passed: fraction(passed),
        self: fraction(self),
      })),
      flows: result.flows.map(({ from, to, weight, totalWeight, exact, amount }) => ({
        from,
        to,
        weight: formatRational(weight),
        total_weight: formatRational(totalWeight),
        share: fraction(exact),
        amount: money(amount),
      })),
      parts: result.parts.map(({ centre, direct, received, floor, rounding, amount }) => ({
        centre,
        direct: money(direct),
        share: fraction(received),
        floor: money(floor),
        rounding: money(rounding),
        amount: money(amount),
      })),
    },
  };
}

function ofCurrency(units: Rational, scale: number): Rational {
  return { numerator: units.numerator, denominator: units.denominator * 10n ** BigInt(scale) };
}

/** At the scale where that is exact, else with at least twelve decimals: a pool is not an amount that is posted. */
function figure(units: Rational, scale: number): string {
  if (units.numerator % units.denominator === 0n) return formatDecimal(units.numerator / units.denominator, scale);
  return approximate(ofCurrency(units, scale), Math.max(SHOWN_DECIMALS, scale));
}
