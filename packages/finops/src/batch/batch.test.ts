import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { askForJob, checkSchedules, getJob, type JobWorker, startWorker, uuidv7 } from '@prorata/platform';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { END_RUN, START_RUN } from '../facts/run.sql.ts';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import { DEFAULT_MAPPING } from '../mapping/default-mapping.ts';
import { focusCsv } from '../testing/focus-csv.ts';
import { openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { listBatches, showBatch } from './batches.ts';
import { finopsRunJobs, lastMonths, RUN_JOB } from './jobs.ts';
import { runMonths, unfinishedBatch } from './run-months.ts';
import { conservedSteps, listRuns, showRun } from './runs.ts';

let test: TestEntity;
const workers: JobWorker[] = [];
const MONTHS = ['2025-01', '2025-02', '2025-04'];
beforeAll(async () => {
  test = await openTestEntity();
  for (const month of MONTHS) {
    const row = (more: object, cost: string) => ({
      BillingPeriodStart: `${month}-01`,
      EffectiveCost: cost,
      Tags: JSON.stringify({ application: 'Web Shop', environment: 'prod', ...more }),
    });
    const bill = focusCsv([row({}, '10'), row({ shared: 'true' }, '4.5')]);
    await importFocus(test.entity, { path: await test.file(`${month}.csv`, bill) });
  }
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
});
afterAll(async () => {
  await test.close();
});

const spoil = (text: string) => writeFile(join(test.dir, 'mapping.yaml'), text);
const year = { from: '2025-01', to: '2025-12' };

describe('a batch of months', () => {
  it('runs each month on its own, and names those without anything to compute', async () => {
    const said: string[] = [];
    const { batch_id, months, status } = await runMonths(
      test.entity,
      { from: '2025-01', to: '2025-04' },
      {
        monthDone: ({ period_month }, done, total) => void said.push(`${period_month} ${done}/${total}`),
      },
    );
    expect(status).toBe('COMPLETED');
    expect(months.map((month) => [month.period_month, month.status, month.reason])).toEqual([
      ['2025-01', 'COMPLETED', null],
      ['2025-02', 'COMPLETED', null],
      ['2025-03', 'LEFT_ALONE', 'NO_CONSUMPTION'],
      ['2025-04', 'COMPLETED', null],
    ]);
    expect(said.at(-1)).toBe('2025-04 4/4');
    const run = await showRun(test.entity, months[0]?.run_id ?? '');
    expect(run).toMatchObject({ batch_id, status: 'COMPLETED', replaced: null });
    expect(run.steps.map(({ step, rows_in, rows_out, errors }) => [step, rows_in, rows_out, errors])).toEqual([
      ['MAPPING', 2, 3, 0],
      ['DIRECT', 2, 1, 0],
      ['MEASURED', 0, 0, 0],
      ['VALUATION', 1, 0, 0],
      ['INDIRECT', 1, 1, 0],
      ['VALUATION', 1, 0, 0],
      ['CHECK', 2, 2, 0],
      ['ADJUSTMENT', 0, 0, 0],
    ]);
  });

  it('tells what stood before, and proves each step', async () => {
    const [first] = (await listRuns(test.entity, '2025-01')).rows;
    const again = await runMonth(test.entity, '2025-01');
    const { replaced } = await showRun(test.entity, again.run_id);
    expect(replaced).toMatchObject({ run_id: first?.run_id, totals: [{ currency: 'EUR', cost_effective: '14.5' }] });
    expect(replaced?.sha256).toMatch(/^[0-9a-f]{64}$/);
    const key = [test.entity.scope.tenantId, test.entity.scope.legalEntityId, '2025-01-01'] as const;
    const steps = await test.entity.db.transaction(test.entity.scope, (tx) => conservedSteps(tx, key));
    expect(steps.every((step) => step.equal)).toBe(true);
    expect(steps.find(({ step }) => step === 'DIRECT')).toMatchObject({
      bills_effective: '14.5',
      held_effective: '10',
      pools_effective: '4.5',
    });
  });

  it('stops at a month that fails, and goes on with it', async () => {
    const broken = runMonths(test.entity, year, {
      async monthDone({ period_month }) {
        if (period_month === '2025-02') await spoil('schema: nothing\n');
      },
    });
    await expect(broken).rejects.toMatchObject({ code: 'MAPPING_INVALID' });
    const batch = await unfinishedBatch(test.entity);
    expect(batch).toMatchObject({ status: 'FAILED', summary: { month: '2025-03', reason: 'MAPPING_INVALID' } });
    await spoil(DEFAULT_MAPPING);
    const { months, ...again } = await runMonths(test.entity, year, { batchId: batch.batch_id });
    expect(again.batch_id).toBe(batch.batch_id);
    expect(months.map((month) => month.status)).toEqual([
      'DONE_BEFORE',
      'DONE_BEFORE',
      'LEFT_ALONE',
      'COMPLETED',
      ...Array(8).fill('LEFT_ALONE'),
    ]);
    await expect(unfinishedBatch(test.entity)).rejects.toMatchObject({ code: 'NO_BATCH' });
  });

  it('waits for the month that a killed attempt is still committing, and takes it as done', async () => {
    const { db, scope, operator } = test.entity;
    const range = { from: '2025-01', to: '2025-02' };
    const batchId = uuidv7();
    const stopped = runMonths(test.entity, range, { batchId, monthDone: () => Promise.reject(new Error('killed')) });
    await expect(stopped).rejects.toThrow('killed');
    const waiting = async () =>
      (
        await test.database.admin(`SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
      ).length;
    const again = await db.transaction(scope, async (tx) => {
      await tx.query(LOCK_ENTITY);
      const own = [scope.tenantId, scope.legalEntityId];
      const run = uuidv7();
      const begun = [operator.countryCode, 'COMMAND', '0'.repeat(64), operator.userId, batchId];
      await tx.execute(START_RUN, [...own, '2025-02-01', run, ...begun]);
      const told = JSON.stringify({ facts: 0, totals: [], warnings: [] });
      await tx.execute(END_RUN, [...own, run, 'COMPLETED', told, null]);
      const going = { on: runMonths(test.entity, range, { batchId }) };
      await expect.poll(waiting).toBe(1);
      return going;
    });
    expect((await again.on).months.map((month) => month.status)).toEqual(['DONE_BEFORE', 'DONE_BEFORE']);
    // What stands are the bills' facts again, which the other tests look at.
    await runMonths(test.entity, range);
  });

  it('keeps which step failed, and what the steps before had done', async () => {
    await expect(runMonth(test.entity, '2025-03')).rejects.toMatchObject({ code: 'NO_CONSUMPTION' });
    const [failed] = (await listRuns(test.entity, '2025-03')).rows;
    const run = await showRun(test.entity, failed?.run_id ?? '');
    expect(run.summary).toEqual({ reason: 'NO_CONSUMPTION', step: 'CHECK' });
    expect(run.steps.map(({ step, errors }) => [step, errors]).slice(-2)).toEqual([
      ['VALUATION', 0],
      ['CHECK', 1],
    ]);
  });

  it.each([
    [{ from: '2025-13', to: '2025-12' }, 'MONTH_INVALID'],
    [{ from: '2025-02', to: '2025-01' }, 'MONTH_INVALID'],
    [{ from: '2000-01', to: '2025-01' }, 'RANGE_TOO_LONG'],
  ])('refuses %o', async (range, code) => {
    await expect(runMonths(test.entity, range)).rejects.toMatchObject({ code });
  });

  it('is listed with what of it stands, and shown with its runs', async () => {
    const { rows } = await listBatches(test.entity);
    const [newest] = rows;
    expect(rows.map((one) => one.started_at)).toEqual(
      rows
        .map((one) => one.started_at)
        .sort()
        .reverse(),
    );
    const first = rows.at(-1);
    expect(first).toMatchObject({
      from_month: '2025-01',
      to_month: '2025-04',
      status: 'COMPLETED',
      months_completed: 3,
    });
    expect(newest?.batch_id).not.toBe(first?.batch_id);
    const { runs, ...shown } = await showBatch(test.entity, first?.batch_id ?? '');
    expect(shown).toMatchObject({ from_month: '2025-01', trigger: 'COMMAND', summary: { months: 4 } });
    expect(runs.map((run) => [run.period_month, run.status])).toEqual([
      ['2025-01', 'COMPLETED'],
      ['2025-02', 'COMPLETED'],
      ['2025-03', 'FAILED'],
      ['2025-04', 'COMPLETED'],
    ]);
  });

  it('knows no run and no batch of others, and none that is not there', async () => {
    for (const id of ['x', test.entity.scope.tenantId]) {
      await expect(showBatch(test.entity, id)).rejects.toMatchObject({ code: 'BATCH_NOT_FOUND' });
      await expect(showRun(test.entity, id)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    }
  });
});

describe('as a job', () => {
  const working = () => {
    const worker = startWorker(test.database.db, finopsRunJobs(test.entity));
    workers.push(worker);
    return worker;
  };
  const ended = async (jobId: string) => {
    const context = test.entity.operator;
    await vi.waitFor(
      async () => expect(['COMPLETED', 'FAILED']).toContain((await getJob(test.entity.db, context, jobId)).status),
      { timeout: 15_000, interval: 20 },
    );
    return await getJob(test.entity.db, context, jobId);
  };
  const ask = (payload: unknown) =>
    askForJob(test.entity.db, test.entity.operator, finopsRunJobs(test.entity), { kind: RUN_JOB, payload });

  it('is done by one of several workers, and goes on where a stopped one left it', async () => {
    const { jobId } = await ask(year);
    const [one] = [working(), working()];
    await one.stop();
    const job = await ended(jobId);
    expect(job).toMatchObject({ status: 'COMPLETED', progress: { month: '2025-12', done: 12, total: 12 } });
    const completed = (await listRuns(test.entity)).rows.filter((run) => run.trigger === 'JOB');
    expect(
      completed
        .filter((run) => run.status === 'COMPLETED')
        .map((run) => run.period_month)
        .sort(),
    ).toEqual(MONTHS);
  });

  it('fails with the problem of the month, and refuses what is no range', async () => {
    working();
    await spoil('schema: nothing\n');
    const { jobId } = await ask({ last: 2 });
    expect(await ended(jobId)).toMatchObject({ status: 'FAILED', problem: { code: 'MAPPING_INVALID' } });
    await spoil(DEFAULT_MAPPING);
    await expect(ask({ from: '2025-01' })).rejects.toMatchObject({ code: 'JOB_PAYLOAD_INVALID' });
    await expect(ask({ last: 25 })).rejects.toMatchObject({ code: 'JOB_PAYLOAD_INVALID' });
  });

  it('is asked for by the clock as by a person: the last whole months, and nothing that is none', async () => {
    const scheduled = (payload: object) => ({
      context: test.entity.operator,
      items: [{ name: 'monthly', job: RUN_JOB, cron: '0 5 2 * *', payload }],
    });
    await checkSchedules(scheduled({ last: 1 }), finopsRunJobs(test.entity));
    const wrong = checkSchedules(scheduled({ last: 0 }), finopsRunJobs(test.entity));
    await expect(wrong).rejects.toMatchObject({ code: 'SCHEDULE_INVALID' });
  });

  it('of the last months begins with whole ones', () => {
    expect(lastMonths(1, new Date('2026-01-01T00:00:00Z'))).toEqual({ from: '2025-12', to: '2025-12' });
    expect(lastMonths(3, new Date('2026-11-22T12:00:00Z'))).toEqual({ from: '2026-08', to: '2026-10' });
  });
});
