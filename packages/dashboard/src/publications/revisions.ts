import type { Difference, DifferenceRow, Publication } from '../api/types.ts';
import { addDecimals, subtractDecimals } from '../format/decimal.ts';

export interface CurrencyTotals {
  readonly currency: string;
  /** Null where no fact carries the measure. */
  readonly effective: string | null;
  readonly billed: string | null;
}

/** The totals of a manifest, direct and indirect together. */
export function costsByCurrency(totals: Publication['totals']): readonly CurrencyTotals[] {
  const currencies = [...new Set(totals.map(({ currency }) => currency))].sort();
  return currencies.map((currency) => {
    const own = totals.filter((total) => total.currency === currency);
    return {
      currency,
      effective: addNullable(own.map(({ cost_effective }) => cost_effective)),
      billed: addNullable(own.map(({ cost_billed }) => cost_billed)),
    };
  });
}

function addNullable(amounts: readonly (string | null)[]): string | null {
  const known = amounts.filter((amount) => amount !== null);
  return known.length === 0 ? null : addDecimals(...known);
}

/** What a fact cost in a revision: effective where it is known, else standard, as `cost` is defined everywhere. */
export function costOf(measures: DifferenceRow['before']): string | null {
  return measures === null ? null : (measures.cost_effective ?? measures.cost_standard);
}

/** By how much a fact changed; a fact that was not there counts as nothing. */
export function changeOf({ before, after }: Pick<DifferenceRow, 'before' | 'after'>): string {
  return subtractDecimals(costOf(after) ?? '0', costOf(before) ?? '0');
}

/** How many facts differ, whether listed or only counted. */
export function differencesIn({ rows, more }: Pick<Difference, 'rows' | 'more'>): number {
  return rows.length + more;
}
