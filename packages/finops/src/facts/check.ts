import { finopsProblem } from '../problems.ts';
import type { BatchStep, MoneyTotal } from './steps.ts';
import { consumptionTotals, countOf, factTotals } from './totals.ts';

/** The proof at the end of each run: the facts hold the money of the bills, to the last decimal. */
export const checkStep: BatchStep = {
  name: 'CHECK',
  async run({ tx, month, key }) {
    const facts = await factTotals(tx, key);
    if (countOf(facts) === 0) throw finopsProblem('NO_CONSUMPTION', `${month} has no consumption`);
    assertConserved(month, await consumptionTotals(tx, key), facts);
    return { rows_in: countOf(facts), rows_out: countOf(facts), money: facts, warnings: [], errors: 0 };
  },
};

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
