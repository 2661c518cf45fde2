import {
  type AllocatedLine,
  allocateEntry,
  type BoundPlan,
  formatDecimal,
  type LineSplit,
  usedWeights,
} from '@prorata/allocation';

export const RESULT_SCHEMA = 'prorata.posting-result/1';

export interface ResultPart {
  /** One code for each of the split's axes. */
  readonly dimensions: readonly string[];
  readonly amount: string;
  /** What rounding added to the share rounded down; absent where it added nothing. It is never allocated again. */
  readonly rounding?: string;
  /** Fixed money of the rule, taken before the rest was split. */
  readonly fixed?: true;
}

export interface ResultSplit {
  readonly axes: readonly string[];
  readonly parts: readonly ResultPart[];
}

export interface ResultLine {
  /** Number of the line in the source entry. */
  readonly line: number;
  readonly account: string;
  readonly amount: string;
  /** For each of them the parts add up to `amount` exactly. */
  readonly splits: readonly ResultSplit[];
}

/** What an allocation gave, with everything that it was computed from: `ana_posting.result`. Amounts are decimal texts. */
export interface PostingResult {
  readonly schema: typeof RESULT_SCHEMA;
  readonly rule: {
    readonly id: string;
    readonly rule_code: string;
    readonly version: number;
    readonly digest: string;
  };
  /** Month of the drivers, `YYYY-MM`. */
  readonly month: string;
  readonly currency: string;
  readonly scale: number;
  readonly amount: string;
  readonly weights: readonly object[];
  /** The snapshot of the drivers used: driver → dimension → weight. */
  readonly drivers: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly lines: readonly ResultLine[];
  /** Axis → dimension → amount. */
  readonly totals: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A line of an entry as it is allocated. The amount is debit − credit in units of the plan's scale. */
export interface MatchedLine {
  readonly line: number;
  readonly account: string;
  readonly amount: bigint;
}

export interface ResultInput {
  readonly bound: BoundPlan;
  readonly rule: PostingResult['rule'];
  readonly currency: string;
  readonly lines: readonly MatchedLine[];
  readonly drivers: PostingResult['drivers'];
}

/** Allocates the lines and says it as a document. Pure: the same input gives the same text. */
export function resultOf({ bound, rule, currency, lines, drivers }: ResultInput): PostingResult {
  const { scale } = bound.plan;
  const source = lines.map(({ line, amount }) => ({ line: String(line), amount }));
  const told = allocateEntry(bound, source).map((allocated, index) =>
    tellLine(allocated, lines[index]?.account ?? '', scale),
  );
  return {
    schema: RESULT_SCHEMA,
    rule,
    month: bound.month,
    currency,
    scale,
    amount: formatDecimal(
      lines.reduce((sum, line) => sum + line.amount, 0n),
      scale,
    ),
    weights: usedWeights(bound),
    drivers,
    lines: told,
    totals: totalsOf(told, scale),
  };
}

function tellLine({ line, amount, splits }: AllocatedLine, account: string, scale: number): ResultLine {
  return {
    line: Number(line),
    account,
    amount: formatDecimal(amount, scale),
    splits: splits.map((split) => ({ axes: split.axes, parts: partsOf(split, scale) })),
  };
}

function partsOf({ fixed, dimensions, split }: LineSplit, scale: number): ResultPart[] {
  const first = fixed.map(({ dimension, amount }): ResultPart => {
    return { dimensions: [dimension], amount: formatDecimal(amount, scale), fixed: true };
  });
  const rest = split.parts.map(({ key, amount, rounding }, index): ResultPart => {
    const part = { dimensions: dimensions[index] ?? [key], amount: formatDecimal(amount, scale) };
    return rounding === 0n ? part : { ...part, rounding: formatDecimal(rounding, scale) };
  });
  return [...first, ...rest];
}

function totalsOf(lines: readonly ResultLine[], scale: number): PostingResult['totals'] {
  const totals = new Map<string, Map<string, bigint>>();
  for (const { axis, dimension, amount } of linePartsOf(lines)) {
    const own = totals.get(axis) ?? new Map<string, bigint>();
    totals.set(axis, own.set(dimension, (own.get(dimension) ?? 0n) + unitsOf(amount)));
  }
  return Object.fromEntries(
    [...totals].map(([axis, own]) => [
      axis,
      Object.fromEntries([...own].map(([dimension, units]) => [dimension, formatDecimal(units, scale)])),
    ]),
  );
}

/** Units of an amount that was written with all decimals of its scale. */
function unitsOf(amount: string): bigint {
  return BigInt(amount.replace('.', ''));
}

export interface LinePart {
  readonly line: number;
  readonly part: number;
  readonly account: string;
  readonly axis: string;
  readonly dimension: string;
  readonly amount: string;
}

/** The queryable form of a result: one row a line, part and axis. */
export function* linePartsOf(lines: readonly ResultLine[]): Generator<LinePart> {
  for (const { line, account, splits } of lines) {
    for (const { axes, parts } of splits) {
      for (const [index, { dimensions, amount }] of parts.entries()) {
        for (const [position, axis] of axes.entries()) {
          yield { line, part: index + 1, account, axis, dimension: dimensions[position] ?? '', amount };
        }
      }
    }
  }
}

/** The result of a mirror: every amount with the other sign, the weights as they were. */
export function mirrored(result: PostingResult): PostingResult {
  const lines = result.lines.map((line) => ({
    ...line,
    amount: negated(line.amount),
    splits: line.splits.map((split) => ({ ...split, parts: split.parts.map(mirroredPart) })),
  }));
  const totals = Object.fromEntries(
    Object.entries(result.totals).map(([axis, own]) => [
      axis,
      Object.fromEntries(Object.entries(own).map(([dimension, amount]) => [dimension, negated(amount)])),
    ]),
  );
  return { ...result, amount: negated(result.amount), lines, totals };
}

function mirroredPart(part: ResultPart): ResultPart {
  const amount = negated(part.amount);
  return part.rounding === undefined ? { ...part, amount } : { ...part, amount, rounding: negated(part.rounding) };
}

/** A decimal text with the other sign; zero has none. */
export function negated(amount: string): string {
  if (/^-?[0.]+$/.test(amount)) return amount.replace('-', '');
  return amount.startsWith('-') ? amount.slice(1) : `-${amount}`;
}
