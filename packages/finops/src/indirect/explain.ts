import { formatDecimal, type PreparedWeights, parseDecimal, prepareWeights, split } from '@prorata/allocation';
import { firstDayOf } from '@prorata/platform';
import type { MonthKey } from '../facts/step.ts';
import { UNALLOCATED } from '../mapping/apply.ts';
import { fold } from '../mapping/fold.ts';
import type { EntityNode } from '../node/entity.ts';
import * as sql from './explain.sql.ts';
import { type Language, partInWords } from './explain-words.ts';
import type { ExplainedPart, PoolFlowRow, SpreadSource } from './explained-part.ts';
import { MONEY_SCALE } from './spread.ts';

export type { Language } from './explain-words.ts';

export interface Explanation {
  readonly period_month: string;
  readonly application: string;
  readonly parts: readonly ExplainedPart[];
}

/**
 * Why an application bears what it bears of the shared costs: source, rule and version, weight, total of the weights, share,
 * rounding, amount. The amounts are computed again by the engine from the weights that the run kept.
 *
 * @param application its name or code, in any case
 */
export async function explainIndirect(
  entity: EntityNode,
  month: string,
  application: string,
  language: Language = 'en',
): Promise<Explanation> {
  const key: MonthKey = [entity.scope.tenantId, entity.scope.legalEntityId, firstDayOf(month)];
  const code = application === UNALLOCATED ? UNALLOCATED : fold(application);
  const parts = await entity.db.transaction(
    entity.scope,
    async (tx) => {
      const lines = await tx.query<SpreadSource>(sql.LINES, key);
      const weights = await tx.query<StoredWeight>(sql.WEIGHTS, key);
      const flows = await tx.query<StoredFlow>(sql.FLOWS, key);
      const valued = await tx.query<ValuedShare>(sql.VALUED_SHARES, [...key, code]);
      return partsOf(code, lines, weights, flows).map((part) => withValue(part, valued));
    },
    { readOnly: true },
  );
  return {
    period_month: month,
    application: code,
    parts: parts.map((part) => ({ ...part, words: partInWords(code, part, language) })),
  };
}

interface StoredWeight {
  readonly rule_code: string;
  readonly currency: string;
  readonly environment: string;
  readonly application: string;
  readonly value: string;
  readonly weight: string;
  readonly clamped: boolean;
}

interface StoredFlow extends PoolFlowRow {
  readonly domain_id: string;
  readonly tax: boolean;
  readonly environment: string;
  readonly currency: string;
}

/** What the Pricing View makes of the share of an indirect product with a price. */
interface ValuedShare {
  readonly product_id: string;
  readonly environment: string;
  readonly currency: string;
  readonly cost_standard: string | null;
}

function withValue(part: Unworded, valued: readonly ValuedShare[]): Unworded {
  if (part.source_kind !== 'PRODUCT' || part.quantity === null) return part;
  const fact = valued.find(
    (one) =>
      one.product_id === part.product_id && one.environment === part.environment && one.currency === part.currency,
  );
  return { ...part, cost_standard: fact?.cost_standard ?? null };
}

type Unworded = Omit<ExplainedPart, 'words'>;

function partsOf(
  application: string,
  lines: readonly SpreadSource[],
  weights: readonly StoredWeight[],
  flows: readonly StoredFlow[],
): Unworded[] {
  const sets = new Map<string, StoredWeight[]>();
  for (const one of weights) {
    const key = `${one.rule_code}|${one.currency}|${one.environment}`;
    const set = sets.get(key);
    if (set === undefined) sets.set(key, [one]);
    else set.push(one);
  }
  const prepared = new Map<readonly StoredWeight[], PreparedWeights>();
  return lines.map((line) => {
    const set =
      sets.get(`${line.rule_code}|${line.currency}|${line.environment}`) ??
      sets.get(`${line.rule_code}|${line.currency}|`) ??
      [];
    const own = set.find((one) => one.application === application);
    const { fallback } = line;
    const receives = line.warning === null ? own !== undefined && own.weight !== '0' : application === fallback;
    const ready = prepared.get(set) ?? (line.warning === null ? prepareSet(set) : onlyTo(fallback));
    if (line.warning === null) prepared.set(set, ready);
    return {
      ...line,
      weight: own?.weight ?? null,
      direct_cost: own?.value ?? null,
      clamped: own?.clamped ?? false,
      ...(receives ? partOf(line, ready, application) : NOTHING),
      flows: flows.filter((flow) => touches(flow, line)),
    };
  });
}

const NOTHING = { quantity: null, cost_effective: null, cost_billed: null, cost_standard: null, rounding: null };
const SHARE_SCALE = 12;

function prepareSet(set: readonly StoredWeight[]): PreparedWeights {
  const positive = set.filter((one) => one.weight !== '0');
  return prepareWeights(positive.map((one) => ({ key: one.application, weight: one.weight })));
}

function onlyTo(fallback: string): PreparedWeights {
  return prepareWeights([{ key: fallback, weight: 1n }]);
}

function partOf(line: SpreadSource, weights: PreparedWeights, application: string) {
  const find = (amount: bigint) => split({ amount, weights }).parts.find((part) => part.key === application);
  const money = (text: string | null) => (text === null ? undefined : find(parseDecimal(text, MONEY_SCALE)));
  const decimal = (amount: bigint | undefined) =>
    amount === undefined ? null : shortest(formatDecimal(amount, MONEY_SCALE));
  const effective = money(line.pool_effective);
  return {
    quantity: shortest(formatDecimal(find(10n ** BigInt(SHARE_SCALE))?.amount ?? 0n, SHARE_SCALE)),
    cost_effective: decimal(effective?.amount),
    cost_billed: decimal(money(line.pool_billed)?.amount),
    cost_standard: decimal(money(line.pool_standard)?.amount),
    rounding:
      effective === undefined
        ? null
        : {
            amount: decimal(effective.amount) ?? '0',
            floor: decimal(effective.floor) ?? '0',
            rounding: decimal(effective.rounding) ?? '0',
          },
  };
}

function shortest(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}

function touches(flow: StoredFlow, line: SpreadSource): boolean {
  return (
    line.source_kind === 'POOL' &&
    (flow.to_pool === line.pool || flow.from_pool === line.pool) &&
    flow.domain_id === line.domain_id &&
    flow.tax === line.tax &&
    flow.environment === line.source_environment &&
    flow.currency === line.currency
  );
}
