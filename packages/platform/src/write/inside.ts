import { legalEntityStatement } from '../database/scope.ts';
import type { Tx } from '../database/tx.ts';

/**
 * A part of a transaction that was begun without a legal entity: each of its statements is done as that of `legalEntityId`, and the
 * transaction is one of no company again behind it. The three go together, so that nothing of another part comes in between.
 */
export function inside(tx: Tx, legalEntityId: string): Tx {
  const [enter, leave] = [legalEntityStatement(legalEntityId), legalEntityStatement()];
  async function asCompany<T>(work: () => Promise<T>): Promise<T> {
    const entered = tx.execute(enter);
    const done = work();
    const left = tx.execute(leave);
    // Behind a failed statement the server refuses the others; the failure is told by the first of them.
    const [first, result] = await Promise.allSettled([entered, done, left]);
    if (first.status === 'rejected') throw first.reason;
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  }
  return {
    ahead: tx.ahead,
    query: (sql, values) => asCompany(() => tx.query(sql, values)),
    execute: (sql, values) => asCompany(() => tx.execute(sql, values)),
    copyFrom() {
      throw new RangeError('a part of a shared transaction copies nothing: a copy holds the connection for itself');
    },
    defer(sql, values) {
      tx.defer(enter);
      tx.defer(sql, values);
      tx.defer(leave);
    },
  };
}
