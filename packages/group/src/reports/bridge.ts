/** What one side of a bridge consumed of one product: quantity in the group's unit, costs as plain decimals. */
export interface BridgeItem {
  /** Products of one group are measured in one unit, so that their quantities add up. */
  readonly group: string;
  readonly product: string;
  readonly quantity: string;
  /** At the rates of its own side. */
  readonly cost: string;
  /** Of the second side, at the rates of the first: what is left of a difference without exchange. Nobody reads it of the first. */
  readonly constant: string;
}

/** Costs that no quantity explains, of one side. */
export interface BridgeRest {
  readonly line: 'unmeasured' | 'indirect' | 'tax';
  readonly cost: string;
  readonly constant: string;
}

export interface BridgeSide {
  readonly items: readonly BridgeItem[];
  readonly rest: readonly BridgeRest[];
}

export const BRIDGE_LINES = [
  'volume',
  'mix',
  'price',
  'new',
  'ended',
  'unmeasured',
  'indirect',
  'tax',
  'exchange',
] as const;
export type BridgeLine = (typeof BRIDGE_LINES)[number];

/** Decimal strings; in each group and in all, the lines add up to the difference of the costs, to the last decimal. */
export interface BridgeGroup {
  readonly group: string;
  /** Of the products that both sides have. */
  readonly quantity_from: string;
  readonly quantity_to: string;
  readonly cost_from: string;
  /** At the rates of the first side. */
  readonly cost_to: string;
  readonly volume: string;
  readonly mix: string;
  readonly price: string;
  readonly new: string;
  readonly ended: string;
}

export interface Bridge {
  readonly from: string;
  readonly to: string;
  readonly difference: string;
  readonly lines: Readonly<Record<BridgeLine, string>>;
  readonly groups: BridgeGroup[];
}

/** Decimals at which a value is rounded that has no end: of the inputs, but at least these. */
const DECIMALS = 18;

/**
 * Parts the difference of two costs (issue "Comparison of entities"): within a group of products of one unit, with Q the quantities
 * and C the costs of the products that both sides have, p̄ = C / Q and pᵢ = cᵢ / qᵢ,
 *
 *     volume = (Q₁ − Q₀)·p̄₀      mix = Σ(q₁ᵢ − q₀ᵢ·Q₁/Q₀)·p₀ᵢ      price = Σ q₁ᵢ·(p₁ᵢ − p₀ᵢ)
 *
 * A product that only one side has is `new` or `ended`. Exchange is what the second side costs at its own rates and not at those of
 * the first. Two things have no end as decimals: Q₁·p̄₀, and q₁ᵢ·p₀ᵢ of each product. Each is rounded once, half to even, at the last
 * decimal of the costs (18 at least), and the parts are differences of these, so that nothing is left over:
 * C₀ → Q₁·p̄₀ → Σ q₁ᵢ·p₀ᵢ → C₁.
 *
 * @throws RangeError for what is no plain decimal
 */
export function bridgeOf(before: BridgeSide, after: BridgeSide): Bridge {
  const sides = [...before.items, ...before.rest, ...after.items, ...after.rest];
  const scale = Math.max(DECIMALS, ...sides.flatMap((part) => [decimalsOf(part.cost), decimalsOf(part.constant)]));
  const items = [...before.items, ...after.items];
  const unit = Math.max(0, ...items.map((item) => decimalsOf(item.quantity)));
  const sum = (parts: readonly { readonly cost: string }[]) =>
    parts.reduce((total, part) => total + scaled(part.cost, scale), 0n);
  const lines: Record<BridgeLine, bigint> = {
    volume: 0n,
    mix: 0n,
    price: 0n,
    new: 0n,
    ended: 0n,
    unmeasured: 0n,
    indirect: 0n,
    tax: 0n,
    exchange: 0n,
  };
  const groups: BridgeGroup[] = [];
  for (const [group, pairs] of paired(before.items, after.items)) {
    const { parts, unexplained, ...of } = partsOf(pairs, scale, unit);
    lines.unmeasured += unexplained;
    for (const line of ['volume', 'mix', 'price', 'new', 'ended'] as const) lines[line] += parts[line];
    groups.push({
      group,
      quantity_from: text(of.quantities[0], unit),
      quantity_to: text(of.quantities[1], unit),
      cost_from: text(of.costs[0], scale),
      cost_to: text(of.costs[1], scale),
      volume: text(parts.volume, scale),
      mix: text(parts.mix, scale),
      price: text(parts.price, scale),
      new: text(parts.new, scale),
      ended: text(parts.ended, scale),
    });
  }
  for (const { line, cost } of before.rest) lines[line] -= scaled(cost, scale);
  for (const { line, constant } of after.rest) lines[line] += scaled(constant, scale);
  for (const part of [...after.items, ...after.rest]) {
    lines.exchange += scaled(part.cost, scale) - scaled(part.constant, scale);
  }
  const from = sum([...before.items, ...before.rest]);
  const to = sum([...after.items, ...after.rest]);
  const shown = Object.fromEntries(BRIDGE_LINES.map((line) => [line, text(lines[line], scale)]));
  return {
    from: text(from, scale),
    to: text(to, scale),
    difference: text(to - from, scale),
    lines: shown as Record<BridgeLine, string>,
    groups,
  };
}

interface Pair {
  readonly before: BridgeItem | undefined;
  readonly after: BridgeItem | undefined;
}

function paired(before: readonly BridgeItem[], after: readonly BridgeItem[]): Map<string, Pair[]> {
  const earlier = new Map(before.map((item) => [keyOf(item), item]));
  const later = new Map(after.map((item) => [keyOf(item), item]));
  const groups = new Map<string, Pair[]>();
  for (const item of [...before, ...after.filter((one) => !earlier.has(keyOf(one)))]) {
    const pair = { before: earlier.get(keyOf(item)), after: later.get(keyOf(item)) };
    groups.set(item.group, [...(groups.get(item.group) ?? []), pair]);
  }
  return groups;
}

function keyOf({ group, product }: BridgeItem): string {
  return JSON.stringify([group, product]);
}

function partsOf(pairs: readonly Pair[], scale: number, unit: number) {
  const parts = { volume: 0n, mix: 0n, price: 0n, new: 0n, ended: 0n };
  let unexplained = 0n;
  let [q0, q1, c0, c1, atOldPrices] = [0n, 0n, 0n, 0n, 0n];
  for (const { before, after } of pairs) {
    const [costBefore, costAfter] = [before?.cost, after?.constant].map((cost) => scaled(cost ?? '0', scale));
    const [quantityBefore, quantityAfter] = [before, after].map((item) => scaled(item?.quantity ?? '0', unit));
    if (costBefore === undefined || costAfter === undefined) continue;
    if (quantityBefore === undefined || quantityAfter === undefined) continue;
    if (before === undefined && quantityAfter > 0n) parts.new += costAfter;
    else if (after === undefined && quantityBefore > 0n) parts.ended -= costBefore;
    else if (quantityBefore > 0n && quantityAfter > 0n) {
      q0 += quantityBefore;
      q1 += quantityAfter;
      c0 += costBefore;
      c1 += costAfter;
      atOldPrices += rounded(quantityAfter * costBefore, quantityBefore);
    }
    // Without a quantity above zero there is no price: a correction, a credit.
    else unexplained += costAfter - costBefore;
  }
  const atOldMean = q0 === 0n ? 0n : rounded(q1 * c0, q0);
  parts.volume = atOldMean - c0;
  parts.mix = atOldPrices - atOldMean;
  parts.price = c1 - atOldPrices;
  return { parts, unexplained, quantities: [q0, q1] as const, costs: [c0, c1] as const };
}

/** The whole number nearest to `over / under`, the even one of two that are equally near; `under` is positive. */
function rounded(over: bigint, under: bigint): bigint {
  const whole = over / under;
  const rest = over % under;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  const away = rest < 0n ? -1n : 1n;
  return twice > under || (twice === under && whole % 2n !== 0n) ? whole + away : whole;
}

const PLAIN = /^(-?)(\d+)(?:\.(\d+))?$/;

function decimalsOf(decimal: string): number {
  return PLAIN.exec(decimal)?.[3]?.length ?? 0;
}

function scaled(decimal: string, scale: number): bigint {
  const match = PLAIN.exec(decimal);
  if (match === null) throw new RangeError(`"${decimal.slice(0, 60)}" is no plain decimal`);
  const [, sign, whole, fraction = ''] = match;
  const units = BigInt(`${whole}${fraction.padEnd(scale, '0')}`);
  return sign === '-' ? -units : units;
}

/** Without zeros at the end. */
function text(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  const whole = digits.slice(0, digits.length - scale);
  return `${units < 0n ? '-' : ''}${whole}${scale === 0 || fraction === '' ? '' : `.${fraction}`}`;
}
