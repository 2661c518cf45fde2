import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type App,
  buildServer,
  type Issuer,
  openIssuer,
  scopeOf,
  sealAudit,
  type TenantClaims,
} from '@prorata/platform';
import { answerCheck } from '@prorata/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGlClient } from '../api/gl-client.ts';
import { syncEntries } from '../api/sync-entries.ts';
import type { LedgerChange } from '../events/apply.ts';
import { applyEvent } from '../events/apply.ts';
import { ownerOf } from '../intake/merge.ts';
import { type Books, openBooks } from '../testing/books.ts';
import { glEvent, rent } from '../testing/gl-events.ts';
import { registerLedgerRoutes } from './register.ts';

let books: Books;
let app: App;
let issuer: Issuer;
let dir: string;
const changes: LedgerChange[] = [];
type Company = Awaited<ReturnType<Books['entity']>>;
let one: Company;

beforeAll(async () => {
  books = await openBooks();
  dir = await mkdtemp(join(tmpdir(), 'prorata-ledger-http-'));
  issuer = await openIssuer({ dir, nodeId: randomUUID() });
  app = await buildServer({
    title: 'Ledger',
    version: '0.1.0',
    trust: { issuer, deployment: 'test' },
    requestsPerMinute: false,
    log: false,
    register: (guarded) =>
      registerLedgerRoutes(guarded, { db: books.db, dir, react: async (_tx, change) => void changes.push(change) }),
  });
  one = await books.entity();
  await ask(one, 'POST', 'fec?name=732829320FEC20261231.txt', FEC);
});
afterAll(async () => {
  await app?.close();
  await books?.close();
  await rm(dir, { recursive: true, force: true });
});

const HEADER =
  'JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|' +
  'EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise';
const line = (number: string, account: string, debit: string, credit: string) =>
  `HA|Achats|${number}|20261005|${account}|Compte|||SECRET-F${number}|20261005|Loyer|${debit}|${credit}|||20261005||`;
const FEC = [
  HEADER,
  line('1', '613200', '1000,00', '0,00'),
  line('1', '401000', '0,00', '1000,00'),
  line('2', '606100', '5,00', '0,00'),
  line('2', '401000', '0,00', '5,00'),
  line('3', '606100', '7,00', '0,00'),
].join('\r\n');

interface Asked {
  readonly key?: string;
  readonly claims?: Partial<TenantClaims>;
}

async function ask(company: Company, method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown, asked: Asked = {}) {
  const claims: TenantClaims = {
    tenant_id: company.tenantId,
    tenant_mode: 'POOLED',
    legal_entity_id: company.legalEntityId,
    country_code: 'FR',
    locale: 'fr',
    supported_locales: ['fr'],
    billing_status: 'ACTIVE',
    enabled_modules: ['ERP_ANALYTIC_CORE'],
    roles: ['ledger.admin'],
    user_id: company.userId,
    deployment: 'test',
    ...asked.claims,
  };
  const upload = typeof body === 'string';
  const answer = await app.inject({
    method,
    url: path.startsWith('/') ? path : `/api/erp/gl/${path}`,
    headers: {
      authorization: `Bearer ${await issuer.issueToken(claims)}`,
      ...(asked.key === undefined ? {} : { 'idempotency-key': asked.key }),
      ...(body === undefined ? {} : { 'content-type': upload ? 'text/plain' : 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: upload ? body : JSON.stringify(body) }),
  });
  const text = answer.body;
  return { status: answer.statusCode, text, headers: answer.headers, body: text === '' ? {} : JSON.parse(text) };
}

describe('the books over HTTP', () => {
  it('take a FEC once, list what is out, and leave no upload behind', async () => {
    const company = await books.entity();
    const first = await ask(company, 'POST', 'fec?name=732829320FEC20261231.txt', FEC, { key: 'k1' });
    expect([first.status, first.body]).toMatchObject([
      201,
      { file: '732829320FEC20261231.txt', siren: '732829320', entries: 2, refused_entries_count: 1, replayed: false },
    ]);
    const again = await ask(company, 'POST', 'fec', FEC);
    expect([again.status, again.headers['idempotent-replayed'], again.body.replayed]).toEqual([200, 'true', true]);
    const keyed = await ask(company, 'POST', 'fec', FEC, { key: 'k1' });
    expect([keyed.status, keyed.headers['idempotent-replayed']]).toEqual([200, 'true']);
    const other = await ask(company, 'POST', 'fec', FEC.replace('1000,00', '1001,00'), { key: 'k1' });
    expect([other.status, other.body.code]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
    const broken = await ask(company, 'POST', 'fec', 'no header at all');
    expect([broken.status, broken.body.code]).toEqual([400, 'FEC_HEADER_UNKNOWN']);
    for (const name of ['../../x', '..%2Fx', 'a%00b', '']) {
      expect((await ask(company, 'POST', `fec?name=${name}`, FEC)).status).toBe(400);
    }
    expect(await readdir(join(dir, '.work'))).toEqual([]);
  });

  it('list entries by their members, page by page, and show one with its lines', async () => {
    const all = await ask(one, 'GET', 'entries');
    expect(all.body.rows.map((row: { entry_number: string }) => row.entry_number).sort()).toEqual(['1', '2']);
    const seen: string[] = [];
    for (let after = ''; ; ) {
      const page = await ask(one, 'GET', `entries?limit=1${after}`);
      seen.push(...page.body.rows.map((row: { entry_number: string }) => row.entry_number));
      if (page.body.next === null) break;
      after = `&after=${page.body.next}`;
    }
    expect(seen.sort()).toEqual(['1', '2']);
    const found = await ask(one, 'GET', 'entries?journal=HA&number=1&from=2026-10&to=2026-10&account=6132');
    expect(found.body.rows).toMatchObject([{ entry_number: '1', status: 'POSTED', debit: '1000', line_count: 2 }]);
    expect((await ask(one, 'GET', 'entries?account=7')).body.rows).toEqual([]);
    expect((await ask(one, 'GET', 'entries?status=DRAFT')).body.rows).toEqual([]);
    const { id } = found.body.rows[0];
    const shown = await ask(one, 'GET', `entries/${id}`);
    expect(shown.body).toMatchObject({
      id,
      lines: [
        { account: '613200', debit: '1000', source_line: 2 },
        { account: '401000', credit: '1000' },
      ],
    });
    expect(await ask(one, 'GET', `entries/${randomUUID()}`)).toMatchObject({
      status: 404,
      body: { code: 'ENTRY_NOT_FOUND' },
    });
    expect((await ask(one, 'GET', 'entries?after=bm9uc2Vuc2U')).body.code).toBe('CURSOR_INVALID');
  });

  it('lock a month by hand with a reason, beside the general ledger, and open it again', async () => {
    const company = await books.entity();
    const reason = { reason: 'audit of the year' };
    const locked = await ask(company, 'POST', 'periods/2026-10/lock', reason);
    expect([locked.status, locked.body]).toMatchObject([
      200,
      { month: '2026-10', state: 'LOCKED', gl_state: 'OPEN', held: true, ...reason, changed_by: company.userId },
    ]);
    expect((await ask(company, 'POST', 'periods/2026-10/lock', reason)).body.code).toBe('PERIOD_STATE_UNCHANGED');
    expect((await ask(company, 'POST', 'periods/2026-11/lock', { reason: '    ' })).status).toBe(400);
    // The general ledger unlocks what it locked; what is held stays held.
    const tell = (event: 'GL.PERIOD.LOCKED' | 'GL.PERIOD.UNLOCKED', timestamp: string) =>
      books.db.transaction(
        scopeOf(company),
        async (tx) => {
          const told = glEvent(company, event, { month: '2026-10' }, { timestamp });
          const record = { audit: () => {}, emit: () => {} };
          await applyEvent(tx, record, ownerOf(company), { id: timestamp, bodySha256: '', event: told });
        },
        { role: 'intake' },
      );
    await tell('GL.PERIOD.LOCKED', '2026-11-01T00:00:00Z');
    await tell('GL.PERIOD.UNLOCKED', '2026-11-02T00:00:00Z');
    expect((await ask(company, 'GET', 'periods')).body.rows).toMatchObject([{ state: 'LOCKED', gl_state: 'OPEN' }]);
    await tell('GL.PERIOD.LOCKED', '2026-11-03T00:00:00Z');
    const freed = await ask(company, 'POST', 'periods/2026-10/unlock', { reason: 'audit is over' });
    expect(freed.body).toMatchObject({ state: 'LOCKED', gl_state: 'LOCKED', held: false, reason: 'audit is over' });
    const twice = await ask(company, 'POST', 'periods/2026-10/unlock', reason);
    expect([twice.status, twice.body.code, twice.body.gl_state]).toEqual([409, 'PERIOD_STATE_UNCHANGED', 'LOCKED']);
    expect((await ask(company, 'POST', 'periods/2026-13/lock', reason)).status).toBe(400);
    expect((await ask(company, 'POST', 'periods/2026-10/lock', {})).body.code).toBe('VALIDATION_FAILED');
    const audit = await books.admin('SELECT action FROM audit_log WHERE legal_entity_id = $1 AND subject_id = $2', [
      company.legalEntityId,
      '2026-10',
    ]);
    expect(audit.map(({ action }) => action)).toEqual(['ledger.period.hold', 'ledger.period.release']);
  });

  it('keep the configuration of the legal entity', async () => {
    const company = await books.entity();
    expect((await ask(company, 'GET', 'config')).body.default_accounts).toEqual(['6', '7']);
    const config = { opening_journals: ['AN'], closing_journals: ['CLO'], default_accounts: ['6'] };
    expect((await ask(company, 'PUT', 'config', config, { key: 'c' })).body).toEqual(config);
    expect((await ask(company, 'PUT', 'config', config, { key: 'c' })).headers['idempotent-replayed']).toBe('true');
    expect((await ask(company, 'GET', 'config')).body).toEqual(config);
    const wrong = await ask(company, 'PUT', 'config', { ...config, closing_journals: ['AN'] });
    expect([wrong.status, wrong.body.code]).toEqual([400, 'CONFIG_INVALID']);
  });
});

describe('an entry that is told of without its lines', () => {
  it('waits in sight, is fetched from the API, and keeps the reason while it is not there', async () => {
    const company = await books.entity();
    const told = glEvent(company, 'GL.ENTRY.POSTED', { number: '2026-7' });
    const record = { audit: () => {}, emit: () => {} };
    const apply = () =>
      books.db.transaction(
        scopeOf(company),
        (tx) => applyEvent(tx, record, ownerOf(company), { id: randomUUID(), bodySha256: '', event: told }),
        { role: 'intake' },
      );
    expect(await apply()).toMatchObject({ outcome: 'WAITING' });
    expect((await ask(company, 'POST', 'awaited/fetch')).body.code).toBe('GL_NOT_CONFIGURED');

    let there = false;
    const gl = createServer((request, response) => {
      const found = there && request.headers.authorization === 'Bearer t0ken' && request.url?.endsWith(told.entity_id);
      response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(found ? { id: told.entity_id, status: 'POSTED', ...rent('2026-7') } : {}));
    });
    await new Promise<void>((resolve) => gl.listen(0, '127.0.0.1', resolve));
    const { port } = gl.address() as AddressInfo;
    const file = { schema: 'prorata.gl-api/1', base_url: `http://127.0.0.1:${port}`, token: 't0ken' };
    await writeFile(join(dir, 'keys', 'gl-api.json'), JSON.stringify(file), { mode: 0o600 });

    expect((await ask(company, 'POST', 'awaited/fetch')).body).toEqual({ fetched: 0, waiting: 1 });
    expect((await ask(company, 'GET', 'awaited')).body.rows).toMatchObject([
      { entry_id: told.entity_id, attempts: 1, problem: expect.stringContaining('ENTRY_NOT_FOUND') },
    ]);
    there = true;
    expect((await ask(company, 'POST', 'awaited/fetch')).body).toEqual({ fetched: 1, waiting: 0 });
    expect((await ask(company, 'GET', `entries/${told.entity_id}`)).body).toMatchObject({ status: 'POSTED' });
    expect(await apply()).toMatchObject({ outcome: 'UNCHANGED' });
    expect((await ask(company, 'GET', 'awaited')).body.rows).toEqual([]);
    await new Promise((resolve) => gl.close(resolve));
    await writeFile(join(dir, 'keys', 'gl-api.json'), '{}', { mode: 0o600 });
    expect((await ask(company, 'POST', 'awaited/fetch')).body.code).toBe('GL_API_CONFIG_INVALID');
    await rm(join(dir, 'keys', 'gl-api.json'));
  });
});

describe('a reversal that comes by the API', () => {
  it('is followed in the transaction that learnt it, once', async () => {
    const company = await books.entity();
    const id = randomUUID();
    let status = 'POSTED';
    const gl = createServer((_request, response) => {
      response.end(JSON.stringify({ entries: [{ id, status, ...rent('9') }], next: null }));
    });
    await new Promise<void>((resolve) => gl.listen(0, '127.0.0.1', resolve));
    const client = createGlClient({ baseUrl: `http://127.0.0.1:${(gl.address() as AddressInfo).port}` });
    const heard: LedgerChange[] = [];
    const node = {
      db: books.db,
      context: company,
      react: async (_: unknown, change: LedgerChange) => void heard.push(change),
    };
    await syncEntries(node, client);
    status = 'REVERSED';
    await syncEntries(node, client);
    await syncEntries(node, client);
    expect(heard).toEqual([{ kind: 'ENTRY_REVERSED', entryId: id }]);
    await new Promise((resolve) => gl.close(resolve));
  });
});

describe('the walls', () => {
  const reason = { reason: 'theft' };
  /** For each route, a call that would reach the first company's books if nothing stood in between. */
  const calls = async (): Promise<Readonly<Record<string, readonly [string, unknown?]>>> => {
    const [first] = (await ask(one, 'GET', 'entries')).body.rows;
    return {
      'GET /entries': ['entries'],
      'GET /entries/{id}': [`entries/${first.id}`],
      'GET /periods': ['periods'],
      'POST /periods/{month}/lock': ['periods/2026-10/lock', reason],
      'POST /periods/{month}/unlock': ['periods/2026-10/unlock', reason],
      'GET /config': ['config'],
      'PUT /config': ['config', { opening_journals: [], closing_journals: [], default_accounts: ['9'] }],
      'POST /fec': ['fec', FEC.replaceAll('SECRET', 'OTHER')],
      'GET /awaited': ['awaited'],
      'POST /awaited/fetch': ['awaited/fetch'],
    };
  };
  const routes = async () => {
    const { paths } = (await app.inject({ url: '/openapi.json' })).json();
    return Object.entries(paths as Record<string, object>)
      .filter(([path]) => path.startsWith('/api/'))
      .flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace('/api/erp/gl', '')}`),
      );
  };
  /** Digests of all that is stored; what settles a moment after a write is settled first. */
  const kept = async () => {
    await sealAudit(books.db, { tenantId: one.tenantId, legalEntityId: one.legalEntityId ?? '' });
    const tables = await books.admin<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'prorata' AND column_name = 'legal_entity_id'`,
    );
    const digests = await Promise.all(
      tables.map(({ name }) =>
        books.admin(
          `SELECT '${name}' AS name, md5(string_agg(to_jsonb(t)::text, ' ' ORDER BY to_jsonb(t)::text)) AS digest
             FROM ${name} t WHERE tenant_id = $1 AND legal_entity_id = $2`,
          [one.tenantId, one.legalEntityId],
        ),
      ),
    );
    return digests.flat();
  };

  it('are tried at every route: a new one has to be added here', async () => {
    expect((await routes()).sort()).toEqual(Object.keys(await calls()).sort());
  });

  it('are open to the owner, whose answers are as the description says', async () => {
    const owner = await books.entity();
    await ask(owner, 'POST', 'fec', FEC);
    const faultOf = answerCheck((await app.inject({ url: '/openapi.json' })).json());
    const [first] = (await ask(owner, 'GET', 'entries')).body.rows;
    const asked = Object.entries({
      ...(await calls()),
      'GET /entries/{id}': [`entries/${first.id}`, undefined] as const,
    });
    for (const [route, [path, body]] of asked) {
      const [method = '', at = ''] = route.split(' ');
      const answer = await ask(owner, method as 'GET', path, body);
      const contentType = answer.headers['content-type']?.toString();
      expect(faultOf({ ...answer, method, path: `/api/erp/gl${at}`, contentType })).toBeUndefined();
    }
    const broken = FEC.replace('5,00', 'five').replace('20261005', '');
    const refused = await ask(owner, 'POST', 'fec', broken);
    expect([refused.status, refused.body.refused_lines_count]).toEqual([201, 2]);
    const told = { ...refused, method: 'POST', path: '/api/erp/gl/fec', contentType: 'application/json' };
    expect(faultOf(told)).toBeUndefined();
    expect(faultOf({ ...told, text: refused.text.replace('"lines"', '"line_count"') })).toContain('lines');
  });

  it('keep every other tenant and legal entity out: no row, no effect', async () => {
    const before = await kept();
    for (const stranger of [await books.entity(), await books.entity(one.tenantId)]) {
      for (const [route, [path, body]] of Object.entries(await calls())) {
        const answer = await ask(stranger, route.split(' ')[0] as 'GET', path, body);
        expect([route, answer.text.includes('SECRET')]).toEqual([route, false]);
        if (route === 'GET /entries') expect(answer.body.rows).toEqual([]);
        if (route === 'GET /entries/{id}') expect(answer.status).toBe(404);
      }
    }
    expect(await kept()).toEqual(before);
  });

  it('let a reader read and change nothing, and nobody else do anything', async () => {
    const before = await kept();
    const refusals: [Partial<TenantClaims>, number, string][] = [
      [{ billing_status: 'SUSPENDED' }, 403, 'TENANT_SUSPENDED'],
      [{ enabled_modules: [] }, 403, 'MODULE_DISABLED'],
      [{ roles: ['analytic.admin', 'finops.admin'] }, 403, 'FORBIDDEN'],
    ];
    for (const [route, [path, body]] of Object.entries(await calls())) {
      const method = route.split(' ')[0] as 'GET';
      for (const [claims, status, code] of refusals) {
        const answer = await ask(one, method, path, body, { claims });
        expect([route, answer.status, answer.body.code]).toEqual([route, status, code]);
      }
      const reading = await ask(one, method, path, body, { claims: { roles: ['ledger.reader'] } });
      expect([route, reading.status]).toEqual([route, method === 'GET' ? 200 : 403]);
    }
    expect(await kept()).toEqual(before);
  });
});
