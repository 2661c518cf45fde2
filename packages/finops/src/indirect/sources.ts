import { parseDecimal } from '@prorata/allocation';
import type { MonthRun } from '../facts/step.ts';
import { tidy } from '../mapping/fold.ts';
import { finopsProblem } from '../problems.ts';
import { filterArrays } from './base.ts';
import { type RuleInForce, ruleOfPool } from './chains.ts';
import * as sql from './indirect.sql.ts';
import type { SourceCell } from './pass-on.ts';
import { MONEY_SCALE } from './spread.ts';

type SourceRow = Pick<SourceCell, 'domain' | 'tax' | 'environment' | 'currency' | 'rows'> &
  Readonly<Record<'effective' | 'billed' | 'standard', string | null>>;

/** A cell and, where it was a rule that chose it, that rule. A pool's rule is found by its environment. */
export interface ChosenCell extends SourceCell {
  readonly chosenBy: RuleInForce | undefined;
  readonly unit?: string;
}

/**
 * Everything that the month has to spread: pools as the mapping filled them, direct facts that rules choose (they leave the
 * facts here, so that nothing is counted twice), and indirect products with a price.
 *
 * @throws Problem `INDIRECT_PRODUCT_UNKNOWN`
 */
export async function gatherSources(run: MonthRun, rules: readonly RuleInForce[]): Promise<ChosenCell[]> {
  const pools = await run.tx.query<SourceRow & { source: string }>(sql.POOLS, run.key);
  const cells: ChosenCell[] = pools.map((row) => ({
    ...cellOf(row, 'POOL', row.source),
    chosenBy: ruleOfPool(rules, row.source, row.environment),
  }));
  for (const chosenBy of rules) {
    const { from, code } = chosenBy.rule;
    if (!('facts' in from)) continue;
    const rows = await run.tx.query<SourceRow>(sql.TAKE_FACTS, [...run.key, code, ...filterArrays(from.facts)]);
    cells.push(...rows.map((row) => ({ ...cellOf(row, 'FACTS', code), chosenBy })));
  }
  return [...cells, ...(await pricedProducts(run, rules))];
}

function cellOf(row: SourceRow, kind: 'POOL' | 'FACTS', source: string): SourceCell {
  const { domain, tax, environment, currency, rows } = row;
  const units = (text: string | null) => (text === null ? null : parseDecimal(text, MONEY_SCALE));
  const money = { effective: units(row.effective), billed: units(row.billed), standard: units(row.standard) };
  return { kind, source, domain, tax, environment, currency, rows, ...money };
}

/** An indirect product is spread once, by the first rule that names it; its price is the amount, so it has no cost here. */
async function pricedProducts({ tx, key, entity }: MonthRun, rules: readonly RuleInForce[]): Promise<ChosenCell[]> {
  const firstRule = new Map<string, RuleInForce>();
  for (const one of rules) {
    if (!('products' in one.rule.from)) continue;
    for (const product of one.rule.from.products) if (!firstRule.has(tidy(product))) firstRule.set(tidy(product), one);
  }
  if (firstRule.size === 0) return [];
  const rows = await tx.query<{ product: string; unit: string; domain: string | null }>(sql.INDIRECT_PRODUCTS, [
    key[0],
    key[1],
    [...firstRule.keys()],
  ]);
  const known = new Map(rows.map((row) => [row.product, row]));
  return [...firstRule].map(([source, chosenBy]) => {
    const product = known.get(source);
    if (product === undefined || product.domain === null) {
      const detail = `rule ${chosenBy.rule.code} spreads ${JSON.stringify(source)}`;
      throw finopsProblem('INDIRECT_PRODUCT_UNKNOWN', detail, { rule: chosenBy.rule.code, product: source });
    }
    const environment = chosenBy.rule.to?.environment ?? 'n_a';
    const { domain, unit } = product;
    const none = { effective: null, billed: null, standard: null, rows: 0, tax: false };
    const { currency } = entity.config;
    return { kind: 'PRODUCT', source, domain, environment, currency, unit, chosenBy, ...none } as const;
  });
}
