import { formatDecimal, parseDecimal } from '@prorata/allocation';

const SCALE = 18;

/** Rows and money of one currency; decimal texts. */
export interface SumRow {
  readonly currency: string;
  readonly rows: number;
  readonly cost_effective: string;
  readonly cost_billed: string;
}

interface Sum {
  rows: number;
  effective: bigint;
  billed: bigint;
}

/** Exact sums by a name and currency, in the order in which names came first. */
export class Sums {
  readonly #sums = new Map<string, Map<string, Sum>>();

  add(name: string, { currency, rows, cost_effective, cost_billed }: SumRow): void {
    const own = this.#sums.get(name) ?? new Map<string, Sum>();
    this.#sums.set(name, own);
    const sum = own.get(currency) ?? { rows: 0, effective: 0n, billed: 0n };
    own.set(currency, sum);
    sum.rows += rows;
    sum.effective += parseDecimal(cost_effective, SCALE);
    sum.billed += parseDecimal(cost_billed, SCALE);
  }

  names(): string[] {
    return [...this.#sums.keys()];
  }

  /** Of one name, by currency; empty where nothing was added. */
  of(name: string): SumRow[] {
    const own = [...(this.#sums.get(name) ?? [])].sort(([one], [other]) => (one < other ? -1 : 1));
    return own.map(([currency, { rows, effective, billed }]) => ({
      currency,
      rows,
      cost_effective: trimmed(formatDecimal(effective, SCALE)),
      cost_billed: trimmed(formatDecimal(billed, SCALE)),
    }));
  }
}

/** A part of a whole, six decimals, rounded half away from zero; null where the whole is nothing. */
export function shareOf(part: string, whole: string): string | null {
  const [above, below] = [parseDecimal(part, SCALE), parseDecimal(whole, SCALE)];
  if (below === 0n) return null;
  const millionths = (above * 2_000_000n) / below;
  const rounded = (millionths + (millionths < 0n ? -1n : 1n)) / 2n;
  return formatDecimal(rounded, 6);
}

/** For sorting: the size of an amount, whatever its sign. */
export function sizeOf(amount: string): bigint {
  const value = parseDecimal(amount, SCALE);
  return value < 0n ? -value : value;
}

function trimmed(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}
