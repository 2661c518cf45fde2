import type { Manifest } from '../format/manifest.ts';
import { type Findings, VIOLATIONS_LISTED, type Violation, violation } from '../format/refusals.ts';
import {
  APPLICATIONS,
  CODE_LENGTH,
  type Column,
  FACTS,
  LABEL_LENGTH,
  PRICES,
  PRODUCTS,
  TABLES,
  type Table,
} from '../format/tables.ts';
import { type ListedTexts, whereListed } from './listed-texts.ts';
import { ruleProductFindings } from './rule-products.ts';
import { text, type Workspace } from './workspace.ts';

/** What every row has to agree with. */
export type RuleScope = Pick<Manifest, 'period_month' | 'pricing_view' | 'indirect_rules'> & {
  readonly entity: { readonly code: string };
};

/** One rule on one column: the SQL condition that a value `v` breaks it, and what to say about it. */
interface ColumnRule {
  readonly table: Table;
  readonly column: Column;
  readonly broken: string;
  readonly says: string;
}

/**
 * SCHEMA_VIOLATION: every value against its column's definition, every code against the file that lists it, the
 * shares of every INDIRECT product against 1, and what the indirect rules name against the facts. Rows count from 1 in the order of the file. `tables` names the ones that
 * could be read; what needs another is left out. `texts`: of the facts as they stand, where they are listed.
 */
export async function schemaFindings(
  workspace: Workspace,
  scope: RuleScope,
  tables: readonly Table[] = TABLES,
  texts: ListedTexts = [],
): Promise<Findings> {
  const findings = new Collected();
  const rules = tables.flatMap((table) => table.columns.flatMap((column) => columnRules(table, column, scope)));
  for (const rule of await brokenRules(workspace, rules, texts)) findings.take(await brokenRows(workspace, rule));
  for (const [from, column, to] of LISTED_IN) {
    if (!tables.includes(from) || !tables.includes(to)) continue;
    const source = from === FACTS ? whereListed(texts, column).table : from.name;
    if (!(await areListed(workspace, source, column, to)))
      findings.take(await unlistedCodes(workspace, from, column, to));
  }
  if (tables.includes(FACTS)) {
    findings.take(await sharesThatMissOne(workspace));
    findings.take(await ruleProductFindings(workspace, scope.indirect_rules));
  }
  return findings;
}

/** GRAIN_DUPLICATE: rows of one file that share a grain; a missing value counts as a value. */
export async function grainFindings(workspace: Workspace): Promise<Findings> {
  const findings = new Collected();
  for (const table of TABLES) findings.take(await doubledGrains(workspace, table));
  return findings;
}

/** Findings of several checks as one, cut at VIOLATIONS_LISTED. */
export class Collected implements Findings {
  readonly listed: Violation[] = [];
  more = 0;

  take(found: Findings): void {
    const room = VIOLATIONS_LISTED - this.listed.length;
    this.listed.push(...found.listed.slice(0, room));
    this.more += found.more + Math.max(0, found.listed.length - room);
  }
}

function columnRules(table: Table, column: Column, scope: RuleScope): ColumnRule[] {
  const rule = (broken: string, says: string): ColumnRule => ({ table, column, broken, says });
  const rules = column.nullable ? [] : [rule('v IS NULL', 'is missing')];
  const printable = (length: number) =>
    rule(
      `v = '' OR length(v) > ${length} OR regexp_matches(v, '\\p{Cc}')`,
      `is empty, longer than ${length} characters or holds a control character`,
    );
  switch (column.kind) {
    case 'month':
      return [
        ...rules,
        rule(
          `v <> DATE ${text(`${scope.period_month}-01`)}`,
          `is not the month of the manifest, ${scope.period_month}-01`,
        ),
      ];
    case 'entity':
      return [
        ...rules,
        rule(`v <> ${text(scope.entity.code)}`, `is not the entity of the manifest, ${scope.entity.code}`),
      ];
    case 'code':
      return [...rules, printable(CODE_LENGTH), ...viewRule(rule, column, scope)];
    case 'label':
      return [...rules, printable(LABEL_LENGTH)];
    case 'choice': {
      const choices = column.choices ?? [];
      return [...rules, rule(`v NOT IN (${choices.map(text).join(', ')})`, `is none of ${choices.join(', ')}`)];
    }
    case 'currency':
      return [
        ...rules,
        rule("NOT regexp_full_match(v, '[A-Z]{3}')", 'is not an ISO 4217 code of three capital letters'),
      ];
    case 'count':
      return [...rules, rule('v < 1', 'is below 1'), ...viewRule(rule, column, scope)];
    case 'decimal':
      return rules;
  }
}

// Every price belongs to the one Pricing View that the manifest names.
function viewRule(
  rule: (broken: string, says: string) => ColumnRule,
  { name }: Column,
  { pricing_view }: RuleScope,
): ColumnRule[] {
  if (name !== 'view_code' && name !== 'view_version') return [];
  if (pricing_view === null) return [rule('v IS NOT NULL', 'is given although the manifest names no Pricing View')];
  const named = name === 'view_code' ? pricing_view.code : pricing_view.version;
  const literal = typeof named === 'string' ? text(named) : String(named);
  return [rule(`v <> ${literal}`, `is not the Pricing View of the manifest, ${named}`)];
}

// One statement looks at the distinct values of every column once: few, however many rows there are. Decimals are
// the exception, because nearly each is distinct; their only rule is whether they are there.
async function brokenRules(
  workspace: Workspace,
  rules: readonly ColumnRule[],
  texts: ListedTexts,
): Promise<readonly ColumnRule[]> {
  const byColumn = Map.groupBy(rules.entries(), ([, { table, column }]) => `${table.name}.${column.name}`);
  const probes = [...byColumn.values()].flatMap((of) => {
    const [, first] = of[0] ?? [];
    if (first === undefined) return [];
    const distinct = first.column.kind === 'decimal' ? '' : 'DISTINCT';
    const broken = of
      .map(([index, rule]) => `CASE WHEN bool_or(${rule.broken}) THEN [${index}] ELSE [] END`)
      .join(' || ');
    const source = first.table === FACTS ? whereListed(texts, first.column.name).table : first.table.name;
    return `SELECT ${broken} AS rules FROM (SELECT ${distinct} ${first.column.name} AS v FROM ${source})`;
  });
  const found = await workspace.texts(`SELECT DISTINCT unnest(rules) AS rule FROM (${probes.join(' UNION ALL ')})`);
  const indexes = new Set(found.map((row) => Number(row.rule)));
  return rules.filter((_, index) => indexes.has(index));
}

async function brokenRows(workspace: Workspace, { table, column, broken, says }: ColumnRule): Promise<Findings> {
  const rows = await workspace.texts(
    `SELECT rowid + 1 AS row, CAST(v AS VARCHAR) AS value, count(*) OVER () AS n
       FROM (SELECT rowid, ${column.name} AS v FROM ${table.name}) WHERE ${broken}
      ORDER BY rowid LIMIT ${VIOLATIONS_LISTED}`,
  );
  return listed(rows, (row) =>
    violation('SCHEMA_VIOLATION', `${column.name} ${says}`, {
      file: table.file,
      row: Number(row.row),
      column: column.name,
      value: row.value ?? null,
    }),
  );
}

const LISTED_IN: ReadonlyArray<readonly [from: Table, column: string, to: Table]> = [
  [FACTS, 'application_id', APPLICATIONS],
  [FACTS, 'product_id', PRODUCTS],
  [PRICES, 'product_id', PRODUCTS],
];

async function areListed(workspace: Workspace, source: string, column: string, to: Table): Promise<boolean> {
  const [found] = await workspace.texts(`SELECT ${unlisted('count(*) AS n', source, column, to)}`);
  return found?.n === '0';
}

function unlisted(what: string, source: string, column: string, to: Table): string {
  return `${what} FROM ${source} WHERE ${column} IS NOT NULL AND ${column} NOT IN (SELECT ${column} FROM ${to.name} WHERE ${column} IS NOT NULL)`;
}

async function unlistedCodes(workspace: Workspace, from: Table, column: string, to: Table): Promise<Findings> {
  const what = `${column} AS value, min(rowid) + 1 AS row, count(*) AS rows, count(*) OVER () AS n`;
  const rows = await workspace.texts(
    `SELECT ${unlisted(what, from.name, column, to)} GROUP BY ${column} ORDER BY row LIMIT ${VIOLATIONS_LISTED}`,
  );
  return listed(rows, (row) =>
    violation('SCHEMA_VIOLATION', `${column} is not listed in ${to.file} (${row.rows} rows use it)`, {
      file: from.file,
      row: Number(row.row),
      column,
      value: row.value ?? null,
    }),
  );
}

// Shares are rounded at 12 decimals by whoever made them; each row may be off by one such unit and no more.
async function sharesThatMissOne(workspace: Workspace): Promise<Findings> {
  const rows = await workspace.texts(
    `SELECT product_id, environment, currency, sum(quantity) AS total, min(rowid) + 1 AS row, count(*) OVER () AS n
       FROM facts WHERE consumption_type = 'INDIRECT' GROUP BY product_id, environment, currency
     HAVING abs(sum(quantity) - 1) > CAST(count(*) AS DECIMAL(18,0)) * 0.000000000001
      ORDER BY row LIMIT ${VIOLATIONS_LISTED}`,
  );
  return listed(rows, (row) =>
    violation(
      'SCHEMA_VIOLATION',
      `the INDIRECT shares of ${row.product_id ?? 'no product'}, ${row.environment}, ${row.currency} add up to ${row.total}, not to 1`,
      { file: FACTS.file, row: Number(row.row), column: 'quantity', value: row.total ?? null },
    ),
  );
}

async function doubledGrains(workspace: Workspace, table: Table): Promise<Findings> {
  const grain = table.grain.join(', ');
  // Equal grains have equal hashes: as many hashes as rows prove that there is nothing to look for, at a third of the cost.
  const [hashes] = await workspace.texts(
    `SELECT count(*) = count(DISTINCT hash(${grain})) AS distinct_rows FROM ${table.name}`,
  );
  if (hashes?.distinct_rows === 'true') return { listed: [], more: 0 };
  const rows = await workspace.texts(
    `SELECT ${grain}, list_sort(list(rowid + 1))[1] AS first_row, list_sort(list(rowid + 1))[2] AS row, count(*) AS rows,
            count(*) OVER () AS n
       FROM ${table.name} GROUP BY ${grain} HAVING count(*) > 1 ORDER BY row LIMIT ${VIOLATIONS_LISTED}`,
  );
  return listed(rows, (row) => {
    const named = table.grain.map((name) => `${name}=${row[name] ?? 'none'}`).join(', ');
    return violation(
      'GRAIN_DUPLICATE',
      `${row.rows} rows share one grain, the first is row ${row.first_row}: ${named}`,
      {
        file: table.file,
        row: Number(row.row),
        value: named,
      },
    );
  });
}

function listed(
  rows: ReadonlyArray<Readonly<Record<string, string | null>>>,
  describe: (row: Readonly<Record<string, string | null>>) => Violation,
): Findings {
  const total = Number(rows[0]?.n ?? 0);
  return { listed: rows.map(describe), more: total - rows.length };
}
