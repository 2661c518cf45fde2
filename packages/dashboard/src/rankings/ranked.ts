import { addDecimals, compareDecimals } from '../format/decimal.ts';
import type { Top } from '../selection/selection.ts';

export interface Ranked {
  readonly code: string;
  readonly name: string;
  readonly cost: string | null;
  readonly previous: string | null;
}

export interface Bar {
  /** Null for those that are not drawn by name. */
  readonly code: string | null;
  readonly name: string;
  readonly cost: string;
  /** Null where the period before cannot be compared with. */
  readonly previous: string | null;
}

/**
 * The bars of a ranking: the greatest by name, the others as one, which is their exact sum. What has no cost (no exchange rate) has
 * no bar; the page says so above its figures.
 *
 * @param nameOfOthers the name of the last bar, told how many it stands for
 */
export function barsOf(rows: readonly Ranked[], top: Top, nameOfOthers: (count: number) => string): readonly Bar[] {
  const valued = rows
    .flatMap(({ cost, ...row }) => (cost === null ? [] : [{ ...row, cost }]))
    .sort((a, b) => compareDecimals(b.cost, a.cost) || a.code.localeCompare(b.code));
  const most = top === 'all' ? valued.length : Number(top);
  const others = valued.slice(most);
  if (others.length === 0) return valued;
  const befores = others.flatMap(({ previous }) => previous ?? []);
  return [
    ...valued.slice(0, most),
    {
      code: null,
      name: nameOfOthers(others.length),
      cost: addDecimals(...others.map(({ cost }) => cost)),
      previous: befores.length === others.length ? addDecimals(...befores) : null,
    },
  ];
}

/**
 * Whether a bar has its length in the chart. The others together may be a hundred times the greatest: drawn, they would leave nothing
 * of those that the chart is about, so that they are told in figures only.
 */
export function isDrawn(bar: Bar, bars: readonly Bar[]): boolean {
  const greatest = bars[0];
  if (bar.code !== null || greatest === undefined) return true;
  return compareDecimals(bar.cost, addDecimals(greatest.cost, greatest.cost)) <= 0;
}
