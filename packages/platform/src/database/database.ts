import pg from 'pg';
import type { EmbeddedOptions } from './embedded.ts';
import { type MigrationSet, SCHEMA } from './migrate.ts';
import { ownName, recordPlaces, registryOf, type TenantEntry, type TenantMode } from './registry.ts';
import type { DatabaseRole } from './roles.ts';
import { type Scope, scopeStatements } from './scope.ts';
import { begun, inOnePiece, statement, together, transactionOf } from './session.ts';
import { openStore, type Store } from './store.ts';
import type { Statement, Tx } from './tx.ts';

export type { Sql, Statement, Tx } from './tx.ts';

export interface TransactionOptions {
  readonly role?: DatabaseRole;
  readonly readOnly?: boolean;
  /** Statements that are sent along with the beginning, so that nobody waits for each; their rows are `tx.ahead`. */
  readonly ahead?: readonly Statement[];
  /** How long a statement waits for what another transaction has locked before it fails; as the server has it, unless told. */
  readonly lockMilliseconds?: number;
}

export interface Database {
  /**
   * Runs `work` in one transaction as a least-privilege role with tenant and entity set locally. Commits when it returns,
   * rolls back when it throws.
   */
  transaction<T>(scope: Scope, work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** How the registry keeps this tenant's rows apart; a token that claims another mode is refused. */
  tenantMode(tenantId: string): TenantMode;
  /** Where the tenants' jobs are queued, one for each database: how to connect to it; the caller ends the pool. */
  readonly queues: readonly ((connections: number) => pg.Pool)[];
  /** Checks that the database answers. */
  ping(): Promise<void>;
  /** Waits for running transactions and gives the server back. */
  close(): Promise<void>;
}

export interface OpenOptions extends EmbeddedOptions {
  /** The node's folder; the embedded cluster and generated credentials live below it. */
  readonly dir: string;
  /** A PostgreSQL of one's own (15 or newer); its role needs to be allowed to create roles on first start. */
  readonly url?: string | undefined;
  readonly migrations: readonly MigrationSet[];
  /** Database name inside an embedded cluster. */
  readonly database?: string | undefined;
  /** The node this database belongs to: a second node that is pointed at it is refused. */
  readonly nodeId?: string | undefined;
  /** Tenants with a schema or a database of their own; all others share tables. */
  readonly tenants?: readonly TenantEntry[] | undefined;
}

/**
 * Opens a node's database, and those that tenants have for themselves, migrated to the state of the code.
 *
 * @throws Problem of `database/problems.ts`, and `KEY_FILE_EXPOSED` when others may read the passwords of the logins
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  const entries = options.tenants ?? [];
  const schemas = entries.filter(({ mode }) => mode === 'SCHEMA').map(({ id }) => ownName(id));
  const shared = await openStore(options, schemas, (admin) => recordPlaces(admin, entries));
  const dedicated = new Map<string, Store>();
  try {
    for (const entry of entries) {
      if (entry.mode !== 'DEDICATED_DB') continue;
      const { url, database = ownName(entry.id) } = entry;
      dedicated.set(entry.id, await openStore({ ...options, url, database }));
    }
  } catch (error) {
    await closeAll([...dedicated.values(), shared]);
    throw error;
  }
  return databaseOf(shared, entries, dedicated);
}

async function closeAll(stores: readonly Store[]): Promise<void> {
  for (const store of stores) await store.close();
}

function databaseOf(shared: Store, entries: readonly TenantEntry[], dedicated: ReadonlyMap<string, Store>): Database {
  const registry = registryOf(shared, entries, dedicated);
  const stores = [shared, ...dedicated.values()];
  return {
    tenantMode: (tenantId) => registry.place(tenantId).mode,
    async transaction(scope, work, options = {}) {
      const begin = `BEGIN${options.readOnly === true ? ' READ ONLY' : ''}; ${scopeStatements(scope)}`;
      const { schema, pool } = registry.place(scope.tenantId);
      const path = schema === SCHEMA ? '' : `; SET LOCAL search_path = ${pg.escapeIdentifier(schema)}`;
      const patience =
        options.lockMilliseconds === undefined ? '' : `; SET LOCAL lock_timeout = ${options.lockMilliseconds}`;
      const session = await begun(pool(options.role ?? 'app'), begin + path + patience, options.ahead ?? []);
      try {
        const deferred: Statement[] = [];
        const result = await work(transactionOf(session, deferred));
        const end = await together(
          inOnePiece(session.client, () => [
            ...deferred.map(({ sql, values }) => statement(session.client, sql, values)),
            session.client.query('COMMIT'),
          ]),
        );
        // The server answers ROLLBACK, and no error, when a statement had failed and its error was not passed on.
        if (end.command !== 'COMMIT') throw new Error('the transaction was rolled back: a statement in it had failed');
        return result;
      } catch (error) {
        await session.client.query('ROLLBACK').catch(session.broke);
        throw error;
      } finally {
        session.release();
      }
    },
    queues: stores.map((store) => (connections: number) => store.connectQueue(connections)),
    async ping() {
      await Promise.all(stores.map((store) => store.pool('app').query('select 1')));
    },
    close: () => closeAll([...dedicated.values(), shared]),
  };
}
