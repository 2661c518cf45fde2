import { createHash, randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signEvent } from '@prorata/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedNode, serveNode } from '../../packages/cli/src/node/serve-node.ts';
import { answerInProcess, inProcess, refusalInProcess } from './process.ts';

const HEADER = [
  ...['JournalCode', 'JournalLib', 'EcritureNum', 'EcritureDate', 'CompteNum', 'CompteLib', 'CompAuxNum', 'CompAuxLib'],
  ...['PieceRef', 'PieceDate', 'EcritureLib', 'Debit', 'Credit', 'EcritureLet', 'DateLet', 'ValidDate'],
  ...['Montantdevise', 'Idevise'],
];
const line = (number: string, account: string, debit: string, credit: string) =>
  ['ACH', 'Achats', number, '20250105', account, 'Compte', '', '', 'F1', '20250105', 'Loyer', debit, credit].concat([
    '',
    '',
    '20250106',
    '',
    '',
  ]);
const FEC = [
  HEADER,
  line('1', '613200', '1000,00', '0,00'),
  line('1', '401000', '0,00', '1000,00'),
  line('2', '613200', '10,00', '0,00'),
]
  .map((cells) => cells.join('\t'))
  .join('\r\n');

describe('an entity node beyond its bills', () => {
  let dir: string;
  let served: ServedNode | undefined;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'prorata-services-'));
    const entity = ['--code', 'FR01', '--label', 'France', '--country', 'FR', '--currency', 'EUR'];
    await answerInProcess('entity', 'init', '--dir', join(dir, 'E'), ...entity);
    await writeFile(join(dir, '123456789FEC20251231.txt'), FEC);
    const plugin = fileURLToPath(new URL('../../examples/budget-control/', import.meta.url));
    const entry = `plugins:\n  - code: budget-control\n    path: ${JSON.stringify(plugin)}\n`;
    await appendFile(join(dir, 'E', 'prorata.yaml'), entry);
  });
  afterAll(async () => {
    await served?.stop();
    await rm(dir, { recursive: true, force: true });
  });
  const importFec = () => ['entity', 'import', 'fec', join(dir, '123456789FEC20251231.txt'), '--dir', join(dir, 'E')];

  it('takes a FEC file from the shell, an entry in or out as a whole, once', async () => {
    const taken = await answerInProcess(...importFec());
    expect(taken).toMatchObject({
      lines: 3,
      entries: 1,
      replayed: false,
      totals: { debit: '1000', credit: '1000' },
    });
    expect(taken.refused_entries).toMatchObject([{ journal: 'ACH', number: '2', code: 'UNBALANCED_ENTRY' }]);
    expect(await answerInProcess(...importFec())).toMatchObject({ entries: 1, replayed: true });
    const words = await inProcess(...importFec());
    expect(words.stdout).toContain('entry ACH 2, from line 4: UNBALANCED_ENTRY');
    expect(words.stdout).toContain('· 123456789FEC20251231.txt: the SIREN 123456789 of the name');
    const french = await inProcess(...importFec(), '--lang', 'fr');
    expect(french.stdout).toContain('déjà connu');
    expect(french.stdout).toContain(
      'écriture ACH 2, à partir de la ligne 4 : UNBALANCED_ENTRY, les débits ne sont pas',
    );
  });

  it('serves analytic accounting behind the guard of the node, and the inbox of its general ledger beside it', async () => {
    served = await serveNode({ dir: join(dir, 'E'), port: 0 });
    const axes = `${served.url}/api/erp/analytic/axes`;
    expect((await fetch(axes)).status).toBe(401);
    const { token } = await answerInProcess('token', '--dir', join(dir, 'E'), '--role', 'analytic.writer');
    const headers = {
      authorization: `Bearer ${String(token)}`,
      'content-type': 'application/json',
      'idempotency-key': 'k',
    };
    const body = JSON.stringify({ code: 'COST_CENTER', name_source: 'Cost centre' });
    const made = await fetch(axes, { method: 'POST', headers, body });
    expect([made.status, await made.json()]).toMatchObject([201, { code: 'COST_CENTER' }]);
    const again = await fetch(axes, { method: 'POST', headers, body });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    const unsigned = await fetch(`${served.url}/api/erp/gl-inbox`, { method: 'POST', headers, body: '{}' });
    expect([unsigned.status, await unsigned.json()]).toMatchObject([401, { code: 'EVENT_SIGNATURE_INVALID' }]);
    const description = (await (await fetch(`${served.url}/openapi.json`)).json()) as { paths: object };
    expect(Object.keys(description.paths)).toEqual(
      expect.arrayContaining(['/api/erp/analytic/allocations/run', '/api/erp/gl-inbox', '/api/finops/imports']),
    );
  });

  it('is fed by its general ledger as the shell has set it up: signed events, and the API', async () => {
    const ledger = (...words: string[]) => answerInProcess('ledger', ...words, '--dir', join(dir, 'E'));
    const made = await ledger('inbox', 'secret');
    expect(await ledger('inbox', 'secret')).not.toMatchObject({ secret: made.secret });
    expect(await ledger('inbox')).toMatchObject({ path: '/api/erp/gl-inbox', tenant_id: made.tenant_id, secrets: 2 });
    const [id, timestamp] = [randomUUID(), String(Math.floor(Date.now() / 1000))];
    const event = { event: 'GL.PERIOD.LOCKED', entity_id: randomUUID(), correlation_id: randomUUID() };
    const told = { ...event, timestamp: new Date().toISOString(), payload: { month: '2025-02' } };
    const body = JSON.stringify({ ...told, tenant_id: made.tenant_id, legal_entity_id: made.legal_entity_id });
    const signature = signEvent(String(made.secret), id, timestamp, Buffer.from(body));
    const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
    const send = (type = 'application/json') =>
      fetch(`${served?.url}${made.path}`, { method: 'POST', headers: { ...headers, 'content-type': type }, body });
    expect((await send('text/plain')).status).toBe(415);
    expect(await (await send()).json()).toMatchObject({ outcome: 'RECORDED' });
    expect(await ledger('inbox', 'retire')).toMatchObject({ secrets: 1 });
    expect((await send()).status).toBe(401);
    const books = createServer((request, response) => {
      const allowed = request.headers.authorization === 'Bearer open';
      response.writeHead(allowed ? 200 : 401).end(JSON.stringify({ entries: [], next: null }));
    });
    await new Promise<void>((resolve) => books.listen(0, '127.0.0.1', resolve));
    await writeFile(join(dir, 'token.txt'), 'open\n');
    const address = `http://127.0.0.1:${(books.address() as AddressInfo).port}`;
    try {
      expect(await refusalInProcess('ledger', 'sync', '--dir', join(dir, 'E'))).toMatchObject({
        code: 'GL_NOT_CONFIGURED',
      });
      await ledger('connect', address, '--token-file', join(dir, 'token.txt'));
      expect(await ledger('sync', '2025-01')).toMatchObject({ pages: 1, entries: 0, refused: [] });
    } finally {
      books.close();
    }
  });

  it('reads the names of a table as a spreadsheet wrote them', async () => {
    const analytic = (...words: string[]) => answerInProcess('analytic', ...words, '--dir', join(dir, 'E'));
    const file = join(dir, 'sites.csv');
    await writeFile(file, Buffer.from('axis;code;name\nCOST_CENTER;HQ;Si\xe8ge \x80\n', 'latin1'));
    const taken = await analytic('dimensions', 'import', file);
    expect(taken).toMatchObject({ file: 'sites.csv', rows: [{ axis: 'COST_CENTER', created: 1 }] });
    expect(taken.sha256).toBe(
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    );
    expect(await analytic('dimensions')).toMatchObject({ rows: [{ code: 'HQ', name_source: 'Siège €' }] });
  });

  it('locks months and reads its books as the shell is told to', async () => {
    const ledger = (...words: string[]) => answerInProcess('ledger', ...words, '--dir', join(dir, 'E'));
    const held = await ledger('lock', '2025-01', '--reason', 'closing');
    expect(held).toMatchObject({ month: '2025-01', state: 'LOCKED', reason: 'closing' });
    expect((await ledger('months')).rows).toMatchObject([
      { month: '2025-01', gl_state: 'OPEN', held: true },
      { month: '2025-02', gl_state: 'LOCKED', held: false },
    ]);
    const settings = await ledger('settings', '--accounts', '6', '--opening-journals', 'AN', 'RAN');
    expect(settings).toMatchObject({ default_accounts: ['6'], opening_journals: ['AN', 'RAN'] });
    expect(await ledger('settings')).toEqual(settings);
  });

  it('serves the plugins that prorata.yaml names, the books, and translations, to whoever has the role', async () => {
    const bearer = async (role: string) => {
      const { token } = await answerInProcess('token', '--dir', join(dir, 'E'), '--role', role);
      return { headers: { authorization: `Bearer ${String(token)}` } };
    };
    const get = async (path: string, role: string) => {
      const answer = await fetch(`${served?.url}${path}`, await bearer(role));
      return [answer.status, await answer.json()];
    };
    expect(await get('/api/plugins', 'budget.reader')).toMatchObject([
      200,
      { rows: [{ code: 'budget-control', module: 'PLUGIN_BUDGET_CONTROL', enabled: true }] },
    ]);
    expect(await get('/api/plugins/budget-control/budgets', 'budget.reader')).toEqual([200, { rows: [] }]);
    expect(await get('/api/plugins/budget-control/budgets', 'analytic.admin')).toMatchObject([
      403,
      { code: 'FORBIDDEN' },
    ]);
    expect(await get('/api/erp/gl/entries', 'ledger.reader')).toMatchObject([200, { rows: [{ entry_number: '1' }] }]);
    expect(await get('/api/platform/translations', 'analytic.reader')).toEqual([200, { rows: [], next: null }]);
  });
});
