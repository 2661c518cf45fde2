/** Decimals of a multiplier (architecture, decision 11). */
export const MULTIPLIER_DECIMALS = 12;

/** A mean rate as the exact fraction of a sum of decimals over a count: units of the currency for one unit of the base. */
export interface MeanRate {
  /** Plain decimal, above zero. */
  readonly sum: string;
  readonly days: number;
}

/** The base currency against itself. */
export const BASE_RATE: MeanRate = { sum: '1', days: 1 };

/**
 * What an amount in `local` is multiplied with to be an amount in `target`: the mean of target over the mean of local,
 * rounded once, half to even, at 12 decimals. Nothing is rounded before, and nothing is rounded after it.
 *
 * @throws RangeError for a rate that is not above zero, or a multiplier that rounds to zero
 */
export function multiplierOf(local: MeanRate, target: MeanRate): string {
  const from = fraction(local);
  const to = fraction(target);
  const rounded = roundHalfEven(to.over * from.under * 10n ** BigInt(MULTIPLIER_DECIMALS), to.under * from.over);
  if (rounded === 0n)
    throw new RangeError(`the multiplier of ${local.sum}/${local.days} to ${target.sum}/${target.days} is 0`);
  const digits = rounded.toString().padStart(MULTIPLIER_DECIMALS + 1, '0');
  return `${digits.slice(0, -MULTIPLIER_DECIMALS)}.${digits.slice(-MULTIPLIER_DECIMALS)}`;
}

/** The whole number nearest to `over / under`, the even one of two that are equally near. Both are positive. */
export function roundHalfEven(over: bigint, under: bigint): bigint {
  const whole = over / under;
  const twice = (over % under) * 2n;
  if (twice > under || (twice === under && whole % 2n === 1n)) return whole + 1n;
  return whole;
}

function fraction(rate: MeanRate): { over: bigint; under: bigint } {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(rate.sum);
  const decimals = match?.[2] ?? '';
  const over = match === null ? 0n : BigInt(`${match[1]}${decimals}`);
  if (over <= 0n || !Number.isInteger(rate.days) || rate.days <= 0) {
    throw new RangeError(`"${rate.sum}" over ${rate.days} days is not a rate above zero`);
  }
  return { over, under: 10n ** BigInt(decimals.length) * BigInt(rate.days) };
}
