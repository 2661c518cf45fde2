import type { Database } from '@prorata/platform';
import type { LedgerReaction } from '../events/apply.ts';

/** What the routes work on. */
export interface LedgerHttp {
  readonly db: Database;
  /** The node's folder: uploads pass through it, and `keys/gl-api.json` stands in it. */
  readonly dir: string;
  /** Follows the reversals that an intake brings. */
  readonly react?: LedgerReaction;
}
