import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApiEntry } from '../entry/entry.schema.ts';
import { type Books, openBooks } from '../testing/books.ts';
import { rent } from '../testing/gl-events.ts';
import { createGlClient, type GlClientOptions } from './gl-client.ts';
import { syncEntries, syncEntry } from './sync-entries.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let books: Books;
let server: Server;
let base: string;
let answer: Answer;
let requests: string[] = [];

beforeAll(async () => {
  books = await openBooks();
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  requests = [];
});
afterAll(async () => {
  server?.closeAllConnections();
  server?.close();
  await books?.close();
});

const client = (options: Partial<GlClientOptions> = {}) =>
  createGlClient({ baseUrl: base, backoffMs: 5, timeoutMs: 2_000, ...options });

function apiEntry(number: string, change: Partial<ApiEntry> = {}): ApiEntry {
  return { id: randomUUID(), status: 'POSTED', reversed_by: null, ...rent(number), ...change };
}

function json(body: unknown, status = 200): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}

/** A general ledger that pages through its entries two at a time. */
function paged(entries: readonly ApiEntry[]): Answer {
  return (request, response) => {
    const url = new URL(request.url ?? '', base);
    const start = Number(url.searchParams.get('after') ?? 0);
    const next = start + 2 < entries.length ? String(start + 2) : null;
    json({ entries: entries.slice(start, start + 2), next })(request, response);
  };
}

describe('the client of the GL API', () => {
  it('reads one entry, with its token', async () => {
    const known = apiEntry('1');
    let authorization: string | undefined;
    answer = (request, response) => {
      authorization = request.headers.authorization;
      json(known)(request, response);
    };
    const found = await client({ token: () => 'secret' }).entry(known.id);
    expect(requests).toEqual([`/api/erp/gl/entries/${known.id}`]);
    expect(authorization).toBe('Bearer secret');
    expect(found).toMatchObject({
      id: known.id,
      status: 'POSTED',
      number: '1',
      lines: [{ account: '613200', debit: '800.00' }, {}],
    });
  });

  it('knows that there is none', async () => {
    answer = json({ code: 'NOT_FOUND' }, 404);
    expect(await client().entry(randomUUID())).toBeUndefined();
  });

  it('tries again after 503, 429 and a cut connection, and then succeeds', async () => {
    const known = apiEntry('1');
    answer = (request, response) => {
      if (requests.length === 1) json({}, 503)(request, response);
      else if (requests.length === 2) response.writeHead(429, { 'retry-after': '0' }).end();
      else if (requests.length === 3) request.socket.destroy();
      else json(known)(request, response);
    };
    expect((await client().entry(known.id))?.number).toBe('1');
    expect(requests).toHaveLength(4);
  });

  it('gives up after its attempts, and does not repeat what was refused', async () => {
    answer = json({}, 500);
    await expect(client({ attempts: 3 }).entry('x')).rejects.toMatchObject({
      code: 'GL_UNAVAILABLE',
      extensions: { attempts: 3 },
    });
    expect(requests).toHaveLength(3);
    requests = [];
    answer = json({}, 403);
    await expect(client().entry('x')).rejects.toMatchObject({ code: 'GL_REFUSED', extensions: { status: 403 } });
    answer = (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    await expect(client().entry('x')).rejects.toMatchObject({ code: 'GL_REFUSED' });
    expect(requests).toHaveLength(2);
  });

  it('does not wait for an answer that never comes, or never ends', async () => {
    answer = () => {};
    await expect(client({ timeoutMs: 50, attempts: 2 }).entry('x')).rejects.toMatchObject({ code: 'GL_UNAVAILABLE' });
    answer = (_request, response) => void response.writeHead(200).write('{');
    await expect(client({ timeoutMs: 50, attempts: 2 }).entry('x')).rejects.toMatchObject({ code: 'GL_UNAVAILABLE' });
    expect(requests).toHaveLength(4);
  });

  it('takes no answer beyond its limit', async () => {
    answer = (_request, response) => void response.writeHead(200).end('x'.repeat(10_000));
    await expect(client({ maxBytes: 9_999 }).entry('x')).rejects.toMatchObject({ code: 'GL_ANSWER_INVALID' });
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['text', '<html>', '/'],
    ['a member that nobody knows', { ...apiEntry('1'), extra: 1 }, '/extra'],
    [
      'an amount as a number',
      { ...apiEntry('1'), lines: [{ line_no: 1, account: '6', debit: 1, credit: '0' }] },
      '/lines/0/debit',
    ],
    ['a status that nobody knows', { ...apiEntry('1'), status: 'CLOSED' }, '/status'],
    ['another entry', apiEntry('1'), '/id'],
  ])('refuses an answer that holds %s', async (_name, body, pointer) => {
    answer = (request, response) =>
      typeof body === 'string' ? void response.end(body) : json(body)(request, response);
    const refused = client().entry(randomUUID());
    await expect(refused).rejects.toMatchObject({ code: 'GL_ANSWER_INVALID', extensions: { errors: [{ pointer }] } });
  });

  it('refuses an unbalanced entry', async () => {
    const [first, second] = rent('1').lines;
    if (first === undefined || second === undefined) throw new Error('no lines');
    const wrong = apiEntry('1', { lines: [first, { ...second, credit: '799.99' }] });
    answer = json(wrong);
    await expect(client().entry(wrong.id)).rejects.toMatchObject({
      code: 'UNBALANCED_ENTRY',
      extensions: { debit: '800', credit: '799.99' },
    });
  });

  it('pages to the end, and does not go round for ever', async () => {
    answer = paged(['1', '2', '3', '4', '5'].map((number) => apiEntry(number)));
    const pages = await Array.fromAsync(client({ pageSize: 2 }).entries({ from: '2026-01', to: '2026-02' }));
    expect(pages.map((page) => page.map(({ number }) => number))).toEqual([['1', '2'], ['3', '4'], ['5']]);
    expect(requests[1]).toBe('/api/erp/gl/entries?from=2026-01&to=2026-02&limit=2&after=2');
    answer = json({ entries: [], next: 'a' });
    await expect(Array.fromAsync(client().entries())).rejects.toMatchObject({ code: 'GL_ANSWER_INVALID' });
  });
});

describe('the read copy brought up to the API', () => {
  it('takes what is new, what was posted and what was reversed, and lists what contradicts it', async () => {
    const context = await books.entity();
    const node = { db: books.db, context };
    const [draft, posted, kept] = [apiEntry('1', { status: 'DRAFT' }), apiEntry('2'), apiEntry('3')];
    answer = paged([draft, posted, kept]);
    expect(await syncEntries(node, client())).toMatchObject({ pages: 2, entries: 3, new: 3, refused: [] });
    expect(await syncEntries(node, client())).toMatchObject({ new: 0, unchanged: 3 });

    const by = randomUUID();
    // The general ledger numbers an entry when it posts it.
    answer = paged([
      { ...draft, status: 'POSTED', number: '2026-000001' },
      { ...posted, status: 'REVERSED', reversed_by: by },
      { ...kept, accounting_date: '2026-01-16' },
    ]);
    const changed = await syncEntries(node, client());
    expect(changed).toMatchObject({ updated: 1, reversed: 1, unchanged: 0 });
    expect(changed.refused).toMatchObject([{ id: kept.id, number: '3', code: 'CONTENT_DIFFERS' }]);
    const stored = await books.admin(
      'SELECT id, entry_number AS number, status, reversed_by FROM gl_entry WHERE legal_entity_id = $1 ORDER BY 2',
      [context.legalEntityId],
    );
    expect(stored).toEqual([
      { id: posted.id, number: '2', status: 'REVERSED', reversed_by: by },
      { id: draft.id, number: '2026-000001', status: 'POSTED', reversed_by: null },
      { id: kept.id, number: '3', status: 'POSTED', reversed_by: null },
    ]);
  });

  it('brings one entry when it is needed', async () => {
    const node = { db: books.db, context: await books.entity() };
    const known = apiEntry('1');
    answer = json(known);
    expect(await syncEntry(node, client(), known.id)).toBe(true);
    answer = json({}, 404);
    expect(await syncEntry(node, client(), randomUUID())).toBe(false);
  });
});
