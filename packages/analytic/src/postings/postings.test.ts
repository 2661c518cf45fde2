import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAxis, makeRule } from '../testing/axes.ts';
import { putEntry } from '../testing/books.ts';
import { type Company, openTestService, type TestService } from '../testing/test-service.ts';

let test: TestService;
let company: Company;
let axis: Awaited<ReturnType<typeof makeAxis>>;
let rules: string[];
let entries: string[];
let postings: string[];
beforeAll(async () => {
  test = await openTestService();
  company = await test.company();
  axis = await makeAxis(company, 'A', ['X', 'Y', 'Z']);
  const even = (...dimensions: string[]) => ({ axes: [{ axis: 'A', method: 'even', dimensions }] });
  rules = [await makeRule(company, 'XY', even('X', 'Y')), await makeRule(company, 'YZ', even('Y', 'Z'))];
  entries = [];
  postings = [];
  for (const date of ['2026-01-10', '2026-01-20', '2026-02-10', '2026-02-20']) {
    const entry = await putEntry(test, company, { date, lines: [['606100', '100.00']] });
    const rule = rules[entries.length % 2];
    const answer = await company.ask('POST', 'allocations/run', { sourceEntryId: entry, allocationRuleId: rule });
    entries.push(entry);
    postings.push(String(answer.body.id));
  }
});
afterAll(() => test.close());

const listed = async (query: string) => {
  const answer = await company.ask('GET', `postings?${query}`);
  return (answer.body.rows as unknown as { id: string }[]).map((row) => postings.indexOf(row.id));
};

describe('postings', () => {
  it('are read by entry, rule, month and dimension, and by several of them', async () => {
    expect(await listed(`source_entry_id=${entries[2]}`)).toEqual([2]);
    expect(await listed(`allocation_rule_id=${rules[1]}`)).toEqual([1, 3]);
    expect(await listed('month=2026-02')).toEqual([2, 3]);
    expect(await listed(`dimension_id=${axis.dimensions.get('X')}`)).toEqual([0, 2]);
    expect(await listed(`dimension_id=${axis.dimensions.get('Y')}&month=2026-01`)).toEqual([0, 1]);
    expect(await listed(`dimension_id=${axis.dimensions.get('Z')}&allocation_rule_id=${rules[0]}`)).toEqual([]);
  });

  it('are read page by page, by dimension too', async () => {
    for (const filter of ['', `&dimension_id=${axis.dimensions.get('Y')}`]) {
      const first = await company.ask('GET', `postings?limit=3${filter}`);
      expect((first.body.rows as unknown as object[]).length).toBe(3);
      expect(await listed(`limit=3${filter}&after=${first.body.next}`)).toEqual([3]);
    }
  });

  it('answer for one posting what the run answered', async () => {
    const answer = await company.ask('GET', `postings/${postings[0]}`);
    const again = await company.ask('POST', 'allocations/run', {
      sourceEntryId: entries[0],
      allocationRuleId: rules[0],
    });
    expect(answer.text).toBe(again.text);
  });

  it('explain each amount in French and English, as it was computed then', async () => {
    const english = await company.ask('GET', `postings/${postings[0]}/explain?lang=en`);
    expect(english.body.lines).toEqual([
      expect.stringMatching(/^Entry ACH N\d+, posted on 2026-01-10, by the rule XY, version 1\.$/),
      'Line 1 is on account 606100.',
      'Line 1: 100.00.',
      expect.stringMatching(/^Rule version 1, digest [0-9a-f]{12}\.$/),
      'Axis A, even parts.',
      '  X: 50.00 = weight 1 of 2, exact',
      '  Y: 50.00 = weight 1 of 2, exact',
    ]);
    const french = await company.ask('GET', `postings/${postings[0]}/explain`);
    expect(french.body.lang).toBe('fr');
    expect(french.body.lines).toContain('La ligne 1 est au compte 606100.');
    await company.ask('PATCH', `dimensions/${axis.dimensions.get('X')}`, { is_active: false });
    expect((await company.ask('GET', `postings/${postings[0]}/explain?lang=en`)).text).toBe(english.text);
    await company.ask('PATCH', `dimensions/${axis.dimensions.get('X')}`, { is_active: true });
    const mirror = await company.ask('POST', `postings/${postings[3]}/reverse`, {});
    const mirrored = await company.ask('GET', `postings/${mirror.body.id}/explain?lang=en`);
    expect(mirrored.body.lines).toContain(
      `Mirror of the posting ${postings[3]}: each amount below is taken back with the other sign.`,
    );
  });

  it('Tests obligatoires 3, performance: queries over 10 000 postings answer in less than 3 seconds', async () => {
    await test.admin(
      `INSERT INTO gl_entry (tenant_id, legal_entity_id, country_code, id, origin, journal_code, entry_number, accounting_date,
         period_month, status, currency, line_count, debit, credit, digest, created_by, updated_by)
       SELECT $1, $2, 'FR', gen_random_uuid(), 'API', 'BULK', n::text, '2025-06-15', '2025-06-01', 'POSTED', 'EUR', 1, 1, 1,
              sha256('x'), $1, $1 FROM generate_series(1, 10000) n`,
      [company.tenantId, company.legalEntityId],
    );
    await test.admin('ANALYZE');
    await test.admin(
      `INSERT INTO ana_posting (tenant_id, legal_entity_id, id, country_code, source_entry_id, allocation_rule_id, kind, posting_date,
         period_month, currency, result, created_by, updated_by)
       SELECT p.tenant_id, p.legal_entity_id, gen_random_uuid(), 'FR', e.id, p.allocation_rule_id, 'ORIGINAL', '2025-06-15',
              '2025-06-01', 'EUR', p.result, p.created_by, p.created_by
         FROM gl_entry e, ana_posting p WHERE e.journal_code = 'BULK' AND p.id = $1`,
      [postings[0]],
    );
    await test.admin('ANALYZE');
    await test.admin(
      `INSERT INTO ana_posting_line (tenant_id, legal_entity_id, posting_id, line_no, part_no, axis_id, dimension_id, account,
         period_month, amount)
       SELECT l.tenant_id, l.legal_entity_id, p.id, l.line_no, l.part_no, l.axis_id, l.dimension_id, l.account, p.period_month, l.amount
         FROM ana_posting p, ana_posting_line l WHERE p.period_month = '2025-06-01' AND l.posting_id = $1`,
      [postings[0]],
    );
    await test.admin('ANALYZE');
    const [one] = await test.admin<{ source_entry_id: string }>(
      `SELECT source_entry_id FROM ana_posting WHERE period_month = '2025-06-01' LIMIT 1`,
    );
    for (const query of [
      'month=2025-06&limit=50',
      `dimension_id=${axis.dimensions.get('X')}&month=2025-06&limit=50`,
      `source_entry_id=${one?.source_entry_id}`,
      `allocation_rule_id=${rules[0]}&limit=50`,
    ]) {
      const started = performance.now();
      const answer = await company.ask('GET', `postings?${query}`);
      expect((answer.body.rows as unknown as object[]).length).toBeGreaterThan(0);
      expect(performance.now() - started).toBeLessThan(3000);
    }
  });
});
