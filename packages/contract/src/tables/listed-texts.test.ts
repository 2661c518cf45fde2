import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FactRow } from '../format/rows.ts';
import { TABLES } from '../format/tables.ts';
import { domainsOf, productsOf } from '../reading/verified-bundle.ts';
import { sampleFact } from '../testing/index.ts';
import { listTexts } from './listed-texts.ts';
import { openPrivateFolder, type PrivateFolder } from './private-folder.ts';
import { schemaFindings } from './rules.ts';
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

const scope = { period_month: '2025-07', entity: { code: 'FR01' }, pricing_view: null };

/** Rows that no writer lets through, as a forged file may hold them: whatever is null in `of` is none. */
async function insert(of: Partial<Record<keyof FactRow, string | null>>): Promise<void> {
  const fact = { ...sampleFact({ application_id: 'a', product_id: 'p', entity_id: 'FR01' }), ...of };
  const row = { ...fact, period_month: of.period_month === undefined ? '2025-07-01' : of.period_month };
  const values = Object.entries(row).map(([, value]) => (value === null ? 'NULL' : `'${value}'`));
  await workspace.connection.run(`INSERT INTO facts (${Object.keys(row).join(', ')}) VALUES (${values.join(', ')})`);
}

test('finds in listed texts what it finds in the rows, and counts as many', async () => {
  await workspace.connection.run("INSERT INTO applications VALUES ('a', 'A', NULL)");
  await workspace.connection.run("INSERT INTO products VALUES ('p', 'P', NULL), ('q', 'Q', NULL)");
  const broken: Partial<Record<keyof FactRow, string | null>>[] = [
    {},
    { application_id: 'b' },
    { application_id: null },
    { application_id: '' },
    { product_id: 'unlisted' },
    { product_id: null, family_id: null },
    { domain_id: null },
    { domain_id: 'x'.repeat(257) },
    { domain_id: 'Other', unit: 'a\u001fb' },
    { unit: null },
    { environment: 'space' },
    { consumption_type: null },
    { currency: 'eur' },
    { entity_id: 'DE02' },
    { period_month: '2025-08-01' },
    { period_month: null },
    { quantity: null },
  ];
  for (const of of broken) await insert(of);
  const found = async (texts: Parameters<typeof schemaFindings>[3]) => ({
    findings: await schemaFindings(workspace, scope, TABLES, texts),
    domains: await domainsOf(workspace, texts ?? []),
    products: await productsOf(workspace, texts ?? []),
  });
  const inRows = await found([]);
  expect(inRows.findings.listed.map(({ row, column }) => [column, row]).sort()).toEqual([
    ['application_id', 2],
    ['application_id', 3],
    ['application_id', 4],
    ['application_id', 4],
    ['consumption_type', 12],
    ['currency', 13],
    ['domain_id', 7],
    ['domain_id', 8],
    ['entity_id', 14],
    ['environment', 11],
    ['period_month', 15],
    ['period_month', 16],
    ['product_id', 5],
    ['quantity', 17],
    ['unit', 10],
    ['unit', 9],
  ]);
  for (const most of [100, 4, 0]) expect(await found(await listTexts(workspace, most))).toEqual(inRows);
});
