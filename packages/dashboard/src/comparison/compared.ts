import type { Bridge } from '../api/types.ts';
import { addDecimals } from '../format/decimal.ts';

/** As many entities as one can take in at a glance. */
export const MOST_COMPARED = 6;
/** Entities that stand beside each other before the reader chose any. */
const AT_FIRST = 4;

/**
 * The entities that are compared: those of the address, at most six; fewer than two are filled up with those that cost most.
 *
 * @param ranked every entity, the greatest cost first
 */
export function comparedEntities(chosen: readonly string[], ranked: readonly string[]): readonly string[] {
  if (chosen.length >= 2) return chosen.slice(0, MOST_COMPARED);
  const others = ranked.filter((code) => !chosen.includes(code));
  return [...chosen, ...others].slice(0, chosen.length === 0 ? AT_FIRST : 2);
}

/** The lines of a bridge in the order in which they are told. */
export const LINES = [
  'volume',
  'mix',
  'price',
  'new',
  'ended',
  'unmeasured',
  'indirect',
  'tax',
  'exchange',
] as const satisfies readonly (keyof Bridge['lines'])[];
export type Line = (typeof LINES)[number];

/** A step of the waterfall, from where the one before it ended. Decimal strings. */
export interface Step {
  readonly line: Line;
  readonly amount: string;
  readonly start: string;
  readonly end: string;
}

/** The lines that are not nothing, one after the other from the first cost; the last ends at the second cost. */
export function stepsOf({ side_from, lines }: Pick<Bridge, 'side_from' | 'lines'>): readonly Step[] {
  const steps: Step[] = [];
  for (const line of LINES) {
    const amount = lines[line];
    if (/^-?0*(\.0*)?$/.test(amount)) continue;
    const start = steps.at(-1)?.end ?? side_from.cost;
    steps.push({ line, amount, start, end: addDecimals(start, amount) });
  }
  return steps;
}
