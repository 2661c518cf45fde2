import { parseDecimal } from '../arithmetic/decimal.ts';
import { add, formatRational, parseRational, type Rational } from '../arithmetic/rational.ts';
import { AllocationError, quoted } from '../problems.ts';
import type { AxisRule } from './rule.ts';
import type { RuleReader } from './rule-reader.ts';

/** Axes, dimensions and drivers that rules may name. */
export interface AxisContext {
  /** Axis → its active dimensions. */
  readonly axes: ReadonlyMap<string, readonly string[]>;
  /** Codes of drivers; every name is accepted where this is left out. */
  readonly drivers?: ReadonlySet<string>;
  /** Decimals of fixed amounts. */
  readonly scale: number;
}

interface Place {
  readonly reader: RuleReader;
  readonly pointer: string;
  readonly context: AxisContext;
  /** Active dimensions of the axis; `undefined` where the axis itself is unknown, so that one error is not many. */
  readonly dimensions: ReadonlySet<string> | undefined;
}

const MEMBERS = {
  fixed: ['shares', 'total'],
  even: ['dimensions'],
  driver: ['driver', 'dimensions', 'fallback'],
  amount: ['amounts', 'rest'],
} as const;

const ZERO: Rational = { numerator: 0n, denominator: 1n };
const METHODS = ['fixed', 'even', 'driver', 'amount'] as const;
const WEIGHTED = ['fixed', 'even', 'driver'] as const;

/** Checks one axis of a rule. Answers `undefined` where its shape does not even tell axis and method. */
export function readAxisRule(
  reader: RuleReader,
  value: unknown,
  pointer: string,
  context: AxisContext,
): AxisRule | undefined {
  const method = methodOf(value);
  const names = ['axis', 'method', ...(method === undefined ? Object.values(MEMBERS).flat() : MEMBERS[method])];
  const members = reader.object(value, pointer, names);
  if (members === undefined) return undefined;
  const axis = reader.text(members, 'axis', pointer);
  const known = axis === undefined ? undefined : context.axes.get(axis);
  if (axis !== undefined && known === undefined) {
    const listed = [...context.axes.keys()].join(', ');
    reader.refuse(`${pointer}/axis`, 'AXIS_UNKNOWN', `There is no axis ${quoted(axis)}; there are ${listed}.`);
  }
  const place = { reader, pointer, context, dimensions: known === undefined ? undefined : new Set(known) };
  const chosen = reader.choice(members, 'method', pointer, METHODS);
  if (chosen !== undefined) readMethod(place, chosen, members);
  return axis === undefined || chosen === undefined ? undefined : (value as AxisRule);
}

/** How many dimensions an axis of a checked rule splits over. */
export function sizeOf(axis: AxisRule, context: AxisContext): number {
  if (axis.method === 'fixed') return Array.isArray(axis.shares) ? axis.shares.length : 1;
  if (axis.method === 'amount') return 1;
  if (axis.dimensions === 'all') return context.axes.get(axis.axis)?.length ?? 1;
  return Array.isArray(axis.dimensions) ? axis.dimensions.length : 1;
}

function methodOf(value: unknown): (typeof METHODS)[number] | undefined {
  if (typeof value !== 'object' || value === null || !('method' in value)) return undefined;
  return METHODS.find((method) => method === value.method);
}

function readMethod(place: Place, method: (typeof METHODS)[number], members: Readonly<Record<string, unknown>>): void {
  if (method === 'fixed') readFixed(place, members);
  else if (method === 'even') readDimensions(place, members);
  else if (method === 'driver') readDriver(place, members);
  else readAmounts(place, members);
}

function readFixed(place: Place, members: Readonly<Record<string, unknown>>): void {
  const { reader, pointer } = place;
  const shares = reader.list(members, 'shares', pointer);
  if (shares === undefined) return;
  const before = reader.errors.length;
  const weights = readPairs(place, shares, 'shares', 'weight', (text, at) => readWeight(reader, text, at));
  // Errors in the weights already say why a total cannot be reached.
  if (reader.errors.length > before) return;
  const sum = sumOf(weights);
  if (sum === undefined) {
    const message = 'The weights have no common denominator of bearable length; write them as decimals.';
    reader.refuse(`${pointer}/shares`, 'WEIGHT_INVALID', message);
    return;
  }
  if (sum.numerator === 0n) reader.refuse(`${pointer}/shares`, 'WEIGHTS_ZERO', 'All weights are zero.');
  if (members.total !== undefined) checkTotal(place, members, sum);
}

/** `undefined` for fractions that the engine refuses to bring over one denominator. */
function sumOf(weights: readonly Rational[]): Rational | undefined {
  try {
    return weights.reduce(add, ZERO);
  } catch (error) {
    if (error instanceof AllocationError) return undefined;
    throw error;
  }
}

function checkTotal({ reader, pointer }: Place, members: Readonly<Record<string, unknown>>, sum: Rational): void {
  const text = reader.text(members, 'total', pointer);
  if (text === undefined) return;
  const total = weightOf(text);
  if (total === undefined || total.numerator <= 0n) {
    reader.refuse(`${pointer}/total`, 'TOTAL_INVALID', `${quoted(text)} is not a positive decimal or fraction.`);
  } else if (total.numerator * sum.denominator !== sum.numerator * total.denominator) {
    const message = `The weights add up to ${formatRational(sum)}, not to ${text}.`;
    reader.refuse(`${pointer}/shares`, 'TOTAL_NOT_REACHED', message);
  }
}

/** Reads `{ dimension, <member> }` pairs, each dimension once; answers what `read` made of the second members. */
function readPairs<T>(
  place: Place,
  items: readonly unknown[],
  list: string,
  member: string,
  read: (text: string, pointer: string) => T | undefined,
): T[] {
  const { reader, pointer } = place;
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const at = `${pointer}/${list}/${index}`;
    const pair = reader.object(item, at, ['dimension', member]);
    if (pair === undefined) return [];
    const dimension = reader.text(pair, 'dimension', at);
    if (dimension !== undefined) checkDimension(place, dimension, seen, `${at}/dimension`);
    const text = reader.text(pair, member, at);
    const value = text === undefined ? undefined : read(text, `${at}/${member}`);
    return value === undefined ? [] : [value];
  });
}

function checkDimension({ reader, dimensions }: Place, dimension: string, seen: Set<string>, pointer: string): void {
  if (dimensions !== undefined && !dimensions.has(dimension)) {
    reader.refuse(pointer, 'DIMENSION_UNKNOWN', `The axis has no active dimension ${quoted(dimension)}.`);
  }
  if (seen.has(dimension)) {
    reader.refuse(pointer, 'DIMENSION_DUPLICATE', `The dimension ${quoted(dimension)} is named twice.`);
  }
  seen.add(dimension);
}

function readDimensions(place: Place, members: Readonly<Record<string, unknown>>): void {
  const { reader, pointer, dimensions } = place;
  if (members.dimensions === 'all') {
    if (dimensions?.size === 0)
      reader.refuse(`${pointer}/dimensions`, 'AXIS_EMPTY', 'The axis has no active dimension.');
    return;
  }
  const seen = new Set<string>();
  reader.list(members, 'dimensions', pointer)?.forEach((dimension, index) => {
    const at = `${pointer}/dimensions/${index}`;
    if (typeof dimension === 'string' && dimension !== '') checkDimension(place, dimension, seen, at);
    else reader.refuse(at, 'TYPE_WRONG', 'A dimension code is expected.');
  });
}

function readDriver(place: Place, members: Readonly<Record<string, unknown>>): void {
  const { reader, pointer, context } = place;
  const driver = reader.text(members, 'driver', pointer);
  if (driver !== undefined && context.drivers?.has(driver) === false) {
    reader.refuse(`${pointer}/driver`, 'DRIVER_UNKNOWN', `There is no driver ${quoted(driver)}.`);
  }
  readDimensions(place, members);
  if (members.fallback === undefined) return;
  const fallback = reader.text(members, 'fallback', pointer);
  if (fallback !== undefined) checkDimension(place, fallback, new Set(), `${pointer}/fallback`);
}

function readAmounts(place: Place, members: Readonly<Record<string, unknown>>): void {
  const { reader, pointer, context } = place;
  const amounts = reader.list(members, 'amounts', pointer);
  if (amounts !== undefined) {
    readPairs(place, amounts, 'amounts', 'amount', (text, at) => readAmount(reader, text, at, context.scale));
  }
  if (members.rest === undefined) {
    reader.refuse(`${pointer}/rest`, 'MEMBER_MISSING', '"rest" is missing: how is split what the amounts leave?');
    return;
  }
  const rest = { ...place, pointer: `${pointer}/rest` };
  const method = methodOf(members.rest);
  const names = ['method', ...(method === undefined ? WEIGHTED.flatMap((name) => MEMBERS[name]) : MEMBERS[method])];
  const inner = reader.object(members.rest, rest.pointer, names);
  if (inner === undefined) return;
  const chosen = reader.choice(inner, 'method', rest.pointer, WEIGHTED);
  if (chosen !== undefined) readMethod(rest, chosen, inner);
}

function readAmount(reader: RuleReader, text: string, pointer: string, scale: number): bigint | undefined {
  try {
    const amount = parseDecimal(text, scale);
    if (amount > 0n) return amount;
    return reader.refuse(pointer, 'AMOUNT_INVALID', `${quoted(text)} is not positive.`);
  } catch (error) {
    if (error instanceof AllocationError) return reader.refuse(pointer, 'AMOUNT_INVALID', error.detail);
    throw error;
  }
}

function readWeight(reader: RuleReader, text: string, pointer: string): Rational | undefined {
  const weight = weightOf(text);
  if (weight === undefined) {
    return reader.refuse(pointer, 'WEIGHT_INVALID', `${quoted(text)} is not a plain decimal or a fraction.`);
  }
  if (weight.numerator >= 0n) return weight;
  return reader.refuse(pointer, 'WEIGHT_NEGATIVE', `The weight ${quoted(text)} is negative.`);
}

function weightOf(text: string): Rational | undefined {
  try {
    return parseRational(text);
  } catch (error) {
    if (error instanceof AllocationError) return undefined;
    throw error;
  }
}
