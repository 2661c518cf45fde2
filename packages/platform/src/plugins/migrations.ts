import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkRowSecurity, type RlsFinding } from '../database/rls-check.ts';
import { pluginProblem } from './problems.ts';
import { statementsOf } from './statement.ts';

/**
 * What a migration of a plugin may say, each about a table of its own. They run as the owner of every table, so that anything else (a
 * function, a trigger, a grant or a policy on a table of somebody else) would be a hole in the walls.
 */
const ALLOWED: readonly RegExp[] = [
  /^create table (?:if not exists )?(?<table>\w+) \(/,
  /^create (?:unique )?index (?:if not exists )?\w+ on (?<table>\w+) /,
  /^alter table (?<table>\w+) (?:enable|force) row level security$/,
  /^alter table (?<table>\w+) add (?:column|constraint) /,
  /^alter table (?<table>\w+) drop (?:column|constraint) /,
  /^create policy \w+ on (?<table>\w+) /,
  /^comment on (?:table|column) (?<table>\w+)(?:\.\w+)? is /,
  /^grant (?:select|insert|update|delete)(?:, ?(?:select|insert|update|delete))* on (?<table>\w+) to (?:prorata_app|prorata_reader)$/,
];

/** Of a plugin's manifest: whose migrations they are, and the tables that they may speak of. */
interface OwnTables {
  readonly code: string;
  readonly tables: readonly string[];
}

/** @throws Problem `PLUGIN_INVALID` for a statement that no migration of a plugin may hold */
export async function requireMigrations(directory: string, manifest: OwnTables): Promise<void> {
  const names = await readdir(directory).catch(() => {
    throw pluginProblem('PLUGIN_INVALID', `${directory} is no folder`);
  });
  const own = new Set(manifest.tables);
  for (const name of names.filter((file) => file.endsWith('.sql')).sort()) {
    for (const statement of statementsOf(await readFile(join(directory, name), 'utf8'))) {
      const text = statement.toLowerCase();
      const table = ALLOWED.map((pattern) => pattern.exec(text)?.groups?.table).find((found) => found !== undefined);
      if (table !== undefined && own.has(table) && referencesOwn(text, own)) continue;
      const place = `${name} of the plugin ${manifest.code}`;
      throw pluginProblem('PLUGIN_INVALID', `${place} may not say: ${statement.slice(0, 120)}`);
    }
  }
}

/** A foreign key to a table of somebody else would keep that one from being changed, and tells whether a key is there. */
function referencesOwn(statement: string, own: ReadonlySet<string>): boolean {
  return [...statement.matchAll(/\breferences (\w+)/g)].every(([, table = '']) => own.has(table));
}

/**
 * Looks at the tables that the migrations made: each has a tenant and a legal entity, and its wall stands.
 *
 * @param query as the catalogue's reader, on the node's own database
 * @throws Problem `PLUGIN_INVALID`
 */
export async function requireWalls(
  manifest: OwnTables,
  query: <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<Row[]>,
): Promise<void> {
  const columns = await query<{ name: string; scoped: number }>(
    `SELECT c.relname AS name, count(a.attname) FILTER (WHERE a.attname IN ('tenant_id', 'legal_entity_id') AND a.attnotnull)::integer AS scoped
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'prorata'
       JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
      WHERE c.relname = ANY ($1) AND c.relkind IN ('r', 'p') GROUP BY 1`,
    [manifest.tables],
  );
  const found = new Map(columns.map(({ name, scoped }) => [name, scoped]));
  for (const table of manifest.tables) {
    if (found.get(table) !== 2) {
      const lack = found.has(table) ? 'has no tenant_id and legal_entity_id that are never null' : 'was not made';
      throw pluginProblem('PLUGIN_INVALID', `the table ${table} of ${manifest.code} ${lack}`);
    }
  }
  const findings = await checkRowSecurity((sql) => query<RlsFinding>(sql));
  const own = findings.filter(({ table_name }) => manifest.tables.includes(table_name));
  const [first] = own;
  if (first !== undefined) {
    throw pluginProblem('PLUGIN_INVALID', `the table ${first.table_name} of ${manifest.code}: ${first.problem}`);
  }
  const policies = await query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
      WHERE c.relname = ANY ($1) AND (coalesce(pg_get_expr(p.polqual, p.polrelid), 'app.current_legal_entity') NOT LIKE '%app.current_legal_entity%'
         OR coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'app.current_legal_entity') NOT LIKE '%app.current_legal_entity%')`,
    [manifest.tables],
  );
  if (policies[0] !== undefined) {
    const detail = `a policy of ${policies[0].name} of ${manifest.code} does not compare legal_entity_id`;
    throw pluginProblem('PLUGIN_INVALID', detail);
  }
}
