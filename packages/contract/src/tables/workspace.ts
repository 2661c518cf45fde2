import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import { duckdbType, TABLES, type Table } from '../format/tables.ts';

/** What a workspace may use of the machine. `memory` is a DuckDB size, for example `1GiB`; beyond it, it spills. */
export interface WorkspaceLimits {
  readonly memory: string;
  readonly threads: number;
}

/** One thread: two take nearly the same time over a bundle of 100 000 facts and twice the processor, for a receiver that has other work. */
export const WORKSPACE_LIMITS: WorkspaceLimits = { memory: '1GiB', threads: 1 };

/** An in-memory DuckDB that reads and writes in its own folders only and whose settings cannot be changed any more. */
export interface Workspace {
  readonly connection: DuckDBConnection;
  /** Rows of a query as text by column name; null stays null. */
  texts(sql: string, values?: readonly DuckDBValue[]): Promise<ReadonlyArray<Readonly<Record<string, string | null>>>>;
  /**
   * The same tables by a connection of its own, for work at the same time: one connection does one thing after the other, and a stream
   * that is being read ends with the next statement. Close it when that work has ended, and before the workspace.
   */
  beside(): Promise<Workspace>;
  close(): void;
}

/**
 * Opens a workspace for files that are not trusted: no network, no extensions, no file outside `folders` (the first
 * one takes what spills), bounded memory, locked configuration. Whoever closes it removes the folder.
 */
export async function openWorkspace(
  folders: readonly [string, ...string[]],
  limits: WorkspaceLimits = WORKSPACE_LIMITS,
): Promise<Workspace> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(limits.threads),
    memory_limit: limits.memory,
    temp_directory: folders[0],
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  });
  const connection = await instance.connect();
  await connection.run(`SET allowed_directories = [${folders.map((folder) => text(`${folder}/`)).join(', ')}]`);
  // Footers of untrusted Parquet files carry statistics; an optimizer that believes them could skip rows that break a rule.
  await connection.run("SET disabled_optimizers = 'statistics_propagation,compressed_materialization'");
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
  return workspaceOf(instance, connection, () => {
    connection.closeSync();
    instance.closeSync();
  });
}

function workspaceOf(instance: DuckDBInstance, connection: DuckDBConnection, close: () => void): Workspace {
  return {
    connection,
    texts: async (sql, values = []) => {
      const result = await connection.run(sql, [...values]);
      const rows = await result.getRowObjectsJson();
      return rows.map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)])),
      );
    },
    beside: async () => {
      const other = await instance.connect();
      return workspaceOf(instance, other, () => other.closeSync());
    },
    close,
  };
}

/**
 * Does two things with the tables at the same time, by a connection each; DuckDB works outside of this thread. Both have ended when this
 * ends, and where both failed, it is the first one's failure that is thrown.
 */
export async function besideEachOther<One, Other>(
  workspace: Workspace,
  one: (workspace: Workspace) => Promise<One>,
  other: (workspace: Workspace) => Promise<Other>,
): Promise<[One, Other]> {
  const beside = await workspace.beside();
  try {
    const [first, second] = await Promise.allSettled([one(workspace), other(beside)]);
    if (first.status === 'rejected') throw first.reason;
    if (second.status === 'rejected') throw second.reason;
    return [first.value, second.value];
  } finally {
    beside.close();
  }
}

/** Creates the four empty tables of a bundle. */
export async function createTables(workspace: Workspace): Promise<void> {
  for (const table of TABLES) await workspace.connection.run(`CREATE TABLE ${table.name} (${definitions(table)})`);
}

/** `name TYPE, …` of a table's columns. Nullability is a rule with a place, not a constraint that hides the row. */
export function definitions(table: Table): string {
  return table.columns.map((column) => `${column.name} ${duckdbType(column)}`).join(', ');
}

/** The columns that make rows of a table comparable and its file the same bytes each time. */
export function grainOrder(table: Table): string {
  return table.grain.map((name) => `${name} NULLS FIRST`).join(', ');
}

/** A string as an SQL literal. */
export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
