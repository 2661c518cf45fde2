import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addInboxSecret, signEvent } from '@prorata/ledger';
import { type Listening, listen, openIssuer } from '@prorata/platform';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeAxis, makeRule } from '../testing/axes.ts';
import { lockMonth, putEntry } from '../testing/books.ts';
import { type Company, claimsOf, openTestService, type TestService } from '../testing/test-service.ts';

let test: TestService;
let company: Company;
let listening: Listening;
let rule: string;
let inactive: string;
let entry: string;
let draft: string;
let locked: string;
let before: unknown;

const even = (axis: string) => ({ axes: [{ axis, method: 'even', dimensions: 'all' }] });
const document = (axis: string, dimension: string) => ({
  schema: 'prorata.allocation-rule/1',
  axes: [{ axis, method: 'even', dimensions: [dimension] }],
});

beforeAll(async () => {
  test = await openTestService();
  company = await test.company();
  await makeAxis(company, 'CENTER', ['C1', 'C2']);
  const asleep = await makeAxis(company, 'ASLEEP', ['A1']);
  rule = await makeRule(company, 'EVEN', even('CENTER'));
  inactive = await makeRule(company, 'ON_ASLEEP', even('ASLEEP'));
  await company.ask('PATCH', `axes/${asleep.id}`, { is_active: false });
  entry = await putEntry(test, company, { lines: [['606100', '10.00']] });
  draft = await putEntry(test, company, { status: 'DRAFT', lines: [['606100', '10.00']] });
  locked = await putEntry(test, company, { date: '2026-03-10', lines: [['606100', '10.00']] });
  await lockMonth(test, company, '2026-03');
  listening = await listen(test.app, { port: 0 });
});
afterAll(async () => {
  await listening.stop();
  await test.close();
});

/** A digest of everything that the database holds, but for the answers of idempotency keys and the seals of the audit log. */
async function stored(): Promise<unknown> {
  const tables = await test.admin<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'prorata' AND c.relkind = 'r' AND c.relname NOT IN ('idempotency_key', 'audit_log') ORDER BY 1`,
  );
  const union = tables
    .map(
      ({ name }) =>
        `SELECT '${name}' AS t, count(*) AS n, md5(coalesce(string_agg(x::text, '' ORDER BY x::text), '')) AS d FROM ${name} x`,
    )
    .concat("SELECT 'audit_log', count(*), '' FROM audit_log")
    .join(' UNION ALL ');
  return await test.admin(union);
}

beforeEach(async () => {
  before = await stored();
});
afterEach(async () => {
  expect(await stored()).toEqual(before);
});

const run = (sourceEntryId: string, allocationRuleId: string) =>
  company.ask('POST', 'allocations/run', { sourceEntryId, allocationRuleId });
const refused = (answer: { status: number; body: { code?: unknown } }) => [answer.status, answer.body.code];

describe('bad input is refused with its code, and nothing is stored', () => {
  it('an unknown dimension: 422 RULE_INVALID', async () => {
    const answer = await company.ask('POST', 'allocation-rules', {
      rule_code: 'R',
      rule: document('CENTER', 'NOBODY'),
    });
    expect(refused(answer)).toEqual([422, 'RULE_INVALID']);
    expect(answer.body.errors).toMatchObject([{ code: 'DIMENSION_UNKNOWN', pointer: '/axes/0/dimensions/0' }]);
  });

  it('an inactive axis, in a new rule and in a posted one: 409 REFERENCE_INACTIVE', async () => {
    const answer = await company.ask('POST', 'allocation-rules', { rule_code: 'R', rule: document('ASLEEP', 'A1') });
    expect(refused(answer)).toEqual([409, 'REFERENCE_INACTIVE']);
    expect(refused(await run(entry, inactive))).toEqual([409, 'REFERENCE_INACTIVE']);
  });

  it('a name of blanks only: 400', async () => {
    const answer = await company.ask('POST', 'axes', { code: 'BLANK', name_source: '   ' });
    expect(refused(answer)).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('a draft entry: 409 ENTRY_NOT_POSTED', async () => {
    expect(refused(await run(draft, rule))).toEqual([409, 'ENTRY_NOT_POSTED']);
  });

  it('an entry, a rule that nobody has: 404', async () => {
    expect((await run(randomUUID(), rule)).status).toBe(404);
    expect((await run(entry, randomUUID())).status).toBe(404);
  });

  it('an unbalanced entry, told by the general ledger: 400 UNBALANCED_ENTRY', async () => {
    const secret = await addInboxSecret(test.dir, company.tenantId, company.legalEntityId);
    const body = JSON.stringify({
      event: 'GL.ENTRY.POSTED',
      tenant_id: company.tenantId,
      legal_entity_id: company.legalEntityId,
      entity_id: randomUUID(),
      timestamp: '2026-10-20T08:00:00Z',
      correlation_id: randomUUID(),
      payload: {
        journal_code: 'HA',
        number: '1',
        accounting_date: '2026-10-15',
        currency: 'EUR',
        lines: [
          { line_no: 1, account: '613200', debit: '800.00', credit: '0' },
          { line_no: 2, account: '401000', debit: '0', credit: '799.99' },
        ],
      },
    });
    const [id, timestamp] = [randomUUID(), String(Math.floor(Date.now() / 1000))];
    const answer = await fetch(`${listening.url}/api/erp/gl-inbox`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signEvent(secret, id, timestamp, Buffer.from(body)),
      },
      body,
    });
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'UNBALANCED_ENTRY', debit: '800' }]);
  });

  it('a locked period: 409 PERIOD_LOCKED', async () => {
    expect(refused(await run(locked, rule))).toEqual([409, 'PERIOD_LOCKED']);
  });

  it('a rule of 1 MiB: 413 PAYLOAD_TOO_LARGE; just below it, every dimension that is unknown is counted in time', async () => {
    const shares = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ dimension: `D${String(index).padStart(20, '0')}`, weight: '1' }));
    const wide = (count: number) => ({
      rule_code: 'WIDE',
      rule: { schema: 'prorata.allocation-rule/1', axes: [{ axis: 'CENTER', method: 'fixed', shares: shares(count) }] },
    });
    expect(refused(await company.ask('POST', 'allocation-rules', wide(25_000)))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const start = process.cpuUsage();
    const answer = await company.ask('POST', 'allocation-rules', wide(20_000));
    expect(refused(answer)).toEqual([422, 'RULE_INVALID']);
    expect(process.cpuUsage(start).user).toBeLessThan(5_000_000);
    expect([answer.body.error_count, answer.text.length < 100_000]).toEqual([20_000, true]);
  });

  it('a key of 1 MB: 431 before it is read; of 256 characters: 400 VALIDATION_FAILED', async () => {
    const status = await new Promise<number>((resolve, reject) => {
      const asked = request(`${listening.url}/api/erp/analytic/axes`, {
        method: 'POST',
        headers: { 'idempotency-key': 'k'.repeat(1_000_000), 'content-type': 'application/json' },
      });
      asked.on('response', (response) => resolve(response.statusCode ?? 0)).on('error', reject);
      asked.end('{}');
    });
    expect(status).toBe(431);
    const long = await company.ask('POST', 'axes', { code: 'X' }, { key: 'k'.repeat(256) });
    expect(refused(long)).toEqual([400, 'VALIDATION_FAILED']);
  });

  it.each(['tenant_id', 'legal_entity_id', 'country_code'])('a body with %s: 400 FORBIDDEN_FIELD', async (field) => {
    for (const path of [
      'axes',
      'dimensions',
      'drivers',
      'allocation-rules',
      'allocations/run',
      'batch-runs',
      'cycles',
    ]) {
      expect(refused(await company.ask('POST', path, { [field]: company.tenantId }))).toEqual([400, 'FORBIDDEN_FIELD']);
    }
  });
});

describe('a token that is not for this node is refused: 401 MISSING_TENANT_CONTEXT', () => {
  const text = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = () => claimsOf(company.tenantId, company.legalEntityId, company.userId);
  const now = Math.floor(Date.now() / 1000);

  /** A token as the node signs it, with some members changed, signed with the node's own key unless told. */
  async function forged(header: object, payload: object, signed = true): Promise<string> {
    const key = JSON.parse(await readFile(join(test.dir, 'keys', 'issuer.jwk.json'), 'utf8'));
    const { issuer, audience, kid } = test.issuer;
    const head = text({ alg: 'EdDSA', typ: 'at+jwt', kid, ...header });
    const registered = { iss: issuer, aud: audience, sub: company.userId, iat: now, exp: now + 600, jti: randomUUID() };
    const unsigned = `${head}.${text({ ...claims(), ...registered, ...payload })}`;
    if (!signed) return `${unsigned}.`;
    const signature = sign(null, Buffer.from(unsigned), createPrivateKey({ key, format: 'jwk' }));
    return `${unsigned}.${signature.toString('base64url')}`;
  }

  const asks = async (token: string) =>
    await company.ask('POST', 'axes', { code: 'X' }, { headers: { authorization: `Bearer ${token}` } });

  it('is taken when nothing is changed, so that the refusals below have one reason each', async () => {
    const token = await forged({}, {});
    const answer = await company.ask('GET', 'axes', undefined, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
  });

  it.each([
    ['another issuer', () => forged({}, { iss: 'prorata:elsewhere/issuer' })],
    ['another audience', () => forged({}, { aud: 'prorata:elsewhere' })],
    ['expired', () => forged({}, { iat: now - 7200, exp: now - 3600 })],
    ['not valid yet', () => forged({}, { nbf: now + 3600 })],
    ['alg: none', () => forged({ alg: 'none' }, {}, false)],
    ['alg: none with a signature', () => forged({ alg: 'none' }, {})],
    ['alg: HS256', () => forged({ alg: 'HS256' }, {})],
    ['no expiry', () => forged({}, { exp: undefined })],
    ['another type', () => forged({ typ: 'prorata-session+jwt' }, {})],
    [
      'a changed payload',
      async () => (await forged({}, {})).replace(/\.[^.]+\./, `.${text({ ...claims(), roles: ['analytic.admin'] })}.`),
    ],
    ['no signature', async () => (await forged({}, {})).replace(/\.[^.]*$/, '.')],
    ['nothing', async () => ''],
  ])('%s', async (_name, token) => {
    expect(refused(await asks(await token()))).toEqual([401, 'MISSING_TENANT_CONTEXT']);
  });

  it("another node's key", async () => {
    const dir = await mkdtemp(join(tmpdir(), 'prorata-other-issuer-'));
    const other = await openIssuer({ dir, nodeId: test.issuer.nodeId });
    expect(refused(await asks(await other.issueToken(claims())))).toEqual([401, 'MISSING_TENANT_CONTEXT']);
    await rm(dir, { recursive: true, force: true });
  });
});
