import type { TableFile } from '../format/contract.ts';
import { normaliseDecimal, parseDecimal } from '../format/decimal.ts';
import type { Manifest, ManifestTotal } from '../format/manifest.ts';
import { type Findings, type Violation, violation } from '../format/refusals.ts';
import { CONSUMPTION_TYPES, FACTS, MEASURES, TABLES } from '../format/tables.ts';
import type { Workspace } from './workspace.ts';

/** Totals of the facts by consumption type and currency, in that order; a cost that no row carries is null. */
export async function totalsOf(workspace: Workspace): Promise<ManifestTotal[]> {
  const sums = MEASURES.map((measure) => `sum(${measure}) AS ${measure}`).join(', ');
  const rows = await workspace.texts(
    `SELECT consumption_type, currency, count(*) AS rows, ${sums}
       FROM facts GROUP BY consumption_type, currency ORDER BY consumption_type, currency`,
  );
  return rows.flatMap((row) => {
    const consumption_type = CONSUMPTION_TYPES.find((each) => each === row.consumption_type);
    const { currency } = row;
    if (consumption_type === undefined || !currency) return [];
    return [{ consumption_type, currency, rows: Number(row.rows), ...costs(row) }];
  });
}

/** Rows in each table. */
export async function rowCounts(workspace: Workspace): Promise<Record<TableFile, number>> {
  const counts = TABLES.map((table) => `(SELECT count(*) FROM ${table.name}) AS ${table.name}`).join(', ');
  const [row] = await workspace.texts(`SELECT ${counts}`);
  const entries = TABLES.map((table) => [table.file, Number(row?.[table.name] ?? 0)]);
  return Object.fromEntries(entries) as Record<TableFile, number>;
}

/** TOTALS_MISMATCH: rows of each file and totals of the facts against what the manifest says, exactly. */
export async function totalFindings(workspace: Workspace, manifest: Manifest): Promise<Findings> {
  const counts = await rowCounts(workspace);
  const listed: Violation[] = manifest.files
    .filter((file) => file.rows !== counts[file.name])
    .map((file) =>
      violation('TOTALS_MISMATCH', `${file.name} has ${counts[file.name]} rows, the manifest says ${file.rows}`, {
        file: file.name,
        column: 'rows',
        value: String(file.rows),
      }),
    );
  const actual = new Map((await totalsOf(workspace)).map((total) => [key(total), total]));
  const claimed = new Map(manifest.totals.map((total) => [key(total), total]));
  if (claimed.size !== manifest.totals.length) listed.push(mismatch('totals', 'name a type and currency twice', null));
  for (const name of new Set([...actual.keys(), ...claimed.keys()])) {
    listed.push(...differences(name, actual.get(name), claimed.get(name)));
  }
  return { listed, more: 0 };
}

function differences(name: string, actual: ManifestTotal | undefined, claimed: ManifestTotal | undefined): Violation[] {
  if (!claimed) return [mismatch(name, `has ${actual?.rows} rows and no total in the manifest`, null)];
  if (!actual) return [mismatch(name, 'has a total in the manifest and no row', null)];
  const found = MEASURES.filter((measure) => !sameDecimal(actual[measure], claimed[measure])).map((measure) =>
    mismatch(
      `${name} ${measure}`,
      `is ${actual[measure] ?? 'absent'}, the manifest says ${claimed[measure] ?? 'absent'}`,
      claimed[measure],
      measure,
    ),
  );
  if (actual.rows !== claimed.rows) {
    found.push(
      mismatch(name, `has ${actual.rows} rows, the manifest says ${claimed.rows}`, String(claimed.rows), 'rows'),
    );
  }
  return found;
}

function mismatch(name: string, says: string, value: string | null, column?: string): Violation {
  return violation('TOTALS_MISMATCH', `${name} ${says}`, { file: FACTS.file, value, ...(column ? { column } : {}) });
}

function sameDecimal(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return one === other;
  return parseDecimal(one) === parseDecimal(other);
}

function key(total: ManifestTotal): string {
  return `${total.consumption_type} ${total.currency}`;
}

function costs(row: Readonly<Record<string, string | null>>): Pick<ManifestTotal, (typeof MEASURES)[number]> {
  const cost = (measure: (typeof MEASURES)[number]) => {
    const sum = row[measure] ?? null;
    return sum === null ? null : normaliseDecimal(sum);
  };
  return {
    cost_effective: cost('cost_effective'),
    cost_billed: cost('cost_billed'),
    cost_standard: cost('cost_standard'),
  };
}
