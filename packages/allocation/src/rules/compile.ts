import { MAX_SCALE } from '../arithmetic/decimal.ts';
import { ALLOCATION_PROBLEMS, AllocationError, quoted } from '../problems.ts';
import { type AxisContext, readAxisRule, sizeOf } from './compile-axis.ts';
import { ruleDigest } from './digest.ts';
import { isPattern } from './match.ts';
import { type AllocationRule, type AxisRule, RULE_SCHEMA, type RuleError, type RuleMatch } from './rule.ts';
import { RuleReader } from './rule-reader.ts';

/** The most parts that a `cross` rule may give one source amount, unless the caller sets another bound. */
export const MAX_CROSS_PARTS = 10_000;

/** What a rule is compiled against. */
export interface RuleContext extends AxisContext {
  /** Decimals of the currency: the scale of the parts unless the rule names one. */
  readonly scale: number;
  /** Whether the legal entity has default accounts; a rule without accounts needs them. True by default. */
  readonly hasDefaultAccounts?: boolean;
  readonly maxCrossParts?: number;
}

/** A rule that has been checked as a whole and can be bound to the drivers of a month. */
export interface RulePlan {
  readonly rule: AllocationRule;
  /** SHA-256 of the canonical rule. */
  readonly digest: string;
  readonly scale: number;
  readonly unit: bigint;
  /** Codes of the drivers whose weights `bindPlan` needs. */
  readonly drivers: readonly string[];
  readonly context: RuleContext;
}

export type Compiled =
  | { readonly ok: true; readonly plan: RulePlan }
  | { readonly ok: false; readonly errors: readonly RuleError[] };

/**
 * Compiles a rule and reports everything that is wrong with it, each error with its JSON pointer.
 *
 * @param rule parsed JSON of any shape.
 * @param context axes and dimensions of the legal entity, and the scale of its currency.
 */
export function compileRule(rule: unknown, context: RuleContext): Compiled {
  const reader = new RuleReader();
  const members = reader.object(rule, '', ['schema', 'match', 'axes', 'combine', 'rounding']);
  if (members === undefined) return { ok: false, errors: reader.errors };
  if (members.schema !== RULE_SCHEMA) {
    const found = members.schema === undefined ? '"schema" is missing; write' : `${quoted(members.schema)} is not`;
    reader.refuse('/schema', 'SCHEMA_UNKNOWN', `${found} "${RULE_SCHEMA}".`);
  }
  readMatch(reader, members.match, context);
  const combine =
    members.combine === undefined ? 'parallel' : reader.choice(members, 'combine', '', ['parallel', 'cross']);
  const { scale, unit } = readRounding(reader, members.rounding, context);
  const axes = readAxes(reader, members, { ...context, scale });
  if (combine === 'cross') checkCross(reader, axes, context);
  if (reader.errors.length > 0) return { ok: false, errors: reader.errors };
  const checked = rule as AllocationRule;
  const drivers = new Set(checked.axes.flatMap(driverOf));
  return { ok: true, plan: { rule: checked, digest: ruleDigest(rule), scale, unit, drivers: [...drivers], context } };
}

/**
 * The same for callers that expect a good rule.
 *
 * @throws AllocationError `RULE_INVALID` with `errors`.
 */
export function compileRuleOrThrow(rule: unknown, context: RuleContext): RulePlan {
  const compiled = compileRule(rule, context);
  if (compiled.ok) return compiled.plan;
  const first = compiled.errors[0];
  const more = compiled.errors.length > 1 ? ` and ${compiled.errors.length - 1} more` : '';
  const title = ALLOCATION_PROBLEMS.RULE_INVALID.title;
  throw new AllocationError('RULE_INVALID', `${title}: ${first?.pointer} ${first?.message}${more}`, {
    errors: compiled.errors,
  });
}

function driverOf(axis: AxisRule): string[] {
  const method = axis.method === 'amount' ? axis.rest : axis;
  return method.method === 'driver' ? [method.driver] : [];
}

function readMatch(reader: RuleReader, value: unknown, context: RuleContext): void {
  const names = ['accounts', 'except', 'journals'] as const;
  const members = value === undefined ? {} : reader.object(value, '/match', names);
  if (members === undefined) return;
  for (const name of names) {
    if (members[name] !== undefined) readPatterns(reader, members, name);
  }
  // "Every line" sums to zero in double entry: splitting it is never what a rule means.
  if ((members as RuleMatch).accounts === undefined && context.hasDefaultAccounts === false) {
    const message = 'The rule names no accounts and the legal entity has no default accounts.';
    reader.refuse('/match/accounts', 'ACCOUNTS_MISSING', message);
  }
}

function readPatterns(reader: RuleReader, members: Readonly<Record<string, unknown>>, name: string): void {
  const patterns = reader.texts(members, name, '/match');
  patterns?.forEach((pattern, index) => {
    const place = `/match/${name}/${index}`;
    if (pattern === '*') reader.refuse(place, 'MATCHES_EVERY_LINE', '"*" matches every line.');
    else if (!isPattern(pattern)) {
      reader.refuse(place, 'PATTERN_INVALID', `${quoted(pattern)} is neither a code nor a beginning followed by "*".`);
    }
  });
}

function readRounding(reader: RuleReader, value: unknown, context: RuleContext): { scale: number; unit: bigint } {
  const members = value === undefined ? {} : reader.object(value, '/rounding', ['mode', 'unit', 'scale']);
  if (members === undefined) return { scale: context.scale, unit: 1n };
  if (members.mode !== undefined) reader.choice(members, 'mode', '/rounding', ['largest-remainder', 'floor-to-first']);
  const scale = reader.integer(members, 'scale', '/rounding', 0, MAX_SCALE) ?? context.scale;
  const unit = reader.integer(members, 'unit', '/rounding', 1, 1_000_000_000) ?? 1;
  return { scale, unit: BigInt(unit) };
}

function readAxes(
  reader: RuleReader,
  members: Readonly<Record<string, unknown>>,
  context: RuleContext,
): Array<AxisRule | undefined> {
  const list = reader.list(members, 'axes', '') ?? [];
  const seen = new Map<string, number>();
  return list.map((value, index) => {
    const pointer = `/axes/${index}`;
    const axis = readAxisRule(reader, value, pointer, context);
    if (axis === undefined) return undefined;
    const before = seen.get(axis.axis);
    if (before !== undefined) {
      const message = `Axis ${quoted(axis.axis)} is already split by /axes/${before}; a line is split once an axis.`;
      reader.refuse(`${pointer}/axis`, 'AXIS_DUPLICATE', message);
    }
    seen.set(axis.axis, before ?? index);
    return axis;
  });
}

function checkCross(reader: RuleReader, axes: ReadonlyArray<AxisRule | undefined>, context: RuleContext): void {
  const bound = context.maxCrossParts ?? MAX_CROSS_PARTS;
  let parts = 1;
  axes.forEach((axis, index) => {
    if (axis === undefined) return;
    if (axis.method === 'amount') {
      const message = 'Fixed amounts have no combinations with other axes; use "parallel".';
      reader.refuse(`/axes/${index}/method`, 'CROSS_WITH_AMOUNT', message);
    }
    parts *= sizeOf(axis, context);
  });
  if (parts > bound)
    reader.refuse('/combine', 'CROSS_TOO_LARGE', `The axes combine to ${parts} parts; at most ${bound}.`);
}
