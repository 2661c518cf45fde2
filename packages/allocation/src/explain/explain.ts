import type { CentrePart, CycleResult, Pool } from '../cycles/cycle.ts';
import type { AllocatedLine, LineSplit } from '../rules/allocate.ts';
import type { BoundAxis, BoundPlan } from '../rules/bind.ts';
import type { Part, Split } from '../split/split.ts';
import { Figures } from './figures.ts';
import { type Language, WORDS, type Words } from './words.ts';

export interface ExplainOptions {
  /** Decimals of the amounts, 0 to 18. */
  readonly scale: number;
  readonly language?: Language;
}

/**
 * Answers "why this amount?" in words, one line a fact; sub-lines are indented by two blanks.
 *
 * @param result a split or a cycle.
 * @throws AllocationError `SCALE_OUT_OF_RANGE`.
 */
export function explain(result: Split | CycleResult, options: ExplainOptions): string[] {
  const words = WORDS[options.language ?? 'en'];
  const figures = new Figures(options.scale, words);
  return 'flows' in result ? explainCycle(result, words, figures) : explainSplit(result, words, figures);
}

function explainSplit(split: Split, words: Words, figures: Figures): string[] {
  const unit = split.unit === 1n ? undefined : figures.money(split.unit);
  const total = figures.weight(split.totalWeight);
  return [
    words.split(figures.money(split.amount), split.parts.length, total),
    words.rounding(split.rounding, split.ties, unit),
    ...split.parts.map((part) => `  ${explainPart(part, split, words, figures)}`),
  ];
}

/** `A: 33.34 = weight 1 of 3, 100/3 = 33.333333…, floor 33.33, rounding unit 0.01`. */
export function explainPart(part: Part, split: Split, words: Words, figures: Figures): string {
  const colon = words.point === ',' ? ' :' : ':';
  const weight = words.weight(figures.weight(part.weight), figures.weight(split.totalWeight));
  const why = [weight, ...explainRounding(part, split.unit, words, figures)];
  return `${part.key}${colon} ${figures.money(part.amount)} = ${why.join(words.separator)}`;
}

function explainRounding(part: Part, unit: bigint, words: Words, figures: Figures): string[] {
  const { numerator, denominator } = part.share;
  if (part.rounding === 0n && numerator === part.amount * denominator) return [words.whole];
  const floor = [figures.fraction(part.share), words.floor(figures.money(part.floor))];
  if (part.rounding === 0n) return floor;
  const whole = part.rounding === unit || part.rounding === -unit;
  const amount = figures.money(part.rounding);
  return [...floor, whole ? words.unit(amount) : words.residue(amount)];
}

function explainCycle(cycle: CycleResult, words: Words, figures: Figures): string[] {
  const { method, order, pools, parts } = cycle;
  const lines = [words.cycle(words.method[method], pools.length, parts.length, figures.money(cycle.total))];
  if (order !== undefined) lines.push(words.order(order));
  if (!cycle.exact) lines.push(words.notExact);
  if (method === 'reciprocal') lines.push(...explainEquations(cycle, figures));
  const byCentre = new Map(pools.map((pool) => [pool.centre, pool]));
  for (const centre of order ?? pools.map((pool) => pool.centre)) {
    const pool = byCentre.get(centre);
    if (pool !== undefined) lines.push(...explainPool(pool, cycle, words, figures));
  }
  for (const part of parts) lines.push(...explainReceipt(part, words, figures));
  return lines;
}

/** `IT = 6.00 + 20/100 × Telecoms + 15/100 × IT`: the system that the reciprocal method solves. */
function explainEquations(cycle: CycleResult, figures: Figures): string[] {
  return cycle.pools.map(({ centre, direct, self, passed }) => {
    const terms = cycle.flows
      .filter((flow) => flow.to === centre)
      .map(({ from, weight, totalWeight }) => `${figures.weight(weight)}/${figures.weight(totalWeight)} × ${from}`);
    const sign = passed.numerator < 0n ? -1n : 1n;
    const own = {
      numerator: sign * self.numerator * passed.denominator,
      denominator: sign * self.denominator * passed.numerator,
    };
    if (self.numerator !== 0n) terms.push(`${figures.weight(own)} × ${centre}`);
    return `  ${[`${centre} = ${figures.money(direct)}`, ...terms].join(' + ')}`;
  });
}

function explainPool(pool: Pool, cycle: CycleResult, words: Words, figures: Figures): string[] {
  const flows = cycle.flows.filter((flow) => flow.from === pool.centre);
  if (flows.length === 0) return [words.idle(pool.centre)];
  const { passed, self, direct } = pool;
  const received = { numerator: passed.numerator - direct * passed.denominator, denominator: passed.denominator };
  const through = figures.decimals(passed);
  const first = words.pool(pool.centre, figures.money(direct), figures.decimals(received), figures.fraction(passed));
  const own = self.numerator === 0n ? '' : `, ${words.self(figures.decimals(self))}`;
  return [
    `${first}${own}`,
    ...flows.map(({ to, weight, totalWeight, exact, amount }) => {
      const [part, total] = [figures.weight(weight), figures.weight(totalWeight)];
      return `  ${words.flow(to, through, part, total, figures.decimals(exact), figures.money(amount))}`;
    }),
  ];
}

function explainReceipt(part: CentrePart, words: Words, figures: Figures): string[] {
  const { centre, direct, amount, received, floor, rounding } = part;
  const sum = words.part(centre, figures.money(direct), figures.money(floor + rounding), figures.money(amount));
  if (received.numerator === (floor + rounding) * received.denominator) return [sum];
  const why = [words.receipt(figures.fraction(received), figures.money(floor))];
  if (rounding !== 0n) why.push(words.unit(figures.money(rounding)));
  return [sum, `  ${why.join(words.separator)}`];
}

export interface ExplainLineOptions extends ExplainOptions {
  /** The version of the rule as its owner counts it. */
  readonly ruleVersion: string;
}

/**
 * Answers "why this amount?" for a line of an entry: the rule, then for each axis where the weights come from and each part.
 *
 * @throws AllocationError `SCALE_OUT_OF_RANGE`.
 */
export function explainLine(line: AllocatedLine, bound: BoundPlan, options: ExplainLineOptions): string[] {
  const words = WORDS[options.language ?? 'en'];
  const figures = new Figures(options.scale, words);
  const axes = line.splits.flatMap((split, index) => {
    const axis = bound.axes[index];
    return axis === undefined ? [] : explainAxis(split, axis, words, figures);
  });
  return [
    words.line(line.line, figures.money(line.amount)),
    words.rule(options.ruleVersion, bound.plan.digest.slice(0, 12)),
    ...axes,
  ];
}

function explainAxis(
  { fixed, split, dimensions }: LineSplit,
  axis: BoundAxis,
  words: Words,
  figures: Figures,
): string[] {
  const sources = axis.origins.map((origin) => {
    const { driver, month, fallback, method } = origin;
    if (driver === undefined || month === undefined) return words.methods[method];
    return fallback === undefined ? words.driver(driver, month) : words.fallback(driver, month, fallback);
  });
  if (axis.fixed.length > 0) sources.unshift(words.methods.amount);
  if (axis.axes.length > 1) sources.unshift(words.methods.cross);
  const lines = [`${words.axis(axis.axes.join(' × '), sources.join(', '))}.`];
  for (const { dimension, amount } of fixed) lines.push(`  ${words.fixedMoney(dimension, figures.money(amount))}`);
  if (fixed.length > 0) lines.push(`  ${words.rest(figures.money(split.amount))}`);
  split.parts.forEach((part, index) => {
    const named = { ...part, key: dimensions[index]?.join(' × ') ?? part.key };
    lines.push(`  ${explainPart(named, split, words, figures)}`);
  });
  return lines;
}
