import { addDecimals, compareDecimals } from '../format/decimal.ts';
import { MOST_SERIES } from '../theme/palette.ts';

/** One amount of the month series; a null cost has no exchange rate and belongs to no total. */
export interface SeriesRow {
  readonly month: string;
  /** Null for the others, which the node has already put together. */
  readonly code: string | null;
  readonly cost: string | null;
}

/** A category of the stacked columns with its amounts, one a month. */
export interface Layer {
  /** Null for the sum of the categories that are too small to be named. */
  readonly code: string | null;
  /** How many categories stand behind it; 0 where the node put them together. */
  readonly count: number;
  readonly costs: readonly string[];
  readonly total: string;
}

export interface Stacked {
  readonly months: readonly string[];
  readonly layers: readonly Layer[];
  readonly totals: readonly string[];
}

/**
 * Sorts amounts into layers, greatest first; beyond the number of colours the smallest become one layer, so that the columns keep
 * their full height. Sums are exact: the layers of a month add up to its total.
 */
export function stack(rows: readonly SeriesRow[], months: readonly string[], most: number = MOST_SERIES): Stacked {
  const all = layersOf(rows, months);
  const others = all.filter(({ code }) => code === null);
  const named = all.filter(({ code }) => code !== null).sort((a, b) => compareDecimals(b.total, a.total));
  const room = named.length + others.length <= most ? named.length : most - 1;
  const rest = [...named.slice(room), ...others];
  const layers = rest.length === 0 ? named : [...named.slice(0, room), merged(rest, months.length)];
  const totals = months.map((_, index) => addDecimals(...all.map(({ costs }) => costs[index] ?? '0')));
  return { months, layers, totals };
}

function layersOf(rows: readonly SeriesRow[], months: readonly string[]): readonly Layer[] {
  const byCode = new Map<string | null, Map<string, string>>();
  for (const { code, month, cost } of rows) {
    const amounts = byCode.get(code) ?? new Map<string, string>();
    amounts.set(month, addDecimals(amounts.get(month) ?? '0', cost ?? '0'));
    byCode.set(code, amounts);
  }
  return [...byCode].map(([code, amounts]) => {
    const costs = months.map((month) => amounts.get(month) ?? '0');
    return { code, count: code === null ? 0 : 1, costs, total: addDecimals(...costs) };
  });
}

function merged(layers: readonly Layer[], length: number): Layer {
  const costs = Array.from({ length }, (_, index) => addDecimals(...layers.map((layer) => layer.costs[index] ?? '0')));
  const counts = layers.map(({ count }) => count);
  const count = counts.includes(0) ? 0 : layers.length;
  return { code: null, count, costs, total: addDecimals(...costs) };
}

/** The same layers, each month with everything before it in the range: what the year has cost so far. Exact sums. */
export function running({ months, layers, totals }: Stacked): Stacked {
  return {
    months,
    layers: layers.map((layer) => ({ ...layer, costs: sumsOf(layer.costs) })),
    totals: sumsOf(totals),
  };
}

function sumsOf(costs: readonly string[]): readonly string[] {
  const sums: string[] = [];
  for (const cost of costs) sums.push(addDecimals(sums.at(-1) ?? '0', cost));
  return sums;
}
