import type { Tx } from '@prorata/platform';
import { adjustmentsIn } from '../closing/adjustments.ts';
import { SHARES_ASTRAY, SPREAD_TOTALS } from '../indirect/indirect.sql.ts';
import { finopsProblem } from '../problems.ts';
import { MEASURED_ASTRAY } from './run.sql.ts';
import type { BatchStep, MoneyTotal, MonthKey } from './step.ts';
import { consumptionTotals, countOf, factTotals } from './totals.ts';

/** The proof at the end of each run: the facts hold the money of the bills, to the last decimal. */
export const checkStep: BatchStep = {
  name: 'CHECK',
  async run({ tx, month, key }) {
    const facts = await factTotals(tx, key);
    // A month may carry corrections of closed months and have nothing of its own.
    if (countOf(facts) === 0 && (await adjustmentsIn(tx, key)).length === 0) {
      throw finopsProblem('NO_CONSUMPTION', `${month} has no consumption`);
    }
    assertConserved(month, await consumptionTotals(tx, key), facts);
    await assertMeasured(tx, key, month);
    await assertSpread(tx, key, month);
    return { rows_in: countOf(facts), rows_out: countOf(facts), money: facts, warnings: [], errors: 0 };
  },
};

/** What was measured is what the facts hold, a rule's sources included; where bills measure a product as well, they add to it. */
async function assertMeasured(tx: Tx, key: MonthKey, month: string): Promise<void> {
  const [astray] = await tx.query<Record<string, string>>(MEASURED_ASTRAY, key);
  if (astray === undefined) return;
  throw finopsProblem('RUN_NOT_CONSERVED', `${month}: measured quantities differ: ${JSON.stringify(astray)}`);
}

/** What was to be spread is what the indirect facts hold, and the shares of each product are shares of one whole. */
async function assertSpread(tx: Tx, key: MonthKey, month: string): Promise<void> {
  for (const one of await tx.query<Record<string, string>>(SPREAD_TOTALS, key)) {
    if (one.pools_effective === one.facts_effective && one.pools_billed === one.facts_billed) continue;
    throw finopsProblem('RUN_NOT_CONSERVED', `${month}: spread and borne differ: ${JSON.stringify(one)}`);
  }
  const [astray] = await tx.query<Record<string, string>>(SHARES_ASTRAY, key);
  if (astray === undefined) return;
  throw finopsProblem('RUN_NOT_CONSERVED', `${month}: shares do not add up to 1: ${JSON.stringify(astray)}`);
}

/** Nothing is lost and nothing is made: the facts of each currency hold exactly the money of its bills. */
export function assertConserved(month: string, consumed: readonly MoneyTotal[], facts: readonly MoneyTotal[]): void {
  const [bills, held] = [moneyOf(consumed), moneyOf(facts)];
  if (bills === held) return;
  throw finopsProblem('RUN_NOT_CONSERVED', `${month}: consumption ${bills}; facts ${held}`);
}

/** Whether two totals are the same money. A currency that only measured quantities have is no money. */
export function sameMoney(some: readonly MoneyTotal[], others: readonly MoneyTotal[]): boolean {
  return moneyOf(some) === moneyOf(others);
}

function moneyOf(totals: readonly MoneyTotal[]): string {
  const held = totals.filter((total) => total.cost_effective !== '0' || total.cost_billed !== '0');
  return held
    .map((total) => `${total.currency} ${total.cost_effective} effective, ${total.cost_billed} billed`)
    .join('; ');
}
