import { createEnrolment, fingerprint, generateSigningKey } from '@prorata/contract';
import { type App, audienceOf, openIssuer, signDelegatedToken, uuidv7 } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { receive } from '../intake/receive.ts';
import { stateVersion } from '../reports/state.ts';
import { bundleOf, enrolMember, type Member } from '../testing/members.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { buildGroupApp } from './server.ts';

let test: TestGroup;
let app: App;
let france: Member;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  test = await openTestGroup();
  app = await buildGroupApp(test.group, { log: false });
  france = await enrolMember(test.group, 'FR01');
  const issuer = await openIssuer({ dir: test.group.dir, nodeId: test.group.config.node_id });
  const claims = {
    tenant_id: test.group.scope.tenantId,
    tenant_mode: 'POOLED' as const,
    country_code: 'FR',
    locale: 'en',
    supported_locales: ['en'],
    billing_status: 'ACTIVE' as const,
    enabled_modules: ['FINOPS_GROUP'],
    deployment: 'prod' as const,
  };
  for (const role of ['group.reader', 'group.admin']) {
    tokens[role] = await issuer.issueToken({ ...claims, user_id: uuidv7(), roles: [role] });
  }
  tokens.publisher = await signDelegatedToken({
    issuer: 'entity:FR01',
    audience: audienceOf(test.group.signingKey.kid),
    privateJwk: { ...france.key.privateJwk },
    kid: france.key.kid,
  });
});
afterAll(async () => {
  await app.close();
  await test.close();
});

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH';

async function ask(method: Method, url: string, body?: object | string, as = 'group.admin', key?: string) {
  const answer = await app.inject({
    method,
    url: `/api/group/${url}`,
    headers: {
      authorization: `Bearer ${tokens[as]}`,
      ...(typeof body === 'string' ? { 'content-type': 'text/csv' } : {}),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { payload: body }),
  });
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() };
}

const NIL = '00000000-0000-4000-8000-000000000000';
const WRITES: readonly [Method, string, (object | string)?][] = [
  ['POST', 'members', { enrolment: '{}', fingerprint: 'x' }],
  ['PATCH', 'members/FR01', { label: 'Stolen' }],
  ['PUT', 'members/FR01/activity', { active_from: null, active_to: null }],
  ['POST', 'members/FR01/deactivate', { last_month: '2025-01' }],
  ['POST', 'members/FR01/reactivate'],
  ['POST', 'keys/rotate', { statement: '{}' }],
  ['POST', 'keys/k/revoke', { reason: 'mine now' }],
  ['POST', 'references', 'kind,code,label\n'],
  ['POST', 'rate-sets', 'Date,USD\n'],
  ['POST', 'periods/2025-07/lock', { reason: 'x' }],
  ['POST', 'periods/2025-07/reopen', { reason: 'x' }],
  ['PATCH', 'policy', { due_day: 1 }],
  ['PUT', 'contract-versions/1.0', { until: null }],
  ['POST', 'reference-prices', 'product,unit,currency,unit_price\n'],
  ['POST', `quarantine/${NIL}/replay`],
  ['POST', `quarantine/${NIL}/discard`, { reason: 'x' }],
];
const READS = [
  'members',
  'references/versions',
  'references/versions/1',
  'references/today',
  'rate-sets',
  'periods',
  'policy',
  'contract-versions',
  'discipline',
  'pricing-views',
  'pricing-views/comparison?month=2025-07',
  'reference-prices',
  'quarantine',
];

describe('who may govern', () => {
  it('is group.admin alone: every write is closed to readers and publishers', async () => {
    for (const [method, url, body] of WRITES) {
      for (const role of ['group.reader', 'publisher']) {
        expect([url, role, (await ask(method, url, body, role)).status]).toEqual([url, role, 403]);
      }
    }
  });

  it('is read by consolidated roles; a publisher reads the references and nothing else of it', async () => {
    for (const url of READS) {
      expect([url, (await ask('GET', url, undefined, 'group.reader')).status]).toEqual([url, 200]);
      expect([url, (await ask('GET', url, undefined, 'publisher')).status]).toEqual([url, 403]);
    }
    expect((await ask('GET', 'references', undefined, 'publisher')).status).toBe(200);
  });
});

describe('the references over HTTP', () => {
  it('tell an entity all, then what changed after its version, ended codes with active false', async () => {
    const all = (await ask('GET', 'references', undefined, 'publisher')).body;
    expect([all.version, all.domains.length, all.families, all.products]).toEqual(['1', 19, [], []]);
    const csv = 'kind,code,label,domain,unit\nproduct,VM,Virtual machine,Compute,Hours\n';
    expect((await ask('POST', 'references?name=p.csv', csv)).body).toMatchObject({ version: 2, added: 1 });
    const news = (await ask('GET', 'references?since=1', undefined, 'publisher')).body;
    expect(news).toEqual({
      version: '2',
      domains: [],
      families: [],
      products: [
        { code: 'VM', label: 'Virtual machine', active: true, domain: 'Compute', family: null, unit: 'Hours' },
      ],
    });
    expect((await ask('GET', 'references?since=2', undefined, 'publisher')).body.products).toEqual([]);
    expect((await ask('GET', 'references?since=99', undefined, 'publisher')).body.domains).toHaveLength(19);
    const then = (await ask('GET', 'references/versions/1')).body;
    expect([then.domains.length, then.products]).toEqual([19, []]);
    expect((await ask('GET', 'references/versions/3')).body.code).toBe('REFERENCE_VERSION_UNKNOWN');
    expect((await ask('POST', 'references', 'kind,code\nx,y\n')).body.code).toBe('REFERENCES_INVALID');
  });
});

describe('entities over HTTP', () => {
  it('are enrolled, renamed, moved, ended with a last month, refused after it, and taken back', async () => {
    const key = generateSigningKey();
    const enrolment = await createEnrolment({
      entity: { code: 'DE02', label: 'Germany', country: 'DE', currency: 'EUR' },
      deployment: 'prod',
      privateJwk: key.privateJwk,
    });
    const body = { enrolment, fingerprint: fingerprint(key.publicJwk) };
    const enrolled = await ask('POST', 'members', body);
    expect(enrolled).toMatchObject({ status: 200, body: { entity: 'DE02', kid: key.kid, known: false } });
    expect(await ask('PATCH', 'members/DE02', { label: 'Deutschland', country: 'AT', due_day: 5 })).toMatchObject({
      body: { label: 'Deutschland', country: 'AT', due_day: 5, active_to: null },
    });
    expect((await ask('POST', 'members/DE02/deactivate', { last_month: '2025-06' })).body.active_to).toBe('2025-06');
    const member = { code: 'DE02', legalEntityId: enrolled.body.legal_entity_id, key };
    const { bytes } = await bundleOf(test.group, member);
    const push = receive(test.group, { file: bytes });
    await expect(push).rejects.toMatchObject({ code: 'ENTITY_INACTIVE' });
    expect((await ask('POST', 'members/DE02/reactivate')).body.active_to).toBe(null);
    const held = (await ask('GET', 'quarantine')).body.rows;
    expect(held).toMatchObject([{ code: 'ENTITY_INACTIVE', period_month: '2025-07', revision: 1, bytes_kept: true }]);
    for (const [url, told] of [
      [`quarantine/${held[0].id}`, (body: { report: { violations: object[] } }) => body.report.violations[0]],
      ['quarantine', ({ rows }: { rows: object[] }) => rows[0]],
    ] as const) {
      const french = await app.inject({
        url: `/api/group/${url}`,
        headers: { authorization: `Bearer ${tokens['group.admin']}`, 'accept-language': 'fr' },
      });
      expect(french.headers.vary).toContain('accept-language');
      expect(french.json().rows?.[0] ?? french.json()).toMatchObject({
        language: 'fr',
        title: 'L’entité n’est pas attendue pour ce mois',
        next: expect.stringContaining('Faites reprendre'),
        message_language: 'fr',
      });
      expect(told(french.json())).toMatchObject({
        message: expect.stringContaining('DE02 est attendue de tout mois à 2025-06, non en 2025-07'),
      });
    }
    // Kept by its code and told when it is read: the token of this reader says English.
    expect(held[0]).toMatchObject({
      language: 'en',
      title: 'The entity is not active in this month',
      next: expect.stringContaining('activate'),
      message_language: 'en',
    });
    expect(await ask('POST', `quarantine/${held[0].id}/replay`)).toMatchObject({
      status: 200,
      body: { entity: 'DE02' },
    });
    expect((await ask('POST', `quarantine/${held[0].id}/replay`)).body.code).toBe('QUARANTINE_SETTLED');
    expect((await ask('GET', 'quarantine')).body.rows).toEqual([]);
    expect((await ask('PATCH', 'members/ZZ99', { label: 'x' })).body.code).toBe('ENTITY_UNKNOWN');
    expect((await ask('PATCH', 'members/DE02', {})).status).toBe(400);
    expect((await ask('POST', `keys/${key.kid}/revoke`, { reason: 'lost' })).body).toEqual({
      entity: 'DE02',
      kid: key.kid,
    });
  });
});

describe('months and policy over HTTP', () => {
  it('lock with a reason once for one key, show who waits, and reopen', async () => {
    expect(await ask('POST', 'periods/2025-07/lock', {})).toMatchObject({
      status: 409,
      body: { code: 'PERIOD_INCOMPLETE', waiting_for: ['DE02', 'FR01'] },
    });
    const key = uuidv7();
    const locked = await ask('POST', 'periods/2025-07/lock', { reason: 'FR01 is late' }, 'group.admin', key);
    const again = await ask('POST', 'periods/2025-07/lock', { reason: 'FR01 is late' }, 'group.admin', key);
    expect(locked).toMatchObject({ status: 200, body: { status: 'LOCKED', publications: 1 } });
    expect([again.body, again.headers['idempotency-replayed'] ?? again.headers['idempotent-replayed']]).toEqual([
      locked.body,
      'true',
    ]);
    const { bytes } = await bundleOf(test.group, france);
    const completeness = (await ask('GET', 'completeness?from=2025-07&to=2025-07')).body.rows;
    expect(completeness.map((row: { differs_revision: number | null }) => row.differs_revision)).toEqual([null, null]);
    const state = await stateVersion(test.group);
    const late = receive(test.group, { file: bytes });
    await expect(late).rejects.toMatchObject({ code: 'PERIOD_LOCKED' });
    expect(await stateVersion(test.group)).not.toBe(state);
    expect((await ask('GET', 'completeness?from=2025-07&to=2025-07&entity=FR01')).body.rows).toMatchObject([
      { entity: 'FR01', revision: null, group_status: 'LOCKED', differs_revision: 1 },
    ]);
    expect((await ask('GET', 'periods')).body.rows).toMatchObject([
      { period_month: '2025-07', status: 'LOCKED', differs: [{ entity: 'FR01', revision: 1, standing: null }] },
    ]);
    expect((await ask('POST', 'periods/2025-07/reopen', { reason: ' ' })).status).toBe(400);
    expect((await ask('POST', 'periods/2025-07/reopen', { reason: 'FR01 is there' })).body.status).toBe('OPEN');
  });

  it('change what is named and nothing else, and refuse a rate set that there is not', async () => {
    expect((await ask('PATCH', 'policy', { due_day: 7 })).body).toMatchObject({
      version: 1,
      due_day: 7,
      unknown_product: 'TAKE',
    });
    expect((await ask('PATCH', 'policy', { due_day: 7 })).body.version).toBe(1);
    expect((await ask('PATCH', 'policy', { rate_set: 9 })).body.code).toBe('RATE_SET_UNKNOWN');
    expect((await ask('PATCH', 'policy', { due_day: 32 })).status).toBe(400);
    expect((await ask('PUT', 'contract-versions/2.0', { until: null })).body.code).toBe('CONTRACT_VERSION_UNKNOWN');
    expect((await ask('PUT', 'contract-versions/1.0', { until: '2027-02-30T00:00:00Z' })).body.code).toBe(
      'TIME_INVALID',
    );
  });
});
