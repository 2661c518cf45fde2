import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  deliverEvents,
  type Plugin,
  type PluginHost,
  pluginModule,
  pluginProblem,
  type RequestContext,
} from '@prorata/platform';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAxis, makeRule } from '../../packages/analytic/src/testing/axes.ts';
import { putEntry } from '../../packages/analytic/src/testing/books.ts';
import { type Company, openTestService, type TestService } from '../../packages/analytic/src/testing/test-service.ts';

const PATH = fileURLToPath(new URL('../../examples/budget-control/', import.meta.url));
const MODULE = pluginModule('budget-control');
const declared = {
  summary: 'of the plugin',
  about: 'budget version',
  payload: Type.Object({}, { additionalProperties: true }),
};

let test: TestService;
let company: Company;
let context: RequestContext;
let postings: string[];
let rule: string;
beforeAll(async () => {
  test = await openTestService({
    plugins: [{ code: 'budget-control', path: PATH }],
    pluginEvents: { 'BUDGET.VERSION.ADOPTED': declared, 'BUDGET.OVERRUN.DETECTED': declared },
  });
  company = await test.company();
  context = { ...company.context, enabledModules: [MODULE] };
  await makeAxis(company, 'CENTER', ['C1', 'C2']);
  rule = await makeRule(company, 'EVEN', { axes: [{ axis: 'CENTER', method: 'even', dimensions: 'all' }] });
  postings = [await run(), await run(), await run()];
});
afterAll(() => test.close());

/** The id of a posting, whose event the plugin hears. */
async function run(): Promise<string> {
  const sourceEntryId = await putEntry(test, company, { lines: [['606100', '10.00']] });
  return String((await company.ask('POST', 'allocations/run', { sourceEntryId, allocationRuleId: rule })).body.id);
}

/** The node's plugin with ears of the test's. */
function hostOf(on: NonNullable<Plugin['on']>): PluginHost {
  return { ...test.host, plugins: test.host.plugins.map((one) => ({ ...one, plugin: { ...one.plugin, on } })) };
}

const ADMIN = { enabled_modules: ['ERP_ANALYTIC_CORE', MODULE], roles: ['analytic.admin'] };
const listed = async () => {
  const answer = await company.ask('GET', '/api/plugins', undefined, { claims: ADMIN });
  return (answer.body.rows as unknown as { attempts: number; problem: string | null; parked: object[] }[])[0];
};
const due = () => test.admin("UPDATE plugin_cursor SET due_at = '-infinity'");

describe('an event that a plugin does not take', () => {
  it('is tried later and later, then parked in sight while the others go on, and taken when somebody asks', async () => {
    const heard: string[] = [];
    let poisoned: string | undefined = postings[0];
    const host = hostOf(async (event, tx, record) => {
      heard.push(event.entity_id);
      record.audit({ subject: 'test', subjectId: event.entity_id });
      if (event.entity_id === poisoned) await tx.query('SELECT 1 / 0');
    });
    expect(await deliverEvents(host, context)).toBe(0);
    expect(heard).toEqual([postings[0]]);
    expect(await listed()).toMatchObject({ attempts: 1, problem: expect.any(String), parked: [] });
    // Not before its time.
    expect(await deliverEvents(host, context)).toBe(0);
    expect(heard).toHaveLength(1);
    for (let attempt = 2; attempt < 8; attempt += 1) {
      await due();
      expect(await deliverEvents(host, context)).toBe(0);
      const [rest] = await test.admin('SELECT extract(epoch FROM due_at - updated_at)::int AS s FROM plugin_cursor');
      expect(rest).toEqual({ s: 2 ** attempt });
    }
    await due();
    expect(await deliverEvents(host, context)).toBe(2);
    expect(heard.slice(-3)).toEqual(postings);
    expect(await listed()).toMatchObject({
      attempts: 0,
      problem: null,
      parked: [{ event: 'ANALYTIC.ALLOCATION.RUN', attempts: 8, problem: expect.any(String) }],
    });
    expect(await deliverEvents(host, context)).toBe(0);
    const left = await test.admin("SELECT 1 FROM audit_log WHERE subject_id = $1 AND subject = 'test'", [postings[0]]);
    expect(left).toEqual([]);

    const parked = (await listed())?.parked[0] as { event_id: string };
    const path = (event: string) => `/api/plugins/budget-control/parked/${event}/retry`;
    const retry = (event: string, claims = {}) =>
      company.ask('POST', path(event), {}, { claims: { ...ADMIN, ...claims } });
    expect((await retry(randomUUID())).body.code).toBe('NOT_FOUND');
    expect((await retry(parked.event_id, { roles: ['analytic.writer'] })).status).toBe(403);
    expect((await retry(parked.event_id, { enabled_modules: ['ERP_ANALYTIC_CORE'] })).body.code).toBe('NOT_FOUND');
    const other = await test.company();
    expect((await other.ask('POST', path(parked.event_id), {}, { claims: ADMIN })).body.code).toBe('NOT_FOUND');
    expect((await listed())?.parked).toHaveLength(1);
    poisoned = undefined;
    expect((await retry(parked.event_id)).body).toEqual({ taken: true });
    expect((await listed())?.parked).toEqual([]);
  });

  it('is taken once, whoever has it taken, though the one behind it keeps the delivery at the same page', async () => {
    const [first, second] = [await run(), await run()];
    const heard: string[] = [];
    const host = hostOf(async (event) => {
      heard.push(event.entity_id);
      if (event.entity_id === first || event.entity_id === second) throw new Error('not now');
    });
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      await due();
      await deliverEvents(host, context);
    }
    expect(await listed()).toMatchObject({ attempts: 1, parked: [{ attempts: 8 }] });
    const parked = (await listed())?.parked[0] as { event_id: string };
    const retry = (user_id: string) => {
      const path = `/api/plugins/budget-control/parked/${parked.event_id}/retry`;
      return company.ask('POST', path, {}, { claims: { ...ADMIN, user_id } });
    };
    const asked = await Promise.all([randomUUID(), randomUUID()].map(retry));
    expect(asked.map(({ status }) => status).sort()).toEqual([200, 404]);
    expect((await listed())?.parked).toEqual([]);
    heard.length = 0;
    await due();
    await deliverEvents(host, context);
    expect(heard).toEqual([second]);
    await due();
    const willing = hostOf(async () => {});
    expect(await deliverEvents(willing, context)).toBe(1);
  });

  it('is tried as often as any, however often the one before it was', async () => {
    const [first, second] = [await run(), await run()];
    let refused = [first];
    const host = hostOf(async (event) => {
      if (refused.includes(event.entity_id)) throw new Error('not now');
    });
    for (let attempt = 1; attempt < 8; attempt += 1) {
      await due();
      await deliverEvents(host, context);
    }
    expect(await listed()).toMatchObject({ attempts: 7, parked: [] });
    refused = [second];
    await due();
    expect(await deliverEvents(host, context)).toBe(1);
    expect(await listed()).toMatchObject({ attempts: 1, parked: [] });
    refused = [];
    await due();
    expect(await deliverEvents(host, context)).toBe(2);
  });

  it.each<[string, NonNullable<Plugin['on']>]>([
    ['keeps a failed statement to itself', async (_event, tx) => void (await tx.query('SELECT 1 / 0').catch(() => []))],
    [
      'audits what is no JSON',
      async (_event, _tx, record) => record.audit({ subject: 'x', subjectId: 'y', details: 1n }),
    ],
  ])('is parked too where the plugin %s', async (_what, on) => {
    const [poisoned, next] = [await run(), await run()];
    const heard: string[] = [];
    const host = hostOf(async (event, ...rest) => {
      heard.push(event.entity_id);
      if (event.entity_id === poisoned) await on(event, ...rest);
    });
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      await due();
      await deliverEvents(host, context);
    }
    expect(heard.at(-1)).toBe(next);
    expect(await test.admin('DELETE FROM plugin_parked_event WHERE taken_at IS NULL RETURNING plugin')).toHaveLength(1);
  });

  it('was refused for a reason of its own, and is taken as soon as the reason is gone', async () => {
    await run();
    let refuses = true;
    const host = hostOf(async () => {
      if (refuses) throw pluginProblem('PLUGIN_REFUSED', 'the budget is being revised');
    });
    expect(await deliverEvents(host, context)).toBe(0);
    expect((await listed())?.problem).toBe('PLUGIN_REFUSED: the budget is being revised');
    refuses = false;
    await due();
    expect(await deliverEvents(host, context)).toBe(1);
  });
});
