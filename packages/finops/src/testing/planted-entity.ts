import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importFec } from '@prorata/ledger';
import type { TestDatabase } from '@prorata/platform/testing';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import type { EntityNode } from '../node/entity.ts';
import { fecText } from './fec-text.ts';
import { focusCsv } from './focus-csv.ts';
import { PLANTED_CONFIG, type Planted } from './planted.ts';
import { anotherEntity } from './test-entity.ts';

let entities = 0;

/** An entity of its own whose bills and books hold what was planted, through the real imports, its July run. */
export async function plantedEntity(
  database: TestDatabase,
  root: string,
  plants: readonly Planted[],
  config = PLANTED_CONFIG,
): Promise<EntityNode> {
  entities += 1;
  const dir = await mkdtemp(join(root, 'E'));
  const entity = await anotherEntity(database, dir, `E${entities}`, 'EUR');
  await writeFile(join(dir, 'tie-out.yaml'), config);
  const rows = plants.flatMap((plant) => plant.bills).map((row) => ({ BillingPeriodStart: '2025-07-01', ...row }));
  for (const [period, bills] of Map.groupBy(rows, (row) => row.BillingPeriodStart)) {
    const path = join(dir, `${period}.csv`);
    const [first = {}, ...more] = bills;
    await writeFile(path, focusCsv([{ InvoiceId: '', CommitmentDiscountStatus: '', ...first }, ...more]));
    await importFocus(entity, { path });
  }
  const path = join(dir, 'books.txt');
  await writeFile(path, fecText(plants.flatMap((plant) => plant.entries)));
  const [imported] = await importFec({ db: entity.db, context: entity.operator }, [path]);
  const refused = (imported?.refused_entries_count ?? 0) + (imported?.refused_lines_count ?? 0);
  if (refused > 0) throw new Error(`${refused} planted lines or entries were refused`);
  await runMonth(entity, '2025-07');
  return entity;
}
