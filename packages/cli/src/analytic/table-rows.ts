import type { EntityNode } from '@prorata/finops';
import { readPath } from '../terminal/values.ts';

/** One row of a table file with the line on which it stands in a CSV file: the header is line 1. */
export interface LinedRow<Name extends string> {
  readonly line: number;
  /** Undefined for a column that the file has not, null for an empty value. */
  readonly values: Readonly<Partial<Record<Name, string | null>>>;
}

export interface ReadTable<Name extends string> {
  readonly file: string;
  readonly sha256: string;
  readonly dialect: 'comma' | 'semicolon' | 'parquet';
  readonly columns: ReadonlySet<Name>;
  readonly rows: readonly LinedRow<Name>[];
}

/**
 * Reads a small table whole: CSV with commas or semicolons, gzip of either, Parquet.
 *
 * @throws Problem `FILE_NOT_FOUND`, and those of finops' table files
 */
export async function readTable<Name extends string>(
  node: EntityNode,
  file: string,
  shape: { readonly required: readonly Name[]; readonly optional: readonly Name[] },
): Promise<ReadTable<Name>> {
  const { withTableFile } = await import('@prorata/finops');
  return await withTableFile(node, { path: readPath(file) }, shape, async (table) => {
    const rows: LinedRow<Name>[] = [];
    const columns = new Set<Name>();
    for await (const batch of table.batches()) {
      for (const { row, values } of batch) {
        if (rows.length === 0) for (const name of Object.keys(values)) columns.add(name as Name);
        rows.push({ line: row + 1, values });
      }
    }
    return { file: table.name, sha256: table.sha256, dialect: table.dialect, columns, rows };
  });
}
