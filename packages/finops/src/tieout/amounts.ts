import { formatAmount } from '@prorata/ledger';

/** Amounts are whole numbers of 10⁻¹⁸, as bills and books hold them. */
const DECIMALS = 18;
const UNIT = 10n ** 18n;

/** An amount as PostgreSQL writes a numeric. */
export function unitsOf(text: string): bigint {
  const point = text.indexOf('.');
  if (point < 0) return BigInt(text) * UNIT;
  return BigInt(text.slice(0, point) + text.slice(point + 1).padEnd(DECIMALS, '0'));
}

export const textOf = formatAmount;

export function sumOf<T>(items: readonly T[], amount: (item: T) => bigint): bigint {
  return items.reduce((sum, item) => sum + amount(item), 0n);
}

export function sizeOf(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

/** Half away from zero, as an invoice rounds. */
function divided(amount: bigint, by: bigint): bigint {
  const [size, divisor] = [sizeOf(amount), sizeOf(by)];
  const rounded = (2n * size + divisor) / (2n * divisor);
  return amount < 0n === by < 0n ? rounded : -rounded;
}

/** `amount × numerator ÷ denominator` in the smallest coin of the currency. */
export function scaledTo(currency: string, amount: bigint, numerator: bigint, denominator: bigint): bigint {
  const coin = coinOf(currency);
  return divided(amount * numerator, denominator * coin) * coin;
}

/** An amount in whole coins of its currency (ISO 4217: cents of a euro, yen without any). */
export function roundedTo(currency: string, amount: bigint): bigint {
  return scaledTo(currency, amount, 1n, 1n);
}

const coins = new Map<string, bigint>();

function coinOf(currency: string): bigint {
  const known = coins.get(currency);
  if (known !== undefined) return known;
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  const coin = 10n ** BigInt(DECIMALS - maximumFractionDigits);
  coins.set(currency, coin);
  return coin;
}
