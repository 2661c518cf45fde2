import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** An in-memory DuckDB that can read the named files and nothing else. */
export interface FileEngine {
  readonly connection: DuckDBConnection;
  /** Runs a statement and gives its rows as text, decimals included; null stays null. */
  rows(sql: string): Promise<(string | null)[][]>;
  close(): void;
}

export interface EngineOptions {
  readonly readable: readonly string[];
  /** A private folder for what does not fit in memory. */
  readonly spillDir: string;
  readonly memory?: string;
  readonly threads?: number;
}

/**
 * Opens the engine that looks at files of others. External access is off but for the named paths, nothing is downloaded,
 * and the configuration is locked before the file is touched, so that no content can widen it.
 */
export async function openFileEngine(options: EngineOptions): Promise<FileEngine> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads ?? 2),
    memory_limit: options.memory ?? '512MB',
    temp_directory: options.spillDir,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(`SET allowed_paths = [${options.readable.map(quoteText).join(', ')}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
  return {
    connection,
    async rows(sql) {
      const reader = await connection.runAndReadAll(sql);
      return reader.getRowsJson().map((row) => row.map((value) => (value === null ? null : String(value))));
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** A text as an SQL literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
