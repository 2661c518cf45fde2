import { open } from 'node:fs/promises';
import { type Findings, refuse, violation } from '../format/refusals.ts';
import { duckdbType, type Table } from '../format/tables.ts';
import { text, type Workspace } from '../tables/workspace.ts';
import { reason } from '../trust/statement.ts';
import type { BundleLimits } from './limits.ts';

const NONE: Findings = { listed: [], more: 0 };

/**
 * Takes an extracted Parquet file into its table: bounds from the footer first, then the columns, then the rows.
 * Everything after works on the table, so what was checked is what is handed out. Answers SCHEMA_VIOLATIONs for a
 * file whose columns are not the contract's (then the table stays empty); refuses what is out of bounds with
 * ARCHIVE_REFUSED and what is no Parquet with SCHEMA_VIOLATION.
 */
export async function loadParquet(
  workspace: Workspace,
  table: Table,
  path: string,
  limits: BundleLimits,
): Promise<Findings> {
  await checkFooter(table, path, limits);
  try {
    await checkBounds(workspace, table, path, limits);
    const findings = await columnFindings(workspace, table, path);
    if (findings.listed.length > 0) return findings;
    const columns = table.columns.map((column) => column.name).join(', ');
    await workspace.connection.run(`INSERT INTO ${table.name} SELECT ${columns} FROM ${scan(path)}`);
    return NONE;
  } catch (error) {
    return unreadable(table, error);
  }
}

// The footer ends with its own length and the magic "PAR1" ("PARE" where it is encrypted). DuckDB would allocate
// whatever length stands there.
async function checkFooter(table: Table, path: string, limits: BundleLimits): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(8);
    if (size >= 12) await file.read(tail, 0, 8, size - 8);
    if (tail.toString('latin1', 4) !== 'PAR1') {
      refuse('SCHEMA_VIOLATION', `${table.file} is not a Parquet file (no PAR1 at its end)`, { file: table.file });
    }
    const footer = tail.readUInt32LE(0);
    if (footer > limits.footerBytes || footer > size - 12) {
      refuse(
        'ARCHIVE_REFUSED',
        `${table.file} has a footer of ${footer} bytes, at most ${limits.footerBytes} are read`,
        { file: table.file },
      );
    }
  } finally {
    await file.close();
  }
}

async function checkBounds(workspace: Workspace, table: Table, path: string, limits: BundleLimits): Promise<void> {
  const [footer] = await workspace.texts(
    `SELECT (SELECT num_rows FROM parquet_file_metadata(${text(path)})) AS rows,
            (SELECT coalesce(sum(total_uncompressed_size), 0) FROM parquet_metadata(${text(path)})) AS bytes,
            (SELECT coalesce(min(total_uncompressed_size), 0) FROM parquet_metadata(${text(path)})) AS least`,
  );
  const rows = Number(footer?.rows);
  const bytes = Number(footer?.bytes);
  if (!(rows >= 0 && rows <= limits.rowsPerFile)) {
    refuse('ARCHIVE_REFUSED', `${table.file} says ${footer?.rows} rows, at most ${limits.rowsPerFile} are read`, {
      file: table.file,
    });
  }
  if (!(bytes <= limits.uncompressedBytes) || Number(footer?.least) < 0) {
    refuse(
      'ARCHIVE_REFUSED',
      `${table.file} unpacks to ${footer?.bytes} bytes, at most ${limits.uncompressedBytes} are read`,
      { file: table.file },
    );
  }
}

async function columnFindings(workspace: Workspace, table: Table, path: string): Promise<Findings> {
  const described = await workspace.texts(`DESCRIBE SELECT * FROM ${scan(path)}`);
  const actual = new Map(described.map((row) => [row.column_name ?? '', row.column_type ?? '']));
  const place = (column: string) => ({ file: table.file, column, value: actual.get(column) ?? null });
  const wrong = table.columns.flatMap((column) => {
    const type = actual.get(column.name);
    if (type === undefined)
      return [violation('SCHEMA_VIOLATION', `${column.name} is missing from ${table.file}`, place(column.name))];
    if (type === duckdbType(column)) return [];
    const says = `${column.name} is ${type}, the contract says ${duckdbType(column)}`;
    return [violation('SCHEMA_VIOLATION', says, place(column.name))];
  });
  const known = new Set(table.columns.map((column) => column.name));
  const surplus = [...actual.keys()]
    .filter((name) => !known.has(name))
    .map((name) => violation('SCHEMA_VIOLATION', `${name} is not a column of ${table.file}`, place(name)));
  return { listed: [...wrong, ...surplus], more: 0 };
}

function scan(path: string): string {
  return `read_parquet(${text(path)}, hive_partitioning = false, union_by_name = false, binary_as_string = false)`;
}

function unreadable(table: Table, error: unknown): never {
  const says = reason(error).split('\n')[0] ?? '';
  if (!(error instanceof Error) || error.name === 'BundleRefused') throw error;
  if (says.startsWith('Out of Memory')) {
    refuse('ARCHIVE_REFUSED', `${table.file} needs more memory to read than the node allows`, { file: table.file });
  }
  if (/No space left|Disk quota/.test(says)) throw error;
  return refuse('SCHEMA_VIOLATION', `${table.file} cannot be read as Parquet: ${says}`, { file: table.file });
}
