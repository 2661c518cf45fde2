import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FactRow } from '../format/rows.ts';
import { FACTS } from '../format/tables.ts';
import { decodeNumeric, decodeRows, sampleFact } from '../testing/index.ts';
import { loadRows } from '../writing/load-rows.ts';
import { binaryColumns, factCopyBinary } from './copy-binary.ts';
import { listTexts } from './listed-texts.ts';
import { openPrivateFolder, type PrivateFolder } from './private-folder.ts';
import { createTables, openWorkspace, type Workspace } from './workspace.ts';

let folder: PrivateFolder;
let workspace: Workspace;
beforeEach(async () => {
  folder = await openPrivateFolder();
  workspace = await openWorkspace([folder.path]);
  await createTables(workspace);
});
afterEach(async () => {
  workspace.close();
  await folder.remove();
});

const DAYS_TO_JULY_2025 = 9313;
const facts: FactRow[] = [
  sampleFact({ application_id: 'a', quantity: '1.5', cost_effective: '-0.000000000000000001', cost_billed: null }),
  sampleFact({ application_id: 'a', product_id: null, family_id: null, environment: 'n_a', quantity: '0' }),
  sampleFact({ application_id: 'Größe \\N "€" 漢字 🧾', product_id: '\\N', quantity: '99999999999999999999' }),
  sampleFact({ application_id: '\ufeffa', domain_id: '\ufeffCompute', family_id: '\ufeff', unit: '\ufeffGB' }),
  sampleFact({ application_id: 'x'.repeat(256), family_id: null, cost_standard: null, quantity: '10000' }),
].map((row) => ({ ...row, period_month: '2025-07' }));

/** Columns that are named decide what a field is, as in the database. */
function asFact(fields: readonly (Buffer | null)[], columns: readonly string[]): Record<string, unknown> {
  expect(fields).toHaveLength(columns.length);
  return Object.fromEntries(
    columns.map((name, index) => {
      const field = fields[index] ?? null;
      if (field === null) return [name, null];
      if (name === 'period_month') return [name, field.readInt32BE(0) === DAYS_TO_JULY_2025 ? '2025-07' : field];
      const isDecimal = FACTS.columns.find((column) => column.name === name)?.kind === 'decimal';
      return [name, isDecimal ? decodeNumeric(field) : field.toString()];
    }),
  );
}

test.each([
  { how: 'with listed texts', most: 100, without: [] },
  { how: 'with texts that are too many to list', most: 1, without: [] },
  { how: 'without a column that the receiver fills in', most: 100, without: ['entity_id'] as const },
  {
    how: 'without columns that tell texts from each other',
    most: 100,
    without: ['family_id', 'product_id', 'application_id'] as const,
  },
])('the facts arrive whole, $how', async ({ most, without }) => {
  await loadRows(workspace, FACTS, [facts]);
  const copy = Buffer.concat(
    await Array.fromAsync(factCopyBinary(workspace, await listTexts(workspace, most), without)),
  );
  const columns = binaryColumns(without);
  expect([...columns, ...without].sort()).toEqual(FACTS.columns.map((column) => column.name).sort());
  const expected = facts.map((fact) => Object.fromEntries(columns.map((name) => [name, fact[name as keyof FactRow]])));
  const arrived = decodeRows(copy).map((row) => asFact(row, columns));
  expect(arrived).toHaveLength(facts.length);
  expect(arrived).toEqual(expect.arrayContaining(expected));
});

test('no facts are a header and a trailer', async () => {
  expect(
    decodeRows(Buffer.concat(await Array.fromAsync(factCopyBinary(workspace, await listTexts(workspace))))),
  ).toEqual([]);
});
