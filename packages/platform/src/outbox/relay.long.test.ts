import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PLATFORM_MIGRATIONS } from '../database/sets.ts';
import { emit, openSubscriber, webhookNode } from '../testing/event-test.ts';
import { openTestDatabase, type TestDatabase } from '../testing/index.ts';
import { someContext } from '../testing/some-context.ts';
import { secretBox } from './secrets.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await openTestDatabase([PLATFORM_MIGRATIONS]);
});
afterAll(() => test.close());

const KILLS = Number(process.env.PRORATA_KILLS ?? 40);
const THINGS = Array.from({ length: 10 }, (_, index) => `thing-${index}`);
const RELAY = fileURLToPath(new URL('other-relay.example.ts', import.meta.url));

it('relays that are killed at 200 random moments lose nothing and keep the order of each thing', async () => {
  const key = randomBytes(32);
  const context = someContext();
  const { receiver } = await openSubscriber({ ...webhookNode(test.db), box: secretBox(key) }, context);
  // Some answers are failures, some come late, and some never: repetitions of all kinds.
  receiver.answer = async () => {
    const luck = Math.random();
    if (luck < 0.05) return 500;
    if (luck < 0.06) return undefined;
    await sleep(Math.random() * 10);
    return 204;
  };
  const cluster = join(tmpdir(), `prorata-test-${process.getuid?.() ?? 0}`);
  const words = [RELAY, cluster, test.connection.database, context.tenantId, key.toString('base64')];
  const start = async () => {
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    return child;
  };
  let killing = true;
  const writer = (async () => {
    while (killing) {
      await emit(test.db, context, [...THINGS, ...THINGS]);
      await sleep(200);
    }
  })();
  const relays = [await start(), await start()];
  for (let kill = 0; kill < KILLS; kill += 1) {
    await sleep(Math.random() * 300);
    const index = kill % 2;
    relays[index]?.kill('SIGKILL');
    relays[index] = await start();
  }
  killing = false;
  await writer;
  const open = 'SELECT count(*)::int AS lanes FROM webhook_lane WHERE tenant_id = $1';
  const unpublished = 'SELECT count(*)::int AS events FROM outbox_event WHERE tenant_id = $1 AND feed_position IS NULL';
  for (;;) {
    const [[lane], [event]] = [
      await test.admin<{ lanes: number }>(open, [context.tenantId]),
      await test.admin<{ events: number }>(unpublished, [context.tenantId]),
    ];
    if (lane?.lanes === 0 && event?.events === 0) break;
    await sleep(100);
  }
  for (const relay of relays) relay.kill('SIGTERM');
  await receiver.stop();

  const rows = await test.admin<{ id: string; entity_id: string }>(
    'SELECT id, entity_id FROM outbox_event WHERE tenant_id = $1 ORDER BY position',
    [context.tenantId],
  );
  for (const thing of THINGS) {
    const emitted = rows.filter((row) => row.entity_id === thing).map((row) => row.id);
    const taken = receiver.taken.filter((event) => event.entity_id === thing).map((event) => event.id);
    expect([...new Set(taken)]).toEqual(emitted);
  }
  const repeated = receiver.taken.length - rows.length;
  console.log(JSON.stringify({ kills: KILLS, events: rows.length, taken: receiver.taken.length, repeated }));
  expect(repeated).toBeLessThan(rows.length);
});
