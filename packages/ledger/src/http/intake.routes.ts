import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type App, REPLAYED_HEADER, scopeOf, uploadOf } from '@prorata/platform';
import { fetchAwaited } from '../api/fetch-awaited.ts';
import { glClientOf } from '../api/gl-api-file.ts';
import { awaitedEntries } from '../intake/awaited.ts';
import { importFec, type LedgerNode } from '../intake/import-fec.ts';
import { ledgerProblem } from '../problems.ts';
import type { LedgerHttp } from './ledger-http.ts';
import { ADMINS, AwaitedList, BASE, FecAnswer, FecQuery, Fetched, READERS, refusals } from './schema.ts';

const about = (operationId: string, summary: string) => ({ tags: ['ledger'], operationId, summary });

const MOST_FEC_BYTES = 2 * 1024 ** 3;

export function intakeRoutes(app: App, http: LedgerHttp): void {
  app.post(
    `${BASE}/fec`,
    {
      config: {
        ...ADMINS,
        upload: { maxBytes: MOST_FEC_BYTES, types: ['application/octet-stream', 'text/plain', 'text/csv'] },
      },
      schema: {
        ...about('importFec', 'Take a FEC file: an entry is in or out as a whole, and what is out is listed'),
        querystring: FecQuery,
        response: { 200: FecAnswer, 201: FecAnswer, ...refusals },
      },
    },
    async (request, reply) => {
      const { name = 'upload.txt', currency } = request.query;
      const { method, idempotencyKey, context } = request;
      return await withFolder(http.dir, async (folder) => {
        const path = join(folder, name === '.' || name === '..' ? 'upload.txt' : name);
        await pipeline(uploadOf(request), createWriteStream(path, { mode: 0o600 }));
        const [imported] = await importFec(nodeOf(http, context), [path], {
          request: { method, route: `${BASE}/fec`, idempotencyKey },
          ...(currency === undefined ? {} : { currency }),
        });
        if (imported?.replayed === true) reply.header(REPLAYED_HEADER, 'true');
        return await reply.code(imported?.replayed === true ? 200 : 201).send({ ...imported });
      });
    },
  );
  awaitedRoutes(app, http);
}

function awaitedRoutes(app: App, http: LedgerHttp): void {
  app.get(
    `${BASE}/awaited`,
    {
      config: READERS,
      schema: {
        ...about('awaitedEntries', 'Entries that events told of without their lines, with what the last attempt met'),
        response: { 200: AwaitedList, ...refusals },
      },
    },
    async (request, reply) => {
      const rows = await http.db.transaction(scopeOf(request.context), (tx) => awaitedEntries(tx), { readOnly: true });
      return reply.send({ rows });
    },
  );
  app.post(
    `${BASE}/awaited/fetch`,
    {
      config: ADMINS,
      schema: {
        ...about('fetchAwaited', 'Ask the API of the general ledger for the entries that wait for their lines'),
        response: { 200: Fetched, ...refusals },
      },
    },
    async (request, reply) => {
      const client = await glClientOf(http.dir);
      if (client === undefined) throw ledgerProblem('GL_NOT_CONFIGURED', 'there is no keys/gl-api.json');
      return reply.send(await fetchAwaited(nodeOf(http, request.context), client));
    },
  );
}

function nodeOf({ db, react }: LedgerHttp, context: LedgerNode['context']): LedgerNode {
  return { db, context, ...(react === undefined ? {} : { react }) };
}

/** A folder for one upload, under the process that owns it, so that the next start removes what a killed one left. */
async function withFolder<T>(dir: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(dir, '.work', `${process.pid}-${randomUUID()}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
