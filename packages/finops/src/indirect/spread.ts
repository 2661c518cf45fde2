import { formatDecimal, type PreparedWeights, parseDecimal, prepareWeights, split } from '@prorata/allocation';

/** Money and quantities of facts have 18 decimals, shares 12: enough that a share times 10^6 EUR is right to the cent. */
const MONEY_SCALE = 18;
const SHARE_SCALE = 12;
const WHOLE = 10n ** BigInt(SHARE_SCALE);

/** What a pool holds in one domain, environment and currency. Decimal texts. */
export interface PoolCell {
  readonly pool: string;
  readonly domain: string;
  readonly environment: string;
  readonly currency: string;
  readonly rows: string;
  readonly cost_effective: string;
  readonly cost_billed: string;
}

/** What an application was billed directly in a currency, over all its direct facts. */
export interface DirectCost {
  readonly application: string;
  readonly currency: string;
  readonly cost_effective: string;
}

/** The direct cost as it weighs: never below zero. */
export interface IndirectWeight extends DirectCost {
  readonly weight: string;
  readonly clamped: boolean;
}

/** An application's part of a pool cell. The quantity is its share, the costs are split from the exact weights. */
export interface IndirectPart {
  readonly cell: PoolCell;
  readonly application: string;
  readonly quantity: string;
  readonly cost_effective: string;
  readonly cost_billed: string;
}

export interface SpreadCell {
  readonly cell: PoolCell;
  readonly total_weight: string;
  readonly warning: 'NO_POSITIVE_WEIGHT' | null;
}

export interface Spread {
  readonly parts: readonly IndirectPart[];
  readonly cells: readonly SpreadCell[];
  readonly weights: readonly IndirectWeight[];
}

/**
 * The indirect rule of FinOps: what is shared is spread over the applications in proportion to their direct effective cost in
 * the same currency. A cost below zero weighs nothing; where nothing weighs, the pool stays on `unallocated` with a warning.
 * Parts add up to the cell exactly, at 18 decimals for money and at 12 for shares. Pure.
 *
 * @param direct without the application `unallocated`, which is neither base nor target
 */
export function spreadPools(cells: readonly PoolCell[], direct: readonly DirectCost[], unallocated: string): Spread {
  const weights = direct.map(weigh);
  const byCurrency = new Map<string, PreparedWeights | undefined>();
  const prepared = (currency: string) => {
    if (!byCurrency.has(currency)) byCurrency.set(currency, prepare(weights, currency));
    return byCurrency.get(currency);
  };
  const spread = cells.map((cell) => spreadCell(cell, prepared(cell.currency), unallocated));
  return {
    parts: spread.flatMap((one) => one.parts),
    cells: spread.map(({ parts: _parts, ...cell }) => cell),
    weights,
  };
}

function weigh(direct: DirectCost): IndirectWeight {
  const clamped = parseDecimal(direct.cost_effective, MONEY_SCALE) < 0n;
  return { ...direct, weight: clamped ? '0' : direct.cost_effective, clamped };
}

function prepare(weights: readonly IndirectWeight[], currency: string): PreparedWeights | undefined {
  const positive = weights
    .filter((one) => one.currency === currency && parseDecimal(one.weight, MONEY_SCALE) > 0n)
    .map((one) => ({ key: one.application, weight: one.weight }));
  return positive.length === 0 ? undefined : prepareWeights(positive);
}

function spreadCell(
  cell: PoolCell,
  weights: PreparedWeights | undefined,
  unallocated: string,
): SpreadCell & { readonly parts: readonly IndirectPart[] } {
  const { cost_effective, cost_billed } = cell;
  if (weights === undefined) {
    const kept = { cell, application: unallocated, quantity: '1', cost_effective, cost_billed };
    return { cell, total_weight: '0', warning: 'NO_POSITIVE_WEIGHT', parts: [kept] };
  }
  const shares = split({ amount: WHOLE, weights }).parts;
  const effective = split({ amount: parseDecimal(cost_effective, MONEY_SCALE), weights }).parts;
  const billed = split({ amount: parseDecimal(cost_billed, MONEY_SCALE), weights }).parts;
  const parts = shares.map((share, index) => ({
    cell,
    application: share.key,
    quantity: formatDecimal(share.amount, SHARE_SCALE),
    cost_effective: formatDecimal(effective[index]?.amount ?? 0n, MONEY_SCALE),
    cost_billed: formatDecimal(billed[index]?.amount ?? 0n, MONEY_SCALE),
  }));
  return { cell, total_weight: totalOf(weights), warning: null, parts };
}

function totalOf(weights: PreparedWeights): string {
  return formatDecimal((weights.total * 10n ** BigInt(MONEY_SCALE)) / weights.denominator, MONEY_SCALE);
}
