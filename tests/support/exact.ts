import { readFileSync } from 'node:fs';

/** Exact decimals for expectations, written apart from the code they judge. Value = units / 10^30. */
export const SCALE = 30n;
const ONE = 10n ** SCALE;

export function exact(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text.trim());
  if (match === null) throw new Error(`not a plain decimal: ${text}`);
  const [, sign, whole = '0', fraction = ''] = match;
  const units = BigInt(whole) * ONE + BigInt(fraction.padEnd(Number(SCALE), '0').slice(0, Number(SCALE)));
  return sign === '-' ? -units : units;
}

export function sum(values: Iterable<string>): bigint {
  let total = 0n;
  for (const value of values) total += exact(value);
  return total;
}

/** The month's average rate of a currency as numerator / denominator, in units of it per euro, from the ECB's daily file. */
export function monthlyMean(file: string, month: string, currency: string): readonly [bigint, bigint] | undefined {
  if (currency === 'EUR') return [1n, 1n];
  const [head = '', ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  const column = head.split(',').indexOf(currency);
  let total = 0n;
  let days = 0n;
  for (const line of lines) {
    const cells = line.split(',');
    const rate = cells[column] ?? 'N/A';
    if (cells[0]?.startsWith(month) !== true || rate === 'N/A' || rate === '') continue;
    total += exact(rate);
    days += 1n;
  }
  return days === 0n ? undefined : [total, days * ONE];
}

/** Euro for one unit of the currency: 1 / mean, rounded half to even at 12 decimals, as units of 10^-12. */
export function multiplierToEuro(file: string, month: string, currency: string): bigint | undefined {
  const mean = monthlyMean(file, month, currency);
  if (mean === undefined) return undefined;
  const [numerator, denominator] = mean;
  const scaled = denominator * 10n ** 12n;
  const floor = scaled / numerator;
  const twice = (scaled % numerator) * 2n;
  const up = twice > numerator || (twice === numerator && floor % 2n === 1n);
  return up ? floor + 1n : floor;
}

/** local × multiplier, as units of 10^-42. */
export function converted(local: bigint, multiplier: bigint): bigint {
  return local * multiplier;
}

export function sameAmount(actual: string, expected: bigint, scale: bigint): boolean {
  return exact(actual) * 10n ** (scale - SCALE) === expected;
}
