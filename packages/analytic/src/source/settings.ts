import type { MatchSettings } from '@prorata/allocation';
import { type LedgerConfig, ledgerConfig, ledgerProblem, minorUnit } from '@prorata/ledger';
import type { RequestContext, Tx } from '@prorata/platform';

/** What the legal entity settled about its books, as far as allocations need it. */
export interface BookSettings extends MatchSettings {
  /** Functional currency, ISO 4217, and the decimals to which its amounts are split. */
  readonly currency: string;
  readonly scale: number;
  /** State of axes, dimensions and drivers: what was compiled under another number is compiled again. */
  readonly revision: string;
}

const ENTITY = `
  SELECT e.currency, coalesce(s.revision, 0)::text AS revision
    FROM legal_entity e LEFT JOIN ana_reference_state s USING (tenant_id, legal_entity_id)
   WHERE e.legal_entity_id = $1`;

/** @throws Problem `ENTITY_NOT_SERVED` */
export async function bookSettings(tx: Tx, context: RequestContext): Promise<BookSettings> {
  const rows = await tx.query<{ currency: string; revision: string }>(ENTITY, [context.legalEntityId ?? null]);
  const row = rows[0];
  if (row === undefined) throw ledgerProblem('ENTITY_NOT_SERVED', `legal entity ${context.legalEntityId ?? 'none'}`);
  return settingsOf(row.currency, row.revision, await ledgerConfig(tx));
}

export function settingsOf(currency: string, revision: string, config: LedgerConfig): BookSettings {
  return {
    currency,
    scale: minorUnit(currency),
    // The ledger configures beginnings of accounts; the rule language writes such a beginning with an asterisk.
    defaultAccounts: config.default_accounts.map((beginning) => `${beginning}*`),
    revision,
  };
}
