import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidv7, verifyAuditLog } from '@prorata/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { importFocus } from '../import/import-focus.ts';
import { type EntityNode, initEntity, openEntity } from '../node/entity.ts';
import { reportFacts } from '../report/reports.ts';
import { focusCsv } from '../testing/focus-csv.ts';
import { spawnAndKill } from '../testing/kill.ts';
import { runMonths } from './run-months.ts';
import { listRuns } from './runs.ts';

const KILLS = Number(process.env.PRORATA_KILLS ?? 20);
const MONTHS = Array.from({ length: 6 }, (_, index) => `2001-0${index + 1}`);
const RANGE = { from: '2001-01', to: '2001-06' };
const ROWS = 1500;

let root: string;
let entity: EntityNode;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'prorata-kill-batch-'));
  const dir = join(root, 'E');
  await initEntity({ dir, code: 'FR01', label: 'Helios', country: 'FR', currency: 'EUR' });
  entity = await openEntity(dir);
  for (const month of MONTHS) {
    const rows = Array.from({ length: ROWS }, (_, index) => ({
      BillingPeriodStart: `${month}-01`,
      EffectiveCost: `${index}.125`,
      Tags: JSON.stringify({
        application: `App ${index % 40}`,
        owner: `o${index}`,
        ...(index % 11 === 0 ? { shared: 'true' } : {}),
      }),
    }));
    const path = join(root, `${month}.csv`);
    await writeFile(path, focusCsv(rows));
    await importFocus(entity, { path });
  }
}, 60_000);
afterAll(async () => {
  await entity.close();
  await rm(root, { recursive: true, force: true });
});

it('a batch killed anywhere goes on with the month it was in, and does no month twice', {
  timeout: 600_000,
}, async () => {
  let state = 7919;
  let inside = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    state = (state * 48_271) % 2_147_483_647;
    const batchId = uuidv7();
    const asked = [join(root, 'E'), 'batch', `${batchId} ${RANGE.from} ${RANGE.to}`];
    await spawnAndKill(asked, Math.floor((state / 2_147_483_647) * 1500));
    const { months } = await runMonths(entity, RANGE, { batchId });
    const before = months.filter((month) => month.status === 'DONE_BEFORE').length;
    if (before > 0 && before < MONTHS.length) inside += 1;
    const runs = (await Promise.all(MONTHS.map((month) => listRuns(entity, month)))).flatMap(({ rows }) => rows);
    const done = await entity.db.transaction(entity.scope, (tx) =>
      tx.query<{ month: string; runs: number }>(
        `SELECT to_char(period_month, 'YYYY-MM') AS month, count(*)::integer AS runs FROM batch_run
          WHERE batch_id = $1 AND status = 'COMPLETED' GROUP BY 1 ORDER BY 1`,
        [batchId],
      ),
    );
    expect(done).toEqual(MONTHS.map((month) => ({ month, runs: 1 })));
    expect(runs.filter((run) => run.status === 'RUNNING')).toEqual([]);
    for (const month of MONTHS) {
      const { conservation } = await reportFacts(entity, { month, limit: 1 });
      expect(conservation.equal && conservation.steps.every((step) => step.equal)).toBe(true);
    }
  }
  const reports = await verifyAuditLog(entity.db, entity.scope.tenantId);
  expect(reports.every((report) => report.faults.length === 0)).toBe(true);
  // Some kills have to come between months, or the campaign shows nothing.
  expect(inside).toBeGreaterThan(0);
});
