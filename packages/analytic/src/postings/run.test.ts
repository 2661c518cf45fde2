import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAxis, makeRule } from '../testing/axes.ts';
import { lockMonth, putEntry } from '../testing/books.ts';
import { type Company, openTestService, type TestService } from '../testing/test-service.ts';

let test: TestService;
let company: Company;
let rule: string;
beforeAll(async () => {
  test = await openTestService();
  company = await test.company();
  await makeAxis(company, 'COST_CENTER', ['CC-1', 'CC-2', 'CC-3']);
  await makeAxis(company, 'PROJECT', ['P1', 'P2']);
  await makeAxis(company, 'DEPARTMENT', ['D1', 'D2', 'D3', 'D4']);
  rule = await makeRule(company, 'ALL', {
    axes: [
      { axis: 'COST_CENTER', method: 'even', dimensions: 'all' },
      {
        axis: 'PROJECT',
        method: 'fixed',
        shares: [
          { dimension: 'P1', weight: '60' },
          { dimension: 'P2', weight: '40' },
        ],
        total: '100',
      },
      { axis: 'DEPARTMENT', method: 'even', dimensions: 'all' },
    ],
  });
});
afterAll(() => test.close());

const body = (entry: string, by = rule) => ({ sourceEntryId: entry, allocationRuleId: by });
const run = (entry: string, by = rule, key: string | undefined = undefined) =>
  company.ask('POST', 'allocations/run', body(entry, by), key === undefined ? {} : { key });
const bought = (...lines: [string, string][]) => putEntry(test, company, { lines });

describe('a run', () => {
  it('Tests obligatoires 4, multi-axis allocation: a rule over three axes gives a result with all of them, each exact', async () => {
    const entry = await bought(['606100', '100.00'], ['626000', '182.25']);
    const answer = await run(entry);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ source_entry_id: entry, status: 'ACTIVE', period_month: '2026-10' });
    expect(answer.body.result?.totals).toEqual({
      COST_CENTER: { 'CC-1': '94.09', 'CC-2': '94.08', 'CC-3': '94.08' },
      PROJECT: { P1: '169.35', P2: '112.90' },
      DEPARTMENT: { D1: '70.57', D2: '70.56', D3: '70.56', D4: '70.56' },
    });
    const lines = await test.admin(
      `SELECT l.line_no, a.code, sum(l.amount)::text AS amount FROM ana_posting_line l JOIN ana_axis a ON a.id = l.axis_id
        WHERE l.posting_id = $1 GROUP BY 1, 2 ORDER BY 1, 2`,
      [answer.body.id],
    );
    expect(lines).toEqual(
      [1, 2].flatMap((line) =>
        ['COST_CENTER', 'DEPARTMENT', 'PROJECT'].map((code) => ({
          line_no: line,
          code,
          amount: line === 1 ? '100.00' : '182.25',
        })),
      ),
    );
    const [event] = await test.admin('SELECT event, payload FROM outbox_event WHERE entity_id = $1', [answer.body.id]);
    expect(event).toMatchObject({
      event: 'ANALYTIC.ALLOCATION.RUN',
      payload: { posting_id: answer.body.id, source_entry_id: entry, rule_id: rule },
    });
    expect(Object.keys((event?.payload as object) ?? {}).sort()).toEqual([
      'posting_id',
      'result_summary',
      'rule_id',
      'source_entry_id',
    ]);
  });

  it('Tests obligatoires 2, allocation idempotency: same key same answer, same key other payload 409', async () => {
    const [entry, other] = [await bought(['606100', '10.00']), await bought(['606100', '20.00'])];
    const key = randomUUID();
    const first = await run(entry, rule, key);
    expect([first.status, first.headers['idempotent-replayed']]).toEqual([201, undefined]);
    const again = await run(entry, rule, key);
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([201, first.text, 'true']);
    const reused = await run(other, rule, key);
    expect([reused.status, reused.body.code]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
    const keyless = await company.ask('POST', 'allocations/run', body(other), { key: false });
    expect([keyless.status, keyless.body.code]).toEqual([400, 'IDEMPOTENCY_KEY_REQUIRED']);
  });

  it('of 500 at once with one key gives one posting and 500 equal answers', async () => {
    const entry = await bought(['606100', '33.33']);
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 500 }, () => run(entry, rule, key)));
    expect(new Set(answers.map((answer) => `${answer.status} ${answer.text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
    const [stored] = await test.admin('SELECT count(*) FROM ana_posting WHERE source_entry_id = $1', [entry]);
    expect(stored).toEqual({ count: '1' });
  });

  it('of 500 at once with a key each gives one posting and 500 equal answers', async () => {
    const entry = await bought(['606100', '33.33'], ['601000', '0.01']);
    const answers = await Promise.all(Array.from({ length: 500 }, () => run(entry)));
    expect(new Set(answers.map((answer) => `${answer.status} ${answer.text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
    expect(answers.filter((answer) => answer.headers['idempotent-replayed'] === undefined).length).toBe(1);
    const [stored] = await test.admin('SELECT count(*) FROM ana_posting WHERE source_entry_id = $1', [entry]);
    expect(stored).toEqual({ count: '1' });
    const events = await test.admin('SELECT 1 FROM outbox_event WHERE entity_id = $1', [answers[0]?.body.id]);
    expect(events.length).toBe(1);
  });

  it('never allocates a line twice on one axis, whatever rule or version, and names the posting', async () => {
    const entry = await bought(['606100', '50.00']);
    const first = await run(entry);
    const axes = [{ axis: 'PROJECT', method: 'even', dimensions: 'all' }];
    const other = await makeRule(company, 'PROJECT_ONLY', { axes });
    const next = await company.ask('POST', `allocation-rules/${rule}/versions`, {});
    await company.ask('POST', `allocation-rules/${next.body.id}/post`);
    for (const by of [other, String(next.body.id)]) {
      const answer = await run(entry, by);
      expect([answer.status, answer.body.code, answer.body.posting_id]).toEqual([
        409,
        'ALREADY_ALLOCATED',
        first.body.id,
      ]);
    }
    const claim = `INSERT INTO ana_allocated_line (tenant_id, legal_entity_id, entry_id, line_no, axis_id, posting_id)
      SELECT tenant_id, legal_entity_id, entry_id, line_no, axis_id, posting_id FROM ana_allocated_line WHERE entry_id = $1`;
    await expect(test.admin(claim, [entry])).rejects.toThrow(/ana_allocated_line_pkey/);
  });

  it('in a crowd shares transactions with others, and each is answered as if it were alone', async () => {
    const own = await test.company();
    await makeAxis(own, 'A', ['X', 'Y', 'Z']);
    const even = { axes: [{ axis: 'A', method: 'even', dimensions: 'all' }] };
    const [by, other] = [await makeRule(own, 'R1', even), await makeRule(own, 'R2', even)];
    const put = (entry: Parameters<typeof putEntry>[2]) => putEntry(test, own, entry);
    const plain: string[] = [];
    while (plain.length < 60) plain.push(await put({ lines: [['606100', `${plain.length + 1}.01`]] }));
    const draft = await put({ status: 'DRAFT', lines: [['606100', '1.00']] });
    const unmatched = await put({ lines: [['512000', '1.00']] });
    const key = randomUUID();
    const ask = (entry: string, rule = by, asked = {}) => own.ask('POST', 'allocations/run', body(entry, rule), asked);
    const crowded = [
      ...plain.map((entry) => ask(entry)),
      ...plain.slice(0, 20).map((entry) => ask(entry)),
      ...plain.slice(20, 40).map((entry) => ask(entry, other)),
      ...[draft, unmatched, randomUUID()].map((entry) => ask(entry)),
      ask(plain[40] ?? '', by, { key }),
      ask(plain[41] ?? '', by, { key }),
    ];
    const answers = await Promise.all(crowded);
    const codes = new Map<string, number>();
    for (const { status, body: told } of answers) {
      const code = status === 201 ? 'posted' : String(told.code);
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect(Object.fromEntries(codes)).toEqual({
      posted: 60 + 20 + 1,
      ALREADY_ALLOCATED: 20,
      ENTRY_NOT_POSTED: 1,
      NOTHING_TO_ALLOCATE: 1,
      ENTRY_NOT_FOUND: 1,
      IDEMPOTENCY_KEY_REUSED: 1,
    });
    const stored = await test.admin<{ source_entry_id: string; created_at: Date; amount: string }>(
      `SELECT p.source_entry_id, p.created_at, sum(l.amount)::text AS amount FROM ana_posting p
         JOIN ana_posting_line l ON l.posting_id = p.id WHERE p.legal_entity_id = $1 GROUP BY p.id, 1, 2`,
      [own.legalEntityId],
    );
    const amounts = new Map(stored.map((row) => [row.source_entry_id, row.amount]));
    expect(plain.map((entry) => amounts.get(entry))).toEqual(plain.map((_, index) => `${index + 1}.01`));
    // What is created in one transaction says the same moment.
    expect(new Set(stored.map(({ created_at }) => created_at.toISOString())).size).toBeLessThan(40);
    const [left] = await test.admin(
      `SELECT (SELECT count(*)::int FROM outbox_event WHERE legal_entity_id = $1 AND event = 'ANALYTIC.ALLOCATION.RUN') AS events,
              (SELECT count(DISTINCT correlation_id)::int FROM outbox_event WHERE legal_entity_id = $1
                  AND event = 'ANALYTIC.ALLOCATION.RUN') AS requests`,
      [own.legalEntityId],
    );
    expect(left).toEqual({ events: 60, requests: 60 });
    expect(await balanceDifferences()).toEqual([]);
  });

  it('of two rules on one axis at once gives exactly one posting', async () => {
    const own = await test.company();
    await makeAxis(own, 'A', ['X', 'Y']);
    const even = { axes: [{ axis: 'A', method: 'even', dimensions: 'all' }] };
    const rules = [await makeRule(own, 'R1', even), await makeRule(own, 'R2', even)];
    for (let round = 0; round < 5; round += 1) {
      const entry = await putEntry(test, own, { lines: [['6', '1.00']] });
      const answers = await Promise.all(
        rules.map((by) => own.ask('POST', 'allocations/run', { sourceEntryId: entry, allocationRuleId: by })),
      );
      expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409]);
    }
  });

  it('takes only posted entries that reverse nothing, in an open month, in the currency of the books', async () => {
    const original = await bought(['606100', '5.00']);
    const cases: [string, Parameters<typeof putEntry>[2]][] = [
      ['ENTRY_NOT_POSTED', { status: 'DRAFT', lines: [['606100', '1.00']] }],
      ['ENTRY_NOT_POSTED', { status: 'REVERSED', lines: [['606100', '1.00']] }],
      ['ENTRY_IS_REVERSAL', { reverses: original, lines: [['606100', '-5.00']] }],
      ['PERIOD_LOCKED', { date: '2026-03-31', lines: [['606100', '1.00']] }],
      ['CURRENCY_DIFFERS', { currency: 'USD', lines: [['606100', '1.00']] }],
      ['NOTHING_TO_ALLOCATE', { lines: [['512000', '1.00']] }],
      ['NOTHING_TO_ALLOCATE', { journal: 'AN', lines: [['606100', '1.00']] }],
      ['ALLOCATION_IMPOSSIBLE', { lines: [['606100', '1.001']] }],
    ];
    await lockMonth(test, company, '2026-03');
    for (const [code, entry] of cases) {
      const id = await putEntry(test, company, entry);
      const answer = await run(id);
      expect([answer.status, answer.body.code]).toEqual([409, code]);
      if (code === 'ALLOCATION_IMPOSSIBLE')
        expect(answer.body.detail).toMatch(/^Line 1 of entry .*, on account 606100: "1.001"/);
      expect(await test.admin('SELECT 1 FROM ana_posting WHERE source_entry_id = $1', [id])).toEqual([]);
    }
    const unknown = randomUUID();
    const lost = (await run(unknown)).body;
    expect([lost.code, lost.entry_id, lost.detail]).toEqual([
      'ENTRY_NOT_FOUND',
      unknown,
      expect.stringContaining(unknown),
    ]);
    expect((await run(original, randomUUID())).body.code).toBe('NOT_FOUND');
  });

  it('takes only posted rules whose references are active', async () => {
    const own = await test.company();
    const axis = await makeAxis(own, 'A', ['X', 'Y']);
    const named = { axes: [{ axis: 'A', method: 'even', dimensions: ['X', 'Y'] }] };
    const id = await makeRule(own, 'R', named, false);
    const entry = await putEntry(test, own, { lines: [['6', '1.00']] });
    const ask = (path: string) => own.ask('POST', `allocations/${path}`, body(entry, id));
    expect((await ask('run')).body.code).toBe('RULE_NOT_POSTED');
    expect((await ask('preview')).status).toBe(200);
    await own.ask('POST', `allocation-rules/${id}/post`);
    await own.ask('PATCH', `dimensions/${axis.dimensions.get('Y')}`, { is_active: false });
    const refused = await ask('run');
    expect([refused.status, refused.body.code]).toEqual([409, 'REFERENCE_INACTIVE']);
    expect(refused.body.inactive).toEqual([{ axis: 'A', dimension: 'Y' }]);
    await own.ask('PATCH', `dimensions/${axis.dimensions.get('Y')}`, { is_active: true });
    await own.ask('PATCH', `axes/${axis.id}`, { is_active: false });
    expect((await ask('run')).body.inactive).toEqual([{ axis: 'A' }]);
    await own.ask('PATCH', `axes/${axis.id}`, { is_active: true });
    expect((await ask('run')).status).toBe(201);
  });

  it('is previewed by the same code, with nothing stored', async () => {
    const entry = await bought(['606100', '77.77']);
    const preview = await company.ask('POST', 'allocations/preview?lang=en', body(entry), { key: false });
    expect(preview.status).toBe(200);
    expect(preview.body.explanation).toContain('Line 1 is on account 606100.');
    expect(await test.admin('SELECT 1 FROM ana_posting WHERE source_entry_id = $1', [entry])).toEqual([]);
    expect((await run(entry)).body.result).toEqual(preview.body.result);
  });

  it('adds up on each axis and leaves the balance equal to the sum of the lines, whatever the amounts', async () => {
    const amount = fc.integer({ min: -999_999, max: 999_999 }).filter((cents) => cents !== 0);
    await fc.assert(
      fc.asyncProperty(fc.array(amount, { minLength: 1, maxLength: 4 }), async (cents) => {
        const entry = await bought(...cents.map((one): [string, string] => ['606100', (one / 100).toFixed(2)]));
        const answer = await run(entry);
        expect(answer.status).toBe(201);
        const sums = await test.admin<{ right: boolean }>(
          `SELECT sum(p.amount) = l.debit - l.credit AS right FROM gl_entry_line l
             JOIN ana_posting_line p ON p.posting_id = $2 AND p.line_no = l.line_no
            WHERE l.entry_id = $1 GROUP BY p.line_no, p.axis_id, l.debit, l.credit`,
          [entry, answer.body.id],
        );
        expect(sums.length).toBe(3 * cents.length);
        expect(sums.every(({ right }) => right)).toBe(true);
      }),
      { numRuns: 15 },
    );
    expect(await balanceDifferences()).toEqual([]);
  });
});

/** Rows of the kept balance that differ from its definition. */
async function balanceDifferences(): Promise<object[]> {
  return await test.admin(
    `SELECT axis_id, period_month, dimension_id, account FROM (
       SELECT legal_entity_id, axis_id, period_month, dimension_id, account, sum(amount) AS amount, count(*) AS lines
         FROM ana_posting_line GROUP BY 1, 2, 3, 4, 5) l
     FULL JOIN (SELECT legal_entity_id, axis_id, period_month, dimension_id, account, sum(amount) AS amount, sum(lines) AS lines
                  FROM ana_balance_now GROUP BY 1, 2, 3, 4, 5) b USING (legal_entity_id, axis_id, period_month, dimension_id, account)
     WHERE l.amount IS DISTINCT FROM b.amount OR l.lines IS DISTINCT FROM b.lines`,
  );
}

describe('a reversal', () => {
  it('mirrors the posting, gives its lines back and happens once', async () => {
    const entry = await bought(['606100', '100.01']);
    const posting = await run(entry);
    const path = `postings/${posting.body.id}/reverse`;
    const key = randomUUID();
    const mirror = await company.ask('POST', path, {}, { key });
    expect([mirror.status, mirror.body.status, mirror.body.reverses]).toEqual([201, 'MIRROR', posting.body.id]);
    expect(mirror.body.result?.totals?.COST_CENTER).toEqual({ 'CC-1': '-33.34', 'CC-2': '-33.34', 'CC-3': '-33.33' });
    expect((await company.ask('POST', path, {}, { key })).text).toBe(mirror.text);
    const twice = await company.ask('POST', path, {});
    expect([twice.status, twice.body.code, twice.body.reversed_by]).toEqual([409, 'ALREADY_REVERSED', mirror.body.id]);
    const back = await company.ask('POST', `postings/${mirror.body.id}/reverse`, {});
    expect([back.status, back.body.code]).toEqual([409, 'POSTING_IS_MIRROR']);
    const seen = await company.ask('GET', `postings/${posting.body.id}`);
    expect([seen.body.status, seen.body.reversed_by]).toEqual(['REVERSED', mirror.body.id]);
    const rerun = await run(entry);
    expect(rerun.status).toBe(201);
    expect(rerun.body.id).not.toBe(posting.body.id);
    const [event] = await test.admin('SELECT event, payload FROM outbox_event WHERE entity_id = $1', [mirror.body.id]);
    expect(event).toMatchObject({ event: 'ANALYTIC.ALLOCATION.REVERSED', payload: { reverses: posting.body.id } });
    expect(await balanceDifferences()).toEqual([]);
  });

  it('needs an open month, and no reference that is still active', async () => {
    const own = await test.company();
    const axis = await makeAxis(own, 'A', ['X']);
    const by = await makeRule(own, 'R', { axes: [{ axis: 'A', method: 'even', dimensions: 'all' }] });
    const entry = await putEntry(test, own, { date: '2026-05-10', lines: [['6', '9.99']] });
    const posting = await own.ask('POST', 'allocations/run', body(entry, by));
    await own.ask('PATCH', `axes/${axis.id}`, { is_active: false });
    await lockMonth(test, own, '2026-05');
    const path = `postings/${posting.body.id}/reverse`;
    expect((await own.ask('POST', path, {})).body.code).toBe('PERIOD_LOCKED');
    const again = await own.ask('POST', 'allocations/run', body(entry, by));
    expect([again.status, again.text]).toEqual([201, posting.text]);
    const early = await own.ask('POST', path, { date: '2026-04-30' });
    expect([early.status, early.body.code, early.body.posting_date]).toEqual([409, 'MIRROR_TOO_EARLY', '2026-05-10']);
    const mirror = await own.ask('POST', path, { date: '2026-06-30' });
    expect([mirror.status, mirror.body.period_month]).toEqual([201, '2026-06']);
    const [event] = await test.admin('SELECT payload FROM outbox_event WHERE entity_id = $1', [mirror.body.id]);
    expect(event).toMatchObject({ payload: { result_summary: { month: '2026-06' } } });
    const why = await own.ask('GET', `postings/${mirror.body.id}/explain?lang=en`);
    expect((why.body.lines as unknown as string[])[0]).toContain('taken back on 2026-06-30');
  });

  it('is the only change that a posting takes, in the database too', async () => {
    const posting = await run(await bought(['606100', '3.00']));
    for (const statement of [
      `UPDATE ana_posting SET currency = 'USD' WHERE id = $1`,
      'DELETE FROM ana_posting WHERE id = $1',
      'UPDATE ana_posting_line SET amount = 0 WHERE posting_id = $1',
      'DELETE FROM ana_posting_line WHERE posting_id = $1',
    ]) {
      await expect(test.admin(statement, [posting.body.id])).rejects.toThrow(/IMMUTABLE_POSTED/);
    }
  });
});
