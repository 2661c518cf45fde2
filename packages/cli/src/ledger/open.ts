import type { LedgerNode } from '@prorata/ledger';
import { withEntity } from '../entity/open.ts';

export const FOLDER = "the entity's folder";

export type LedgerPackage = typeof import('@prorata/ledger');

/** Opens the entity node of a folder for one piece of work on its books; postings follow the reversals that it brings. */
export async function withLedger<T>(
  dir: string,
  work: (ledger: LedgerNode, api: LedgerPackage) => Promise<T>,
): Promise<T> {
  const api = await import('@prorata/ledger');
  const { reactToLedger } = await import('@prorata/analytic');
  return await withEntity(dir, (node) => work({ db: node.db, context: node.operator, react: reactToLedger }, api));
}
