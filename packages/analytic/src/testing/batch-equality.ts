import fc from 'fast-check';
import { expect } from 'vitest';
import { createBatchRun, runBatch } from '../batch/batch.ts';
import { makeAxis, makeRule } from './axes.ts';
import { putEntry } from './books.ts';
import type { Company, TestService } from './test-service.ts';

const DIMENSIONS = { A: ['A1', 'A2', 'A3'], B: ['B1', 'B2'], C: ['C1', 'C2', 'C3', 'C4'] } as const;

const weight = fc.integer({ min: 0, max: 999 }).map((units) => (units / 10).toFixed(1));

/** One axis of a rule, by any method. */
const axisRule = (axis: keyof typeof DIMENSIONS) =>
  fc.oneof(
    fc.constant({ axis, method: 'even', dimensions: 'all' }),
    fc.constant({ axis, method: 'driver', driver: `D${axis}`, dimensions: 'all' }),
    fc
      .tuple(...DIMENSIONS[axis].map(() => weight))
      .filter((weights) => weights.some((one) => Number(one) > 0))
      .map((weights) => ({
        axis,
        method: 'fixed',
        shares: DIMENSIONS[axis].map((dimension, index) => ({ dimension, weight: weights[index] ?? '1' })),
      })),
  );

const rules = fc.oneof(
  fc.tuple(axisRule('A'), axisRule('B'), axisRule('C')).map((axes) => ({ axes })),
  fc.tuple(axisRule('A'), axisRule('C')).map((axes) => ({ axes, combine: 'cross' })),
  axisRule('B').map((rest) => {
    const { axis, ...method } = rest;
    return { axes: [{ axis, method: 'amount', amounts: [{ dimension: 'B1', amount: '5.00' }], rest: method }] };
  }),
);

const amount = fc
  .integer({ min: -99_999, max: 99_999 })
  .filter((cents) => cents !== 0)
  .map((cents) => (cents / 100).toFixed(2));
const account = fc.constantFrom('606100', '613200', '641000', '512000');
const entries = fc.array(fc.array(fc.tuple(account, amount), { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 6,
});

const drivers = new Map<Company, string[]>();

async function companyWithDrivers(test: TestService): Promise<Company> {
  const company = await test.company();
  const own: string[] = [];
  for (const [axis, dimensions] of Object.entries(DIMENSIONS)) {
    const { id } = await makeAxis(company, axis, dimensions);
    const made = await company.ask('POST', 'drivers', { code: `D${axis}`, axis_id: id });
    own.push(String(made.body.id));
  }
  drivers.set(company, own);
  return company;
}

/** Weights of a month, the same for every company. */
async function weigh(company: Company, month: string): Promise<void> {
  for (const [index, dimensions] of Object.values(DIMENSIONS).entries()) {
    const values = dimensions.map((dimension, place) => ({ dimension, weight: String(place + 0.5) }));
    const stored = await company.ask('PUT', `drivers/${drivers.get(company)?.[index]}/values/${month}`, { values });
    if (stored.status !== 200) throw new Error(stored.text);
  }
}

/** What stands in the books of a company, without the ids that differ from one to the other. */
async function stands(test: TestService, company: Company, month: string): Promise<unknown> {
  const rows = (sql: string) => test.admin(sql, [company.legalEntityId, `${month}-01`]);
  return {
    results: await rows(
      `SELECT p.posting_date::text AS day, p.currency, p.result #- '{rule,id}' AS result
         FROM ana_posting p WHERE p.legal_entity_id = $1 AND p.period_month = $2 ORDER BY (p.result #- '{rule,id}')::text`,
    ),
    lines: await rows(
      `SELECT l.line_no, l.part_no, d.code, l.account, l.amount::text AS amount
         FROM ana_posting_line l JOIN ana_posting p ON p.legal_entity_id = l.legal_entity_id AND p.id = l.posting_id
         JOIN ana_dimension d ON d.legal_entity_id = l.legal_entity_id AND d.id = l.dimension_id
        WHERE l.legal_entity_id = $1 AND l.period_month = $2
        ORDER BY (p.result #- '{rule,id}')::text, l.line_no, d.code, l.part_no`,
    ),
    held: await rows(
      `SELECT h.line_no, count(*) FROM ana_allocated_line h JOIN ana_posting p ON p.id = h.posting_id
        WHERE h.legal_entity_id = $1 AND p.period_month = $2 GROUP BY 1 ORDER BY 1`,
    ),
    balance: await rows(
      `SELECT d.code, b.account, sum(b.amount)::text AS amount, sum(b.lines) AS lines
         FROM ana_balance_now b JOIN ana_dimension d ON d.legal_entity_id = b.legal_entity_id AND d.id = b.dimension_id
        WHERE b.legal_entity_id = $1 AND b.period_month = $2 GROUP BY 1, 2 ORDER BY 1, 2`,
    ),
    events: await rows(
      `SELECT v.payload->'result_summary' AS summary FROM outbox_event v JOIN ana_posting p ON p.id::text = v.entity_id
        WHERE v.legal_entity_id = $1 AND p.period_month = $2 AND v.event = 'ANALYTIC.ALLOCATION.RUN'
        ORDER BY (v.payload->'result_summary')::text`,
    ),
  };
}

/** A batch gives for any rule and entries what single runs give, and refuses what they refuse. */
export async function batchEqualsSingles(test: TestService, numRuns: number): Promise<void> {
  const [one, all] = [await companyWithDrivers(test), await companyWithDrivers(test)];
  let run = 0;
  const property = fc.asyncProperty(rules, entries, async (rule, books) => {
    run += 1;
    const month = `${2000 + Math.floor(run / 12)}-${String((run % 12) + 1).padStart(2, '0')}`;
    await weigh(one, month);
    await weigh(all, month);
    const [ownRule, batchRule] = [await makeRule(one, `R${run}`, rule), await makeRule(all, `R${run}`, rule)];
    const outcomes: unknown[] = [];
    for (const lines of books) {
      const source = await putEntry(test, one, { lines, date: `${month}-15` });
      await putEntry(test, all, { lines, date: `${month}-15` });
      const answer = await one.ask('POST', 'allocations/run', { sourceEntryId: source, allocationRuleId: ownRule });
      outcomes.push(answer.status === 201 ? 'posted' : answer.body.code);
    }
    const caller = { context: all.context, method: 'TEST', route: 'equality' };
    const { body } = await createBatchRun(test.node, caller, { month, allocationRuleIds: [batchRule] });
    const done = await runBatch(test.node, all.context, body.id);
    const posted = outcomes.filter((one) => one === 'posted').length;
    const unmatched = outcomes.filter((one) => one === 'NOTHING_TO_ALLOCATE').length;
    const refused = books.length - posted - unmatched;
    expect(done).toMatchObject({ status: 'COMPLETED', seen: books.length, posted, unmatched, refused });
    expect(await stands(test, all, month)).toEqual(await stands(test, one, month));
  });
  await fc.assert(property, { numRuns });
}
