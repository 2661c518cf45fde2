import { pluginProblem } from './problems.ts';

/**
 * Splits SQL into statements without comments, on single blanks, texts left as they are. Only plain spellings are understood: dollar
 * quotes, escape strings, quoted names and Unicode escapes are refused, because what cannot be read cannot be judged.
 *
 * @throws Problem `PLUGIN_STATEMENT_REFUSED`
 */
export function statementsOf(sql: string): string[] {
  const pieces = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|[;\s]+|[^\s;'"$\\/-]+|\$\d+|[-/]/gy;
  const statements: string[] = [];
  let statement = '';
  while (pieces.lastIndex < sql.length) {
    const at = pieces.lastIndex;
    const piece = pieces.exec(sql)?.[0];
    if (piece === undefined) throw refused(`it is not plain SQL at ${JSON.stringify(sql.slice(at, at + 30))}`);
    if (piece.startsWith('--') || piece.startsWith('/*')) continue;
    if (piece.startsWith("'") && /[eubxn&]$/i.test(statement)) throw refused('a text with a prefix');
    if (!/^[;\s]/.test(piece)) {
      statement += piece;
      continue;
    }
    if (!piece.includes(';')) {
      statement += ' ';
      continue;
    }
    statements.push(statement.trim());
    statement = '';
  }
  statements.push(statement.trim());
  return statements.filter((text) => text !== '').map((text) => text.replaceAll(/ +(?=(?:[^']|'[^']*')*$)/g, ' '));
}

/** What would change the scope, the session or the server, or run text that nobody has read. */
const NEVER =
  /\b(?:set_config|pg_\w+|\w+_to_xml\w*|dblink\w*|lo_\w+|current_setting|execute|prepare|do|copy|call|truncate|vacuum|grant|revoke|create|alter|drop|reset|listen|notify|lock|merge)\b/;

const READS = /^(?:select|with|values)\b/;
const WRITES = /^(?:insert into|update|delete from) (\w+)\b/;

export interface StatementRules {
  readonly mayWrite: boolean;
  /** The tables that the plugin made. */
  readonly tables: ReadonlySet<string>;
  /** Functions of the node's own schema: none of them is for plugins. */
  readonly functions: ReadonlySet<string>;
}

/**
 * Judges one statement of a plugin: it reads, or it writes one of the plugin's own tables.
 *
 * @throws Problem `PLUGIN_STATEMENT_REFUSED`
 */
export function requirePlainStatement(sql: string, rules: StatementRules): void {
  const statements = statementsOf(sql);
  const [statement = ''] = statements;
  if (statements.length !== 1) throw refused(`it holds ${statements.length} statements`);
  const text = statement.replaceAll(/'(?:[^']|'')*'/g, "''").toLowerCase();
  const words = text.replaceAll(/\bon conflict\b(.*?)\bdo (?:nothing|update)\b/g, 'on conflict$1');
  const never = NEVER.exec(words)?.[0];
  if (never !== undefined) throw refused(`it says ${never}`);
  const own = [...words.matchAll(/\b(\w+) ?\(/g)]
    .map(([, name = '']) => name)
    .find((name) => rules.functions.has(name));
  if (own !== undefined) throw refused(`it calls ${own}`);
  if (READS.test(words)) {
    if (/\b(?:insert into|delete from|update \w+ set)\b/.test(words)) throw refused('it writes inside of a query');
    return;
  }
  const table = WRITES.exec(words)?.[1];
  if (table === undefined) throw refused(`it begins with ${words.slice(0, 30)}`);
  if (!rules.mayWrite) throw refused('it writes where the plugin only reads');
  if (!rules.tables.has(table)) throw refused(`it writes ${table}, which is not its own`);
  if (/[( ](?:insert into|delete from)\b/.test(words.slice(1))) throw refused('it writes twice');
}

function refused(detail: string) {
  return pluginProblem('PLUGIN_STATEMENT_REFUSED', detail);
}
