import { type Column, FACTS } from '../format/tables.ts';
import type { Workspace } from './workspace.ts';

/** Facts of a month repeat few texts: beyond so many different ones of a kind they are looked for in the facts themselves. */
const LISTED_TEXTS = 50_000;

/** The different texts of some columns: a table with these, a `number` from 0 and how many facts (`rows`) have them. */
export interface TextKind {
  readonly table: string;
  readonly columns: readonly Column[];
  /** False where they were too many; then the table holds some of them only. */
  readonly isWhole: boolean;
}

/** Columns whose values come together, so that there are as few different texts as possible: the grain of the facts, in parts. */
export const TEXT_KINDS: readonly Pick<TextKind, 'table' | 'columns'>[] = [
  ['period_month', 'entity_id', 'environment', 'consumption_type', 'currency'],
  ['application_id'],
  ['domain_id', 'family_id', 'product_id', 'unit'],
].map((names, index) => ({
  table: `texts_${index}`,
  columns: names.flatMap((name) => FACTS.columns.find((column) => column.name === name) ?? []),
}));

/** The texts of all facts by kind. They stand for the facts only as long as no fact is added or changed. */
export type ListedTexts = readonly TextKind[];

/** Lists the different texts of the facts once, for every check and reading that asks for them and not for rows. */
export async function listTexts(workspace: Workspace, most = LISTED_TEXTS): Promise<ListedTexts> {
  const listed: TextKind[] = [];
  for (const { table, columns } of TEXT_KINDS) {
    const names = columns.map(({ name }) => name).join(', ');
    await workspace.connection.run(
      `CREATE OR REPLACE TABLE ${table} AS SELECT (row_number() OVER () - 1)::INTEGER AS number, *
         FROM (SELECT ${names}, count(*) AS rows FROM facts GROUP BY ${names} LIMIT ${most + 1})`,
    );
    const [counted] = await workspace.texts(`SELECT count(*) AS n FROM ${table}`);
    listed.push({ table, columns, isWhole: Number(counted?.n) <= most });
  }
  return listed;
}

/** Where the values of a column of the facts stand, each at least once; `rows` is what a row there counts for. */
export function whereListed(texts: ListedTexts, column: string): { readonly table: string; readonly rows: string } {
  const kind = texts.find(({ columns, isWhole }) => isWhole && columns.some(({ name }) => name === column));
  return kind === undefined ? { table: FACTS.name, rows: 'count(*)' } : { table: kind.table, rows: 'sum(rows)' };
}
