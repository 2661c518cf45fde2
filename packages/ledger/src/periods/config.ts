import { type Database, type RequestContext, type Tx, type WriteAnswer, writePath } from '@prorata/platform';
import { OWN } from '../entry/own.sql.ts';
import { ownerOf, requireEntity } from '../intake/merge.ts';
import { ledgerProblem } from '../problems.ts';

/** What a legal entity says about its own books. */
export interface LedgerConfig {
  /** Codes of journals that carry balances over from the year before. */
  readonly opening_journals: readonly string[];
  /** Codes of journals that empty income and expense accounts at the end of a year. */
  readonly closing_journals: readonly string[];
  /** First characters of the accounts that rules take unless they say otherwise. */
  readonly default_accounts: readonly string[];
}

/**
 * What French products call these journals, and the classes of expenses and income of the French chart of accounts (PCG). A FEC holds
 * opening entries and no closing ones (article A47 A-1 LPF, BOI-CF-IOR-60-40-20), but events and the API may bring them.
 */
export const DEFAULT_LEDGER_CONFIG: LedgerConfig = {
  opening_journals: ['AN', 'ANO', 'ANOUV', 'RAN', 'REPORT', 'OUV', 'A-NOUV', 'A-NOUVEAU'],
  closing_journals: ['CLO', 'CLOT', 'CLOTURE', 'CL'],
  default_accounts: ['6', '7'],
};

/** Configuration of the legal entity of the transaction; the defaults where it said nothing. */
export async function ledgerConfig(tx: Tx): Promise<LedgerConfig> {
  const rows = await tx.query<LedgerConfig>(
    `SELECT opening_journals, closing_journals, default_accounts FROM ledger_config
      WHERE ${OWN}`,
  );
  return rows[0] ?? DEFAULT_LEDGER_CONFIG;
}

const STORE = `
  INSERT INTO ledger_config AS c (tenant_id, legal_entity_id, opening_journals, closing_journals, default_accounts, updated_by)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (tenant_id, legal_entity_id) DO UPDATE
     SET opening_journals = excluded.opening_journals, closing_journals = excluded.closing_journals,
         default_accounts = excluded.default_accounts, updated_at = now(), updated_by = excluded.updated_by, version = c.version + 1`;

/**
 * Replaces the configuration of a legal entity. Entries stay as they are: the configuration is applied when they are read.
 *
 * @throws Problem `CONFIG_INVALID`, `ENTITY_NOT_SERVED`
 */
export async function setLedgerConfig(
  db: Database,
  context: RequestContext,
  config: LedgerConfig,
  idempotencyKey?: string,
): Promise<LedgerConfig> {
  return (await putLedgerConfig(db, context, config, idempotencyKey)).body;
}

/** The same, with whether the answer is the stored one of an earlier request. @throws Problem as `setLedgerConfig` */
export async function putLedgerConfig(
  db: Database,
  context: RequestContext,
  config: LedgerConfig,
  idempotencyKey?: string,
): Promise<WriteAnswer<LedgerConfig>> {
  requireConfig(config);
  const owner = ownerOf(context);
  const { opening_journals, closing_journals, default_accounts } = config;
  const request = {
    action: 'ledger.configure',
    method: 'PUT',
    route: '/api/erp/gl/config',
    idempotencyKey,
    payload: config,
  };
  return await writePath(db, context, request, async (tx, record) => {
    await requireEntity(tx, owner);
    const own = [owner.tenantId, owner.legalEntityId];
    await tx.execute(STORE, [...own, opening_journals, closing_journals, default_accounts, owner.userId]);
    record.audit({ subject: 'ledger_config', subjectId: owner.legalEntityId, details: config });
    return { status: 200, body: { opening_journals, closing_journals, default_accounts } };
  });
}

function requireConfig(config: LedgerConfig): void {
  const errors: { pointer: string; message: string }[] = [];
  for (const name of ['opening_journals', 'closing_journals', 'default_accounts'] as const) {
    const values = config[name];
    for (const [index, value] of values.entries()) {
      const pointer = `/${name}/${index}`;
      if (value.trim() !== value || value === '' || value.length > 64)
        errors.push({ pointer, message: 'must be 1 to 64 characters without blanks around them' });
      else if (values.indexOf(value) !== index) errors.push({ pointer, message: 'stands twice' });
    }
  }
  for (const [index, code] of config.closing_journals.entries()) {
    if (config.opening_journals.includes(code)) {
      errors.push({ pointer: `/closing_journals/${index}`, message: 'is an opening journal too' });
    }
  }
  if (config.default_accounts.length === 0)
    errors.push({ pointer: '/default_accounts', message: 'must name an account' });
  const first = errors[0];
  if (first !== undefined) throw ledgerProblem('CONFIG_INVALID', `${first.pointer} ${first.message}`, { errors });
}
