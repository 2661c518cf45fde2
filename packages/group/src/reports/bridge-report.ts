import { firstDayOf, monthOf, type Tx } from '@prorata/platform';
import { conversionTo } from '../exchange/multipliers.ts';
import type { GroupNode } from '../node/group-node.ts';
import { groupProblem } from '../problems.ts';
import { aggregate, type ReportHead } from './aggregate.ts';
import { type Bridge, type BridgeGroup, type BridgeSide, bridgeOf } from './bridge.ts';
import type { ReportInput } from './filters.ts';
import { domainLabels, familyLabels } from './labels.ts';
import { measuredItems } from './measured-items.ts';
import { read } from './read.ts';

export interface BridgeInput extends Omit<ReportInput, 'entity'> {
  /** Two months of the group, or of the entities named. */
  readonly from_month?: string;
  readonly to_month?: string;
  readonly entity?: readonly string[];
  /** Two entities, over the range `from` to `to`. */
  readonly from_entity?: string;
  readonly to_entity?: string;
}

export interface BridgeGroupRow extends Omit<BridgeGroup, 'group'> {
  readonly domain: string;
  readonly family: string | null;
  /** Of the family where there is one, else of the domain. */
  readonly label: string;
  readonly unit: string;
  readonly currency: string;
}

export interface BridgeReport
  extends Omit<ReportHead, 'total' | 'row_count' | 'next_cursor'>,
    Pick<Bridge, 'difference' | 'lines'> {
  readonly between: 'months' | 'entities';
  readonly side_from: { readonly code: string; readonly cost: string };
  readonly side_to: { readonly code: string; readonly cost: string };
  /** Currencies that the first month has no rate of: their exchange cannot be told from their price. */
  readonly exchange_unknown: string[];
  readonly rows: BridgeGroupRow[];
}

interface Sides {
  readonly between: BridgeReport['between'];
  readonly codes: readonly [string, string];
  readonly input: ReportInput;
}

interface ItemRow extends Record<string, unknown> {
  readonly side: string;
  readonly entity_id: string;
  readonly domain_id: string;
  readonly family_id: string | null;
  readonly product: string | null;
  readonly unit: string;
  readonly line: 'measured' | 'unmeasured' | 'indirect' | 'tax';
  readonly quantity: string;
  readonly cost: string;
  readonly constant: string;
  /** Whether all of it has a rate. */
  readonly complete: boolean;
}

/**
 * Why two months, or two entities, cost differently: volume, mix and price of each group of products of one unit, and what no
 * quantity explains on lines of its own (`bridgeOf`). Between months a product is one of its entity, so that an entity that buys
 * dearer shows as mix; between entities it goes by its group reference. A product whose cost lacks a rate on either side has no price
 * there: what could be converted of it is `unmeasured`, and `missing` lists the rest.
 *
 * @throws Problem `BRIDGE_INVALID`, and those of `spanOf`
 */
export async function reportBridge(group: GroupNode, asked: BridgeInput): Promise<BridgeReport> {
  const sides = sidesOf(asked);
  return await read(group, async (tx) => {
    const { head, span } = await aggregate(tx, group, sides.input, { groupBy: ['period_month'] });
    const { total: _total, row_count: _count, next_cursor: _next, ...shown } = head;
    const first = await firstRates(tx, sides, head.currency, span.days);
    refuseEmptyMonths(sides, span.days);
    const rows = await itemRows(tx, group, sides, { days: span.days, first });
    const bridge = bridgeOf(sideOf(rows, sides, 0), sideOf(rows, sides, 1));
    const named = (month: string) => sides.between === 'entities' || sides.codes.includes(month);
    const missing = shown.missing.filter((pair) => named(pair.period_month));
    return {
      ...shown,
      complete: missing.length === 0,
      missing,
      provisional: shown.provisional.filter(named),
      between: sides.between,
      side_from: { code: sides.codes[0], cost: bridge.from },
      side_to: { code: sides.codes[1], cost: bridge.to },
      difference: bridge.difference,
      lines: bridge.lines,
      exchange_unknown: first.unknown,
      rows: await groupRows(tx, head, bridge.groups),
    };
  });
}

function sidesOf(asked: BridgeInput): Sides {
  const { from_month, to_month, from_entity, to_entity, ...input } = asked;
  const months = from_month !== undefined && to_month !== undefined;
  const entities = from_entity !== undefined && to_entity !== undefined;
  const mixed = months
    ? from_entity !== undefined || to_entity !== undefined || input.from !== undefined || input.to !== undefined
    : from_month !== undefined || to_month !== undefined || input.entity !== undefined;
  if (months === entities || mixed)
    throw groupProblem('BRIDGE_INVALID', 'neither two months nor two entities are named');
  if (months) {
    if (from_month === to_month) throw groupProblem('BRIDGE_INVALID', `both months are ${from_month}`);
    const [from, to] = [from_month, to_month].sort();
    const range = from === undefined || to === undefined ? {} : { from, to };
    return { between: 'months', codes: [from_month, to_month], input: { ...input, ...range } };
  }
  if (from_entity === undefined || to_entity === undefined || from_entity === to_entity) {
    throw groupProblem('BRIDGE_INVALID', `both entities are ${from_entity}`);
  }
  return {
    between: 'entities',
    codes: [from_entity, to_entity],
    input: { ...input, entity: [from_entity, to_entity] },
  };
}

/** A month that nobody has published yet would show everything as ended. */
function refuseEmptyMonths(sides: Sides, days: readonly string[]): void {
  const empty = sides.codes.filter((month) => sides.between === 'months' && !days.includes(firstDayOf(month)));
  if (empty.length > 0) throw groupProblem('BRIDGE_INVALID', `nobody has published ${empty.join(' or ')}`, { empty });
}

/** Rates of the first of two months, by currency; two entities of the same months have the same ones. */
async function firstRates(tx: Tx, sides: Sides, currency: string, days: readonly string[]) {
  const none: { currencies: string[]; multipliers: (string | null)[]; unknown: string[] } = {
    currencies: [],
    multipliers: [],
    unknown: [],
  };
  if (sides.between === 'entities') return none;
  const used = await tx.query<{ currency: string }>(
    'SELECT DISTINCT currency FROM mv_group_entity_month WHERE period_month = ANY($1::date[]) ORDER BY 1',
    [days],
  );
  const day = firstDayOf(sides.codes[0]);
  const { currencies, multipliers } = await conversionTo(
    tx,
    currency,
    used.map((row) => ({ period_month: day, currency: row.currency })),
  );
  return { currencies, multipliers, unknown: currencies.filter((_, index) => multipliers[index] === null) };
}

async function itemRows(
  tx: Tx,
  group: GroupNode,
  sides: Sides,
  of: { readonly days: readonly string[]; readonly first: Awaited<ReturnType<typeof firstRates>> },
): Promise<ItemRow[]> {
  const months = sides.codes.map((code) => `${code}-01`);
  const days = sides.between === 'months' ? of.days.filter((day) => months.includes(day)) : of.days;
  const { steps, values } = await measuredItems(tx, group, sides.input, { days });
  const first = [of.first.currencies, of.first.multipliers].map((list) => `$${values.push(list)}`);
  const side = sides.between === 'months' ? 'item.period_month::text' : 'item.entity_id';
  return await tx.query<ItemRow>(
    `${steps},
first AS (SELECT * FROM unnest(${first[0]}::text[], ${first[1]}::numeric[]) AS first(currency, multiplier))
SELECT ${side} AS side, ${sides.between === 'months' ? 'item.entity_id' : "''"} AS entity_id, domain_id, family_id, product, unit, line,
       sum(quantity)::text AS quantity, COALESCE(sum(cost), 0)::text AS cost,
       COALESCE(sum(CASE WHEN first.multiplier IS NULL OR cost IS NULL THEN cost ELSE local_cost * first.multiplier END), 0)::text AS constant,
       bool_and(complete) AS complete
  FROM item LEFT JOIN first ON first.currency = item.currency
 GROUP BY 1, 2, 3, 4, 5, 6, 7
 ORDER BY 1, 2, 3, 4, 5, 6, 7`,
    values,
  );
}

function sideOf(rows: readonly ItemRow[], sides: Sides, which: 0 | 1): BridgeSide {
  const name = sides.codes[which];
  const own = rows.filter((row) => (sides.between === 'months' ? monthOf(row.side) : row.side) === name);
  const priceless = new Set(rows.filter((row) => !row.complete).map(productOf));
  const isPriced = (row: ItemRow) => row.line === 'measured' && !priceless.has(productOf(row));
  return {
    items: own.filter(isPriced).map((row) => ({
      group: JSON.stringify([row.domain_id, row.family_id, row.unit]),
      product: JSON.stringify([row.entity_id, row.product]),
      quantity: row.quantity,
      cost: row.cost,
      constant: row.constant,
    })),
    rest: own
      .filter((row) => !isPriced(row))
      .map(({ line, cost, constant }) => ({ line: line === 'measured' ? 'unmeasured' : line, cost, constant })),
  };
}

function productOf(row: ItemRow): string {
  return JSON.stringify([row.entity_id, row.domain_id, row.family_id, row.product, row.unit, row.line]);
}

async function groupRows(tx: Tx, head: ReportHead, groups: readonly BridgeGroup[]): Promise<BridgeGroupRow[]> {
  const domains = await domainLabels(tx, head);
  const families = await familyLabels(tx, head);
  return groups.map(({ group, ...figures }) => {
    const [domain, family, unit] = JSON.parse(group) as [string, string | null, string];
    const label = family === null ? (domains.get(domain) ?? domain) : (families.get(family) ?? family);
    return { domain, family, label, unit, currency: head.currency, ...figures };
  });
}
