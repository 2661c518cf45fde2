import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkRowSecurity, uuidv7 } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listRuns } from '../batch/runs.ts';
import { importFocus } from '../import/import-focus.ts';
import { LOCK_ENTITY } from '../import/store.sql.ts';
import { explainIndirect } from '../indirect/explain.ts';
import { reportCoverage, reportFacts } from '../report/reports.ts';
import { type FocusRow, focusCsv } from '../testing/focus-csv.ts';
import { anotherEntity, openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { assertConserved } from './check.ts';
import { START_RUN } from './run.sql.ts';
import { runMonth } from './run-month.ts';

let test: TestEntity;
let number = 0;
beforeAll(async () => {
  test = await openTestEntity();
});
afterAll(async () => {
  await test.close();
});

const tags = (application: string, more: object = {}) => JSON.stringify({ application, environment: 'prod', ...more });

/** Bills of one month, of an account of their own. */
async function bills(month: string, rows: readonly FocusRow[]): Promise<void> {
  const account = `ACC-${++number}`;
  const own = rows.map((row) => ({ BillingAccountId: account, BillingPeriodStart: `${month}-01`, ...row }));
  await importFocus(test.entity, { path: await test.file(`bill-${number}.csv`, focusCsv(own)) });
}

const facts = async (month: string) => {
  const { rows } = await reportFacts(test.entity, { month, limit: 1000 });
  return rows.map((row) => [
    row.application_id,
    row.product_id,
    row.environment,
    row.consumption_type,
    row.quantity,
    row.cost_effective,
  ]);
};

describe('a month', () => {
  it('becomes direct facts, a tax that can be left out, and parts of what is shared', async () => {
    await bills('2024-01', [
      { Tags: tags('Web Shop'), EffectiveCost: '30', ConsumedQuantity: '3' },
      { Tags: tags('WEB SHOP '), EffectiveCost: '10', ConsumedQuantity: '1' },
      { Tags: tags('Search', { environment: 'dev' }), EffectiveCost: '10', ConsumedQuantity: '1' },
      { Tags: tags('Shared Platform', { shared: 'true' }), EffectiveCost: '5', ConsumedQuantity: '9' },
      { Tags: '', EffectiveCost: '7', ConsumedQuantity: '2' },
      { Tags: '', EffectiveCost: '4', ConsumedQuantity: '1', ChargeCategory: 'Tax' },
      { Tags: '', EffectiveCost: '-2', ConsumedQuantity: '', ChargeCategory: 'Credit' },
    ]);
    const run = await runMonth(test.entity, '2024-01');
    expect(run).toMatchObject({
      facts: 6,
      replaced: null,
      warnings: [],
      totals: [{ currency: 'EUR', cost_effective: '64' }],
    });
    const vm = 'Compute/Virtual Machines/Hours';
    expect(await facts('2024-01')).toEqual([
      ['UNALLOCATED', vm, 'unknown', 'DIRECT', '2', '5'],
      ['UNALLOCATED', 'TAX', 'n_a', 'DIRECT', '0', '4'],
      ['search', vm, 'non_prod', 'DIRECT', '1', '10'],
      ['search', 'SHARED:platform:Compute', 'prod', 'INDIRECT', '0.2', '1'],
      ['web shop', vm, 'prod', 'DIRECT', '4', '40'],
      ['web shop', 'SHARED:platform:Compute', 'prod', 'INDIRECT', '0.8', '4'],
    ]);
    const untaxed = await reportFacts(test.entity, { month: '2024-01', withoutTax: true });
    expect(untaxed.totals.find((total) => total.consumption_type === 'DIRECT')?.cost_effective).toBe('55');
    const labels = await test.database.admin('SELECT application_id, name_source FROM dim_application ORDER BY 1');
    expect(labels).toContainEqual({ application_id: 'web shop', name_source: 'WEB SHOP' });
  });

  it('shows what UNALLOCATED is made of', async () => {
    const { rows, summary } = await reportCoverage(test.entity, '2024-01');
    const unallocated = rows.filter((row) => row.placed_on === 'UNALLOCATED');
    expect(unallocated.map((row) => [row.charge_category, row.cost_effective])).toEqual([
      ['credit', '-2'],
      ['tax', '4'],
      ['usage', '7'],
    ]);
    expect(summary[0]).toMatchObject({
      cost_effective: '64',
      cost_effective_without_tax: '60',
      mapped_effective: '55',
      mapped_share: '0.859375',
    });
  });

  it('explains a part in two languages', async () => {
    const [english] = (await explainIndirect(test.entity, '2024-01', 'Web Shop')).parts;
    expect(english?.words).toBe(
      'The pool platform (Compute, prod, EUR) holds 5 EUR of effective cost. web shop weighs its direct cost of 40 EUR out of 50 EUR, which is 80 %; its part is 4 EUR.',
    );
    const [french] = (await explainIndirect(test.entity, '2024-01', 'search', 'fr')).parts;
    expect(french?.words).toContain('sa part est 1 EUR');
  });

  it('pages through its facts without losing or doubling one', async () => {
    const all = await facts('2024-01');
    const paged: unknown[] = [];
    for (let after: string | undefined; ; ) {
      const page = await reportFacts(test.entity, { month: '2024-01', limit: 2, after });
      paged.push(
        ...page.rows.map((row) => [
          row.application_id,
          row.product_id,
          row.environment,
          row.consumption_type,
          row.quantity,
          row.cost_effective,
        ]),
      );
      if (page.next === null) break;
      after = page.next;
    }
    expect(paged).toEqual(all);
    await expect(reportFacts(test.entity, { month: '2024-01', after: 'x' })).rejects.toMatchObject({
      code: 'CURSOR_INVALID',
    });
  });

  it('keeps a pool on UNALLOCATED, with a warning, where no application has a positive direct cost', async () => {
    await bills('2024-02', [
      { Tags: tags('Shared Platform', { shared: 'yes' }), EffectiveCost: '5' },
      { Tags: tags('Web Shop'), EffectiveCost: '-1' },
    ]);
    const run = await runMonth(test.entity, '2024-02');
    expect(run.warnings.map((warning) => warning.code)).toEqual(['NO_POSITIVE_WEIGHT', 'WEIGHT_CLAMPED']);
    expect(await facts('2024-02')).toContainEqual([
      'UNALLOCATED',
      'SHARED:platform:Compute',
      'prod',
      'INDIRECT',
      '1',
      '5',
    ]);
    const [part] = (await explainIndirect(test.entity, '2024-02', 'web shop')).parts;
    expect(part?.words).toContain('stays on UNALLOCATED');
  });

  it('spreads each currency over the costs in that currency', async () => {
    await bills('2024-03', [
      { Tags: tags('Web Shop'), EffectiveCost: '1' },
      { Tags: tags('Search'), EffectiveCost: '3', BillingCurrency: 'USD' },
      { Tags: tags('x', { shared: 'true' }), EffectiveCost: '8', BillingCurrency: 'USD' },
    ]);
    const run = await runMonth(test.entity, '2024-03');
    expect(run.totals.map((total) => [total.currency, total.cost_effective])).toEqual([
      ['EUR', '1'],
      ['USD', '11'],
    ]);
    expect(await facts('2024-03')).toContainEqual(['search', 'SHARED:platform:Compute', 'prod', 'INDIRECT', '1', '8']);
  });

  it('names environments that no rule knows', async () => {
    await bills('2024-04', [{ Tags: tags('Web Shop', { environment: 'Moon' }) }]);
    expect((await runMonth(test.entity, '2024-04')).warnings).toMatchObject([
      { code: 'ENVIRONMENT_UNKNOWN', detail: expect.stringContaining('"Moon" (1 rows)') },
    ]);
  });
});

describe('a rerun', () => {
  it('replaces the facts and tells what stood before', async () => {
    await bills('2024-05', [{ Tags: tags('Web Shop'), EffectiveCost: '3' }]);
    const first = await runMonth(test.entity, '2024-05');
    await bills('2024-05', [{ Tags: tags('Search'), EffectiveCost: '4' }]);
    const second = await runMonth(test.entity, '2024-05');
    expect(second.replaced).toMatchObject({ run_id: first.run_id, totals: first.totals });
    const third = await runMonth(test.entity, '2024-05');
    const fourth = await runMonth(test.entity, '2024-05');
    expect(third.replaced?.sha256).not.toBe(second.replaced?.sha256);
    expect(fourth.replaced?.sha256).toBe(third.replaced?.sha256);
    expect((await listRuns(test.entity, '2024-05')).rows.map((run) => run.status)).toEqual(Array(4).fill('COMPLETED'));
  });

  it('follows the mapping as it was edited', async () => {
    const path = join(test.dir, 'mapping.yaml');
    const before = await readFile(path, 'utf8');
    await bills('2024-06', [{ Tags: '{"aplication":"Web Shop"}' }]);
    await runMonth(test.entity, '2024-06');
    expect((await facts('2024-06'))[0]?.[0]).toBe('UNALLOCATED');
    await writeFile(path, before.replace('tag_aliases: {}', 'tag_aliases: { aplication: application }'));
    const run = await runMonth(test.entity, '2024-06');
    expect((await facts('2024-06'))[0]?.[0]).toBe('web shop');
    await writeFile(path, 'schema: nothing\n');
    await expect(runMonth(test.entity, '2024-06')).rejects.toMatchObject({ code: 'MAPPING_INVALID' });
    expect((await facts('2024-06'))[0]?.[0]).toBe('web shop');
    await writeFile(path, before);
    expect((await runMonth(test.entity, '2024-06')).mapping_sha256).not.toBe(run.mapping_sha256);
  });

  it('places charges by the region in which they arose, where a rule asks for it', async () => {
    const path = join(test.dir, 'mapping.yaml');
    const before = await readFile(path, 'utf8');
    await bills('2023-08', [
      { Tags: '', RegionId: ' EU-West-1', EffectiveCost: '1' },
      { Tags: '', RegionId: 'us-east-1', EffectiveCost: '2' },
      { Tags: '', RegionId: 'NULL', EffectiveCost: '4' },
    ]);
    const rules = `rules:
  - { code: europe, match: { region_id: ["eu-*"] }, set: { application: Europe } }
  - { code: nowhere, match: { region_id: [""] }, set: { application: Nowhere } }`;
    await writeFile(path, before.replace('rules: []', rules));
    await runMonth(test.entity, '2023-08');
    await writeFile(path, before);
    expect((await facts('2023-08')).map(([application, , , , , cost]) => [application, cost])).toEqual([
      ['UNALLOCATED', '2'],
      ['europe', '1'],
      ['nowhere', '4'],
    ]);
  });

  it('takes turns with others of the same month', async () => {
    await bills('2024-07', [{ Tags: tags('Web Shop') }]);
    const runs = await Promise.all(Array.from({ length: 6 }, () => runMonth(test.entity, '2024-07')));
    expect(new Set(runs.map((run) => run.run_id)).size).toBe(6);
    expect(runs.filter((run) => run.replaced === null)).toHaveLength(1);
    const states = (await listRuns(test.entity, '2024-07')).rows.map((run) => run.status);
    expect(states).toEqual(Array(6).fill('COMPLETED'));
  });

  it('names a run that a kill ended, also where the server still holds its lock', async () => {
    await bills('2024-09', [{ Tags: tags('Web Shop') }]);
    const { db, scope, operator } = test.entity;
    const killed = uuidv7();
    const states = async () => (await listRuns(test.entity, '2024-09')).rows.map((run) => [run.run_id, run.status]);
    const key = [scope.tenantId, scope.legalEntityId, '2024-09-01', killed];
    await db.transaction(scope, (tx) =>
      tx.execute(START_RUN, [...key, operator.countryCode, 'COMMAND', '0'.repeat(64), operator.userId, null]),
    );
    const next = await db.transaction(scope, async (tx) => {
      await tx.query(LOCK_ENTITY);
      const running = { ended: runMonth(test.entity, '2024-09') };
      await expect.poll(async () => (await states()).length).toBe(2);
      expect(await states()).toContainEqual([killed, 'RUNNING']);
      return running;
    });
    const { run_id } = await next.ended;
    expect(await states()).toEqual([
      [run_id, 'COMPLETED'],
      [killed, 'INTERRUPTED'],
    ]);
  });

  it('with the key of an earlier request gives its answer and does nothing', async () => {
    await bills('2024-08', [{ Tags: tags('Web Shop') }]);
    const first = await runMonth(test.entity, '2024-08', { idempotencyKey: 'k1' });
    const second = await runMonth(test.entity, '2024-08', { idempotencyKey: 'k1' });
    expect(second).toEqual(first);
    expect((await listRuns(test.entity, '2024-08')).rows).toHaveLength(1);
  });
});

describe('refusals', () => {
  it.each(['2025-13', '2025-7', '25-07', 'July', '2025-07-01', ''])('%s is no month', async (month) => {
    await expect(runMonth(test.entity, month)).rejects.toMatchObject({ code: 'MONTH_INVALID' });
  });

  it('a month without bills, whose run is kept as failed', async () => {
    await expect(runMonth(test.entity, '2020-01')).rejects.toMatchObject({ code: 'NO_CONSUMPTION' });
    expect((await listRuns(test.entity, '2020-01')).rows).toMatchObject([
      { status: 'FAILED', summary: { reason: 'NO_CONSUMPTION' } },
    ]);
    await expect(reportFacts(test.entity, { month: '2020-01' })).rejects.toMatchObject({ code: 'NO_RUN' });
    await expect(reportCoverage(test.entity, '2020-01')).rejects.toMatchObject({ code: 'NO_RUN' });
  });

  it('facts that do not add up to the bills', () => {
    const total = { currency: 'EUR', rows: 1, cost_effective: '1', cost_billed: '1' };
    expect(() => assertConserved('2025-01', [total], [{ ...total, rows: 2 }])).not.toThrow();
    expect(() => assertConserved('2025-01', [total], [{ ...total, cost_billed: '1.000000000000000001' }])).toThrow(
      expect.objectContaining({ code: 'RUN_NOT_CONSERVED' }),
    );
  });
});

describe('walls', () => {
  it('stand around every table with a tenant', async () => {
    expect(await checkRowSecurity((sql) => test.database.admin(sql))).toEqual([]);
  });

  it('keep another entity from everything', async () => {
    const other = await anotherEntity(test.database, test.dir, 'DE02', 'EUR');
    await expect(reportFacts(other, { month: '2024-01' })).rejects.toMatchObject({ code: 'NO_RUN' });
    expect((await listRuns(other)).rows).toEqual([]);
    const tables = await test.database.admin<{ name: string }>(
      `SELECT DISTINCT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
        WHERE c.relkind = 'r' AND c.relnamespace = 'prorata'::regnamespace`,
    );
    for (const { name } of tables) {
      for (const role of ['app', 'intake', 'reader'] as const) {
        const seen = await other.db
          .transaction(other.scope, (tx) => tx.query<{ tenant_id: string }>(`SELECT DISTINCT tenant_id FROM ${name}`), {
            role,
          })
          .catch((error: Error) => (/permission denied/.test(error.message) ? [] : Promise.reject(error)));
        expect(
          seen.filter((row) => row.tenant_id !== other.scope.tenantId),
          `${name} as ${role}`,
        ).toEqual([]);
      }
    }
    const steal = other.db.transaction(other.scope, (tx) => tx.execute(`UPDATE batch_run SET status = 'FAILED'`));
    expect(await steal).toBe(0);
  });
});
