import { formatDecimal } from '../arithmetic/decimal.ts';
import { AllocationError, quoted } from '../problems.ts';
import { distribute } from '../split/distribute.ts';
import { type Split, traced } from '../split/split.ts';
import type { BoundAxis, BoundPlan } from './bind.ts';

/** A line of an entry that the rule matches. The amount is debit − credit in units of the plan's scale. */
export interface SourceLine {
  /** Number or id of the line within its entry. */
  readonly line: string;
  readonly amount: bigint;
}

/** What one line gives to one axis (or, for `cross`, to the combinations of all axes). */
export interface LineSplit {
  readonly axes: readonly string[];
  /** Fixed money taken from this line, by dimension; the rest is split by weights. */
  readonly fixed: readonly { readonly dimension: string; readonly amount: bigint }[];
  /** The dimensions of each part of `split`, one for each of `axes`. */
  readonly dimensions: readonly (readonly string[])[];
  readonly split: Split;
}

/** A source line with its parts: for each of `splits`, fixed money and parts add up to `amount` exactly. */
export interface AllocatedLine extends SourceLine {
  readonly splits: readonly LineSplit[];
}

/**
 * Splits the matched lines of one entry over every axis of a bound plan, with the trace of each part.
 *
 * Fixed amounts belong to the entry: they are taken in the order of the line numbers from the lines that have the sign of
 * the entry's sum, so that several lines do not multiply them.
 *
 * @throws AllocationError `FIXED_AMOUNT_EXCEEDS_SOURCE`, `DUPLICATE_KEY` for a line number that is there twice.
 */
export function allocateEntry(bound: BoundPlan, lines: readonly SourceLine[]): AllocatedLine[] {
  const order = orderOfLines(lines);
  const taken = bound.axes.map((axis) => takeFixed(axis, lines, order, bound.plan.scale));
  return lines.map(({ line, amount }, index) => ({
    line,
    amount,
    splits: bound.axes.map((axis, position) => {
      const fixed = (taken[position]?.[index] ?? []).filter((part) => part.amount !== 0n);
      const rest = fixed.reduce((left, part) => left - part.amount, amount);
      const split = traced(rest, axis.weights, bound.policy);
      return { axes: axis.axes, fixed, dimensions: axis.dimensions, split };
    }),
  }));
}

/**
 * The amounts alone, for many lines: for each axis of the bound plan, the parts in the order of its dimensions. For a
 * plan without fixed amounts, whose entries need no line to know of another.
 *
 * @throws TypeError for a plan with fixed amounts.
 */
export function distributeLine(bound: BoundPlan, amount: bigint): bigint[][] {
  const parts = new Array<bigint[]>(bound.axes.length);
  for (let index = 0; index < bound.axes.length; index++) {
    const axis = bound.axes[index] as BoundAxis;
    if (axis.fixed.length > 0)
      throw new TypeError('A plan with fixed amounts splits whole entries: use allocateEntry.');
    parts[index] = distribute(amount, axis.weights, bound.policy);
  }
  return parts;
}

/** Positions of the lines, by number where all are numbers and by text otherwise. */
function orderOfLines(lines: readonly SourceLine[]): number[] {
  const numeric = lines.every(({ line }) => /^\d{1,15}$/.test(line));
  const order = lines.map((_, index) => index);
  order.sort((a, b) => {
    const first = lines[a]?.line ?? '';
    const second = lines[b]?.line ?? '';
    if (first === second) {
      throw new AllocationError('DUPLICATE_KEY', `The line ${quoted(first)} is there twice.`, { line: first });
    }
    if (numeric) return Number(first) - Number(second);
    return first < second ? -1 : 1;
  });
  return order;
}

/** What each line gives to each fixed amount of an axis; nothing for an axis without any. */
function takeFixed(
  axis: BoundAxis,
  lines: readonly SourceLine[],
  order: readonly number[],
  scale: number,
): LineSplit['fixed'][] {
  if (axis.fixed.length === 0) return [];
  const total = lines.reduce((sum, { amount }) => sum + amount, 0n);
  const sign = total < 0n ? -1n : 1n;
  const wanted = axis.fixed.reduce((sum, { amount }) => sum + amount, 0n);
  if (wanted > sign * total) {
    const [fixed, source] = [formatDecimal(wanted, scale), formatDecimal(total, scale)];
    throw new AllocationError(
      'FIXED_AMOUNT_EXCEEDS_SOURCE',
      `The fixed amounts of axis ${quoted(axis.axes[0])}, ${fixed}, are larger than the entry, ${source}.`,
      { axis: axis.axes[0], fixed, source },
    );
  }
  const left = axis.fixed.map(({ amount }) => amount);
  const taken = lines.map((): { dimension: string; amount: bigint }[] => []);
  for (const index of order) {
    let room = sign * (lines[index]?.amount ?? 0n);
    axis.fixed.forEach(({ dimension }, position) => {
      const open = left[position] as bigint;
      const amount = open < room ? open : room;
      if (amount <= 0n) return;
      left[position] = open - amount;
      room -= amount;
      taken[index]?.push({ dimension, amount: sign * amount });
    });
  }
  return taken;
}
