import { DECIMALS } from '../entry/amount.ts';
import { minorUnit } from '../entry/minor-unit.ts';

const CENT = 10n ** BigInt(DECIMALS - 2);
const WHOLE = 10n ** BigInt(DECIMALS);

/** Counts the amounts of a file by their decimals: whether they are finer than the currency is known once the books are. */
export class FinestAmounts {
  readonly #count = new Map<number, number>();
  readonly #first = new Map<number, { readonly line: number; readonly text: string }>();

  /** @param units the amount that the text stands for, in 10⁻¹⁸ */
  note(units: bigint, line: number, text: string): void {
    if (units % WHOLE === 0n) return;
    const decimals = decimalsOf(units);
    this.#count.set(decimals, (this.#count.get(decimals) ?? 0) + 1);
    if (!this.#first.has(decimals)) this.#first.set(decimals, { line, text: text.slice(0, 40) });
  }

  /** What is to be said of a file in books of this currency (ISO 4217); nothing where no amount is finer than its minor unit. */
  remarks(currency: string): string[] {
    const most = minorUnit(currency);
    const finer = [...this.#count].filter(([decimals]) => decimals > most);
    const [first] = finer.flatMap(([decimals]) => this.#first.get(decimals) ?? []).sort((a, b) => a.line - b.line);
    if (first === undefined) return [];
    const count = finer.reduce((sum, [, some]) => sum + some, 0);
    const where = `${count} amounts have more than the ${most} decimals of ${currency}, first ${first.text} in line ${first.line}`;
    return [`${where}; they are taken as they stand, and rules cannot share out such a line`];
  }
}

function decimalsOf(units: bigint): number {
  // Nearly every amount of any file.
  if (units % CENT === 0n) return units % (CENT * 10n) === 0n ? 1 : 2;
  let [left, decimals] = [units, DECIMALS];
  while (left % 10n === 0n) {
    left /= 10n;
    decimals -= 1;
  }
  return decimals;
}
