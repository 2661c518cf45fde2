import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
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
 * Reads a small table whole: CSV with commas or semicolons, gzip of either, Parquet. CSV that is not in UTF-8 is read as windows-1252,
 * which is what spreadsheets of Western Europe save.
 *
 * @throws Problem `FILE_NOT_FOUND`, and those of finops' table files
 */
export async function readTable<Name extends string>(
  node: EntityNode,
  file: string,
  shape: { readonly required: readonly Name[]; readonly optional: readonly Name[] },
): Promise<ReadTable<Name>> {
  const { withTableFile } = await import('@prorata/finops');
  return await inUtf8(readPath(file), (path, digest) =>
    withTableFile(node, { path }, shape, async (table) => {
      const rows: LinedRow<Name>[] = [];
      const columns = new Set<Name>();
      for await (const batch of table.batches()) {
        for (const { row, values } of batch) {
          if (rows.length === 0) for (const name of Object.keys(values)) columns.add(name as Name);
          rows.push({ line: row + 1, values });
        }
      }
      return { file: table.name, sha256: digest ?? table.sha256, dialect: table.dialect, columns, rows };
    }),
  );
}

/** Works on the file itself where it is UTF-8, gzip or Parquet, and otherwise on a copy in UTF-8, with the digest of the file itself. */
async function inUtf8<T>(path: string, work: (path: string, digest?: string) => Promise<T>): Promise<T> {
  const bytes = await readFile(path);
  const packed = (bytes[0] === 0x1f && bytes[1] === 0x8b) || bytes.subarray(0, 4).toString('latin1') === 'PAR1';
  if (packed || isUtf8(bytes)) return await work(path);
  const folder = await mkdtemp(join(tmpdir(), 'prorata-table-'));
  try {
    const copy = join(folder, basename(path));
    await writeFile(copy, new TextDecoder('windows-1252').decode(bytes), { mode: 0o600 });
    return await work(copy, createHash('sha256').update(bytes).digest('hex'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
