import type { Tx } from '@prorata/platform';
import { stateOf } from '../closing/guard.ts';
import type { MonthKey } from '../facts/step.ts';

/**
 * A statement on `standing_fact` about one month, on the table behind it: over the union of both the database sorts a million facts
 * that it can add up in parallel where it sees one table.
 */
export async function onFacts(tx: Tx, key: MonthKey, statement: string): Promise<string> {
  const table = (await stateOf(tx, key)) === 'OPEN' ? 'fact_consumption' : 'fact_cost';
  return statement.replaceAll('standing_fact', table);
}
