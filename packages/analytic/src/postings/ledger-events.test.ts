import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addInboxSecret, type Inbox, receiveEvent, signEvent } from '@prorata/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAxis, makeRule } from '../testing/axes.ts';
import { lockMonth, putEntry } from '../testing/books.ts';
import { type Company, openTestService, type TestService } from '../testing/test-service.ts';
import { reactToLedger } from './reverse.ts';

let test: TestService;
let company: Company;
let dir: string;
let inbox: Inbox;
let secret: string;
let rule: string;
beforeAll(async () => {
  test = await openTestService();
  dir = await mkdtemp(join(tmpdir(), 'prorata-analytic-inbox-'));
  inbox = { db: test.db, dir, react: reactToLedger };
  company = await test.company();
  secret = await addInboxSecret(dir, company.tenantId, company.legalEntityId);
  await makeAxis(company, 'A', ['X', 'Y']);
  rule = await makeRule(company, 'R', { axes: [{ axis: 'A', method: 'even', dimensions: 'all' }] });
});
afterAll(async () => {
  await test.close();
  await rm(dir, { recursive: true, force: true });
});

async function glReverses(entry: string, by: string | null, id: string = randomUUID()) {
  const body = Buffer.from(
    JSON.stringify({
      event: 'GL.ENTRY.REVERSED',
      tenant_id: company.tenantId,
      legal_entity_id: company.legalEntityId,
      entity_id: entry,
      timestamp: '2026-10-31T00:00:00Z',
      correlation_id: company.tenantId,
      payload: { reversed_by: by },
    }),
  );
  const timestamp = String(Math.floor(Date.now() / 1000));
  return await receiveEvent(inbox, { id, timestamp, signature: signEvent(secret, id, timestamp, body) }, body);
}

const run = (entry: string) => company.ask('POST', 'allocations/run', { sourceEntryId: entry, allocationRuleId: rule });
const of = async (entry: string) =>
  (await company.ask('GET', `postings?source_entry_id=${entry}`)).body.rows as unknown as Record<string, unknown>[];

describe('an entry that the general ledger reverses', () => {
  it("is taken back by a mirror at the reversal's date, once, however often the event comes", async () => {
    const entry = await putEntry(test, company, { lines: [['606100', '10.01']] });
    const reversal = await putEntry(test, company, {
      date: '2026-11-05',
      reverses: entry,
      lines: [['606100', '-10.01']],
    });
    const posting = await run(entry);
    const id = randomUUID();
    expect((await glReverses(entry, reversal, id)).outcome).toBe('RECORDED');
    expect((await glReverses(entry, reversal, id)).replayed).toBe(true);
    await glReverses(entry, reversal);
    expect(await of(entry)).toMatchObject([
      { id: posting.body.id, status: 'REVERSED' },
      { status: 'MIRROR', reverses: posting.body.id, posting_date: '2026-11-05' },
    ]);
    expect((await run(entry)).body.code).toBe('ENTRY_NOT_POSTED');
    expect((await run(reversal)).body.code).toBe('ENTRY_IS_REVERSAL');
    const { body } = await company.ask('GET', 'balance?axis=A&from=2026-10&to=2026-11');
    expect(body.allocated).toBe('0.00');
  });

  it('in a locked month is taken back on the first day that is open', async () => {
    const entry = await putEntry(test, company, { date: '2026-05-20', lines: [['606100', '7.00']] });
    await run(entry);
    await lockMonth(test, company, '2026-05');
    await lockMonth(test, company, '2026-06');
    await glReverses(entry, null);
    expect(await of(entry)).toMatchObject([
      { status: 'REVERSED' },
      { posting_date: '2026-07-01', period_month: '2026-07' },
    ]);
  });

  it('that was never allocated needs no mirror', async () => {
    const entry = await putEntry(test, company, { lines: [['606100', '1.00']] });
    expect((await glReverses(entry, null)).outcome).toBe('RECORDED');
    expect(await of(entry)).toEqual([]);
  });
});
