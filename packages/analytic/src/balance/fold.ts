import { type RequestContext, scopeOf, soon } from '@prorata/platform';
import type { AnalyticNode } from '../service/node.ts';

/** Postings folded by one transaction; single runs of other legal entities do not wait for it, and those of this one neither. */
const MOST_POSTINGS = 1_000;

/** How long after a run its posting is folded into the balance; until then the balance adds it up when it is read. */
const FOLD_AFTER_MILLISECONDS = 500;

const FOLD = 'SELECT ana_fold_balance($1) AS folded';

/** Folds the waiting postings of the caller's legal entity into its balance. @returns how many they were */
export async function foldBalance(node: AnalyticNode, context: RequestContext): Promise<number> {
  let total = 0;
  for (let folded = MOST_POSTINGS; folded === MOST_POSTINGS; total += folded) {
    const rows = await node.db.transaction(scopeOf(context), (tx) =>
      tx.query<{ folded: number }>(FOLD, [MOST_POSTINGS]),
    );
    folded = rows[0]?.folded ?? 0;
  }
  return total;
}

export function foldSoon(node: AnalyticNode, context: RequestContext): void {
  const name = `fold ${context.tenantId} ${context.legalEntityId}`;
  soon(node.db, name, FOLD_AFTER_MILLISECONDS, () => foldBalance(node, context));
}
