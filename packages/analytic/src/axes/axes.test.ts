import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Company, openTestService, type TestService } from '../testing/test-service.ts';

let test: TestService;
let company: Company;
beforeAll(async () => {
  test = await openTestService();
  company = await test.company();
});
afterAll(() => test.close());

describe('axes', () => {
  it('are created with the columns and the event of the specification', async () => {
    const made = await company.ask('POST', 'axes', { code: 'COST_CENTER', name_source: 'Centres de coûts' });
    expect(made.status).toBe(201);
    const id = String(made.body.id);
    const name = `erp.analytic.axis.${id}.name`;
    expect(made.body).toMatchObject({
      code: 'COST_CENTER',
      name_i18n_key: name,
      is_active: true,
      version: 1,
      created_by: company.userId,
    });
    const stored = await test.admin('SELECT * FROM ana_axis WHERE id = $1', [id]);
    expect(stored).toMatchObject([
      { tenant_id: company.tenantId, legal_entity_id: company.legalEntityId, country_code: 'FR' },
    ]);
    const events = await test.admin('SELECT * FROM outbox_event WHERE entity_id = $1', [id]);
    expect(events).toMatchObject([
      {
        event: 'ANALYTIC.AXIS.CREATED',
        tenant_id: company.tenantId,
        legal_entity_id: company.legalEntityId,
        payload: { code: 'COST_CENTER', name_key: name },
      },
    ]);
    expect(Object.keys(events[0]?.payload as object).sort()).toEqual(['code', 'name_key']);
    const audit = await test.admin('SELECT action FROM audit_log WHERE subject_id = $1', [id]);
    expect(audit).toEqual([{ action: 'analytic.axis.create' }]);
  });

  it('need an idempotency key', async () => {
    const answer = await company.ask('POST', 'axes', { code: 'NO_KEY' }, { key: false });
    expect([answer.status, answer.body.code]).toEqual([400, 'IDEMPOTENCY_KEY_REQUIRED']);
  });

  it('answer the same key with the same axis, and refuse it for another', async () => {
    const key = randomUUID();
    const first = await company.ask('POST', 'axes', { code: 'PROJECT' }, { key });
    const again = await company.ask('POST', 'axes', { code: 'PROJECT' }, { key });
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([201, first.text, 'true']);
    const other = await company.ask('POST', 'axes', { code: 'OTHER' }, { key });
    expect([other.status, other.body.code]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('have one code each in a legal entity, whatever another one uses', async () => {
    const made = await company.ask('POST', 'axes', { code: 'DEPARTMENT' });
    const twice = await company.ask('POST', 'axes', { code: 'DEPARTMENT' });
    expect([twice.status, twice.body.code, twice.body.id]).toEqual([409, 'CODE_TAKEN', made.body.id]);
    const spellings = ['Site', 'SITE', 'site', 'sItE'].map((code) => company.ask('POST', 'axes', { code }));
    const answers = (await Promise.all(spellings)).map(({ status, body }) => [status, status === 201 ? '' : body.code]);
    expect(answers.sort()).toEqual([[201, ''], ...Array.from({ length: 3 }, () => [409, 'CODE_TAKEN'])]);
    const sister = await test.company({ tenantId: company.tenantId });
    expect((await sister.ask('POST', 'axes', { code: 'DEPARTMENT' })).status).toBe(201);
  });

  it('refuse fields that only the token may set, and fields that nobody knows', async () => {
    for (const field of ['tenant_id', 'legal_entity_id', 'country_code']) {
      const answer = await company.ask('POST', 'axes', { code: 'X', [field]: 'FR' });
      expect([answer.status, answer.body.code]).toEqual([400, 'FORBIDDEN_FIELD']);
    }
    const unknown = await company.ask('POST', 'axes', { code: 'X', is_active: false });
    expect([unknown.status, unknown.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    const odd = await company.ask('POST', 'axes', { code: 'two words' });
    expect([odd.status, odd.body.code]).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('are renamed and deactivated for the version that was read, and never deleted', async () => {
    const made = await company.ask('POST', 'axes', { code: 'REGION' });
    const path = `axes/${made.body.id}`;
    const seen = await company.ask('GET', path);
    expect(seen.headers.etag).toBe('"1"');
    expect((await company.ask('GET', path, undefined, { headers: { 'if-none-match': '"1"' } })).status).toBe(304);
    const off = await company.ask('PATCH', path, { is_active: false }, { headers: { 'if-match': '"1"' } });
    expect(off.body).toMatchObject({ is_active: false, version: 2 });
    const late = await company.ask('PATCH', path, { name_source: 'Late' }, { headers: { 'if-match': '"1"' } });
    expect([late.status, late.body.code]).toEqual([412, 'CHANGED_MEANWHILE']);
    expect((await company.ask('DELETE', path)).status).toBe(405);
    const events = await test.admin('SELECT event FROM outbox_event WHERE entity_id = $1 ORDER BY position', [
      made.body.id,
    ]);
    expect(events.map((row) => row.event)).toEqual(['ANALYTIC.AXIS.CREATED', 'ANALYTIC.AXIS.DEACTIVATED']);
  });

  it('are listed page by page, each once, and filtered', async () => {
    const own = await test.company();
    const codes = ['A1', 'A2', 'A3', 'A4', 'A5'];
    for (const code of codes) await own.ask('POST', 'axes', { code });
    const seen: unknown[] = [];
    let after = '';
    for (;;) {
      const page = await own.ask('GET', `axes?limit=2${after}`);
      seen.push(...(page.body.rows as unknown as { code: string }[]).map((row) => row.code));
      if (page.body.next === null) break;
      after = `&after=${page.body.next}`;
    }
    expect(seen).toEqual(codes);
    expect((await own.ask('GET', 'axes?code=A3')).body.rows).toMatchObject([{ code: 'A3' }]);
    const bad = await own.ask('GET', 'axes?after=nonsense');
    expect([bad.status, bad.body.code]).toEqual([400, 'CURSOR_INVALID']);
  });

  it('stay away from a legal entity that the node does not serve', async () => {
    const claims = { legal_entity_id: randomUUID() };
    const answer = await company.ask('POST', 'axes', { code: 'LOST' }, { claims });
    expect([answer.status, answer.body.code]).toEqual([403, 'ENTITY_NOT_SERVED']);
  });
});
