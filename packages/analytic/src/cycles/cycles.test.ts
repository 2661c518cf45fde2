import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAxis, makeRule } from '../testing/axes.ts';
import { lockMonth, putEntry } from '../testing/books.ts';
import { type Company, openTestService, type TestService } from '../testing/test-service.ts';

let test: TestService;
beforeAll(async () => {
  test = await openTestService();
});
afterAll(() => test.close());

/** The worked example of the engine: two services that serve each other, and two workshops. */
const definition = {
  method: 'reciprocal',
  service: ['MAINTENANCE', 'COMPUTING'],
  operating: ['ASSEMBLY', 'FINISHING'],
  services: {
    MAINTENANCE: { COMPUTING: '20', ASSEMBLY: '50', FINISHING: '30' },
    COMPUTING: { MAINTENANCE: '10', ASSEMBLY: '45', FINISHING: '45' },
  },
};

async function factory(): Promise<{
  company: Company;
  axis: string;
  cost: (of: string, amount: string) => Promise<void>;
}> {
  const company = await test.company();
  const centres = [...definition.service, ...definition.operating];
  const axis = await makeAxis(company, 'CENTRE', centres);
  const rules = new Map<string, string>();
  for (const centre of centres) {
    const axes = [{ axis: 'CENTRE', method: 'even', dimensions: [centre] }];
    rules.set(centre, await makeRule(company, `TO_${centre}`, { axes }));
  }
  const cost = async (of: string, amount: string) => {
    const entry = await putEntry(test, company, { lines: [['606100', amount]] });
    await company.ask('POST', 'allocations/run', { sourceEntryId: entry, allocationRuleId: rules.get(of) });
  };
  await cost('MAINTENANCE', '1200.00');
  await cost('COMPUTING', '800.00');
  await cost('ASSEMBLY', '5000.00');
  return { company, axis: axis.id, cost };
}

async function balances(company: Company, month = '2026-10') {
  const { body } = await company.ask('GET', `balance?axis=CENTRE&from=${month}&to=${month}`);
  const rows = body.rows as unknown as { dimension: string; own: string }[];
  return Object.fromEntries(rows.map(({ dimension, own }) => [dimension, own]));
}

const emptied = { MAINTENANCE: '0.00', COMPUTING: '0.00', ASSEMBLY: '6130.61', FINISHING: '869.39' };

describe('cycles', () => {
  it('empty the service centres over the balances of a month, exactly, and say how', async () => {
    const { company, axis } = await factory();
    const cycle = await company.ask('POST', 'cycles', { code: 'SERVICES', axis_id: axis, definition });
    expect([cycle.status, cycle.body.version]).toEqual([201, 1]);
    const run = await company.ask('POST', `cycles/${cycle.body.id}/run`, { month: '2026-10' });
    expect(run.status).toBe(201);
    expect(run.body.result?.parts).toEqual({ ASSEMBLY: '6130.61', FINISHING: '869.39' });
    expect(await balances(company)).toEqual(emptied);
    const [sum] = await test.admin('SELECT sum(amount)::text FROM ana_cycle_line WHERE cycle_run_id = $1', [
      run.body.id,
    ]);
    expect(Number(sum?.sum)).toBe(0);
    const explained = await company.ask('GET', `cycle-runs/${run.body.id}/explain?lang=en`);
    expect((explained.body.lines as unknown as string[])[0]).toMatch(/^Reciprocal method: 2 service centres/);
    const { body } = await company.ask('GET', 'balance?axis=CENTRE&from=2026-10&to=2026-10');
    expect([body.ledger, body.allocated, body.unallocated]).toEqual(['7000.00', '7000.00', '0.00']);
  });

  it('run once a month, whoever asks, and again after a reversal', async () => {
    const { company, axis, cost } = await factory();
    const made = await company.ask('POST', 'cycles', { code: 'SERVICES', axis_id: axis, definition });
    const path = `cycles/${made.body.id}/run`;
    const answers = await Promise.all(Array.from({ length: 6 }, () => company.ask('POST', path, { month: '2026-10' })));
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    const next = await company.ask('POST', 'cycles', { code: 'SERVICES', axis_id: axis, definition });
    expect(next.body.version).toBe(2);
    const other = await company.ask('POST', `cycles/${next.body.id}/run`, { month: '2026-10' });
    expect([other.status, other.body.code, other.body.cycle_run_id]).toEqual([
      409,
      'CYCLE_ALREADY_RUN',
      answers[0]?.body.id,
    ]);
    // What operating centres get on top changes nothing that the run moved; what service centres get is told, and never left aside.
    await cost('ASSEMBLY', '10.00');
    expect((await company.ask('POST', path, { month: '2026-10' })).body.id).toBe(answers[0]?.body.id);
    await cost('COMPUTING', '100.00');
    const stale = await company.ask('POST', path, { month: '2026-10' });
    expect([stale.status, stale.body.code, stale.body.cycle_run_id, stale.body.centres]).toEqual([
      409,
      'CYCLE_COSTS_CHANGED',
      answers[0]?.body.id,
      [{ centre: 'COMPUTING', amount: '100.00' }],
    ]);
    const reverse = `cycle-runs/${answers[0]?.body.id}/reverse`;
    const mirror = await company.ask('POST', reverse, {});
    expect([mirror.status, mirror.body.status]).toEqual([201, 'MIRROR']);
    expect(mirror.body.result).toMatchObject({
      costs: { MAINTENANCE: '-1200.00', COMPUTING: '-800.00', ASSEMBLY: '-5000.00' },
      parts: { ASSEMBLY: '-6130.61', FINISHING: '-869.39' },
    });
    const lines = async (id: unknown) =>
      (await company.ask('GET', `cycle-runs/${id}/explain?lang=en`)).body.lines as unknown as string[];
    expect((await lines(mirror.body.id)).slice(1)).toEqual((await lines(answers[0]?.body.id)).slice(1));
    expect((await company.ask('POST', reverse, {})).body.code).toBe('ALREADY_REVERSED');
    expect((await company.ask('POST', `cycle-runs/${mirror.body.id}/reverse`, {})).body.code).toBe('POSTING_IS_MIRROR');
    expect(await balances(company)).toMatchObject({ MAINTENANCE: '1200.00', COMPUTING: '900.00', FINISHING: '0.00' });
    const again = await company.ask('POST', `cycles/${next.body.id}/run`, { month: '2026-10' });
    expect(again.status).toBe(201);
    expect(await balances(company)).toMatchObject({ MAINTENANCE: '0.00', COMPUTING: '0.00' });
    // Who asks while the run is taken back gets the one that stood or the next one, never a complaint about the mirror.
    const rerun = () => company.ask('POST', `cycles/${next.body.id}/run`, { month: '2026-10' });
    const back = company.ask('POST', `cycle-runs/${again.body.id}/reverse`, {});
    const crowd = await Promise.all([rerun(), rerun(), back, rerun(), rerun()]);
    expect(crowd.map((answer) => answer.status)).toEqual([201, 201, 201, 201, 201]);
  });

  it('need an open month, and are taken back in another one where theirs is locked', async () => {
    const { company, axis } = await factory();
    const made = await company.ask('POST', 'cycles', { code: 'SERVICES', axis_id: axis, definition });
    const run = await company.ask('POST', `cycles/${made.body.id}/run`, { month: '2026-10' });
    await lockMonth(test, company, '2026-10');
    const reverse = `cycle-runs/${run.body.id}/reverse`;
    expect((await company.ask('POST', reverse, {})).body.code).toBe('PERIOD_LOCKED');
    expect((await company.ask('POST', reverse, { month: '2026-09' })).body.code).toBe('MIRROR_TOO_EARLY');
    const mirror = await company.ask('POST', reverse, { month: '2026-11' });
    expect(mirror.body.period_month).toBe('2026-11');
    const first = async (id: unknown, lang: string) => {
      const { body } = await company.ask('GET', `cycle-runs/${id}/explain?lang=${lang}`);
      return (body.lines as unknown as string[])[0];
    };
    expect(await first(mirror.body.id, 'fr')).toBe(
      `Contre-passation de l'exécution ${run.body.id}, en 2026-11 : chaque montant ci-dessous est repris avec le signe contraire.`,
    );
    expect(await first(run.body.id, 'en')).toBe(`Reversed by the run ${mirror.body.id}.`);
    expect(await balances(company)).toEqual(emptied);
    expect(await balances(company, '2026-11')).toMatchObject({ MAINTENANCE: '1200.00', ASSEMBLY: '-1130.61' });
    const late = await company.ask('POST', `cycles/${made.body.id}/run`, { month: '2026-10' });
    expect(late.body.code).toBe('PERIOD_LOCKED');
  });

  it('are refused on a month in which the service centres bear nothing, and leave no trace', async () => {
    const { company, axis } = await factory();
    const made = await company.ask('POST', 'cycles', { code: 'SERVICES', axis_id: axis, definition });
    const early = await company.ask('POST', `cycles/${made.body.id}/run`, { month: '2026-11' });
    expect([early.status, early.body.code, early.body.detail]).toEqual([
      409,
      'NOTHING_TO_ALLOCATE',
      'the service centres of SERVICES bear nothing in 2026-11',
    ]);
    expect((await company.ask('GET', 'cycle-runs?month=2026-11')).body.rows).toEqual([]);
  });

  it('that could never end, or name what is not there, are refused before there is money in them', async () => {
    const { company, axis } = await factory();
    const create = (change: object) =>
      company.ask('POST', 'cycles', { code: 'BAD', axis_id: axis, definition: { ...definition, ...change } });
    const ring = { MAINTENANCE: { COMPUTING: '1' }, COMPUTING: { MAINTENANCE: '1' } };
    const endless = await create({ services: ring });
    expect([endless.status, endless.body.code, endless.body.reason]).toEqual([
      422,
      'CYCLE_INVALID',
      'CYCLE_NOT_DEPLETABLE',
    ]);
    const idle = await create({ services: { MAINTENANCE: definition.services.MAINTENANCE } });
    expect([idle.body.code, idle.body.reason]).toEqual(['CYCLE_INVALID', 'CYCLE_NOT_DEPLETABLE']);
    expect(idle.body.detail).toContain('"COMPUTING"');
    const last = { MAINTENANCE: { ASSEMBLY: '1' }, COMPUTING: { MAINTENANCE: '1' } };
    const order = ['MAINTENANCE', 'COMPUTING'];
    expect((await create({ method: 'step-down', order, services: last })).body.code).toBe('CYCLE_INVALID');
    expect((await create({ method: 'direct', services: last })).body.code).toBe('CYCLE_INVALID');
    expect((await create({ operating: ['NOBODY'] })).body.code).toBe('REFERENCE_UNKNOWN');
    expect((await create({ operating: ['MAINTENANCE'] })).body.code).toBe('CYCLE_INVALID');
    await company.ask('POST', 'cycles', { code: 'GOOD', axis_id: axis, definition });
    const small = await company.ask('POST', 'cycles', { code: 'good', axis_id: axis, definition });
    expect([small.status, small.body.code]).toEqual([409, 'CODE_TAKEN']);
    const lost = await company.ask('POST', 'cycles', { code: 'BAD', axis_id: randomUUID(), definition });
    expect(lost.body.code).toBe('REFERENCE_UNKNOWN');
    expect(await test.admin(`SELECT 1 FROM ana_cycle WHERE code = 'BAD'`)).toEqual([]);
    const amounts = await create({ method: 'step-down', services: last });
    expect(amounts.status).toBe(201);
  });
});
