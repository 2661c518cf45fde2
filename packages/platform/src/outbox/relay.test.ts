import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../database/database.ts';
import { PLATFORM_MIGRATIONS } from '../database/sets.ts';
import type { RequestContext } from '../identity/context.ts';
import { callerOf, emit, openSubscriber, quickRelay, type Receiver, webhookNode } from '../testing/event-test.ts';
import { openTestDatabase, type TestDatabase } from '../testing/index.ts';
import { someContext } from '../testing/some-context.ts';
import { deadLetters, settleDeadLetters } from './dead-letters.ts';
import { ADVANCE } from './lane.sql.ts';
import { advance, claimLanes } from './lane.ts';
import { PUBLISH } from './publish.sql.ts';
import { publishEvents } from './publish.ts';
import { purgeEvents } from './purge.ts';
import { relayOnce, startRelay } from './relay.ts';
import {
  changeSubscription,
  listSubscriptions,
  retireSecrets,
  rotateSecret,
  subscriptionOf,
  unsubscribe,
  type WebhookNode,
} from './subscription.ts';

let test: TestDatabase;
let node: WebhookNode;
let context: RequestContext;
const receivers: Receiver[] = [];
beforeAll(async () => {
  test = await openTestDatabase([PLATFORM_MIGRATIONS]);
  node = webhookNode(test.db);
});
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.stop();
});
afterAll(() => test.close());

async function subscriber(events?: readonly string[], of = node) {
  const opened = await openSubscriber(of, context, events);
  receivers.push(opened.receiver);
  return opened;
}

/** Sessions of this database that wait for a lock. */
const WAITING = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
/** Nothing is tried again in this test. */
const LATER = { firstDelayMs: 600_000, longestDelayMs: 600_000 };
const relay = (change = {}) => quickRelay(node, context.tenantId, change);
const numbers = (receiver: Receiver, thing: string) =>
  receiver.taken
    .filter((event) => event.entity_id === thing)
    .map((event) => (event.payload as { number: number }).number);

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(condition, { interval: 5 }).toBe(true);
}

async function openLanes(): Promise<number> {
  const [row] = await test.admin<{ lanes: number }>(
    'SELECT count(*)::int AS lanes FROM webhook_lane WHERE tenant_id = $1',
    [context.tenantId],
  );
  return row?.lanes ?? -1;
}

describe('what a subscriber is sent', () => {
  it('is the envelope of spec 02, signed, in the order of each thing, and only what it asked for', async () => {
    context = someContext();
    const { receiver } = await subscriber(['THING.*', 'OTHER.MADE']);
    await emit(test.db, context, ['a', 'b', 'a', 'b', 'a']);
    await emit(test.db, context, ['a'], 'OTHER.MADE');
    // `_` in a name is a letter like any other, `*` stands behind a point only.
    await emit(test.db, context, ['a'], 'THINGS.CHANGED');
    await emit(test.db, context, ['a'], 'OTHER.MADE_UP');
    expect(await relayOnce(relay())).toEqual({ published: 8, sent: 6, failed: 0, dead: 0 });
    expect([numbers(receiver, 'a'), numbers(receiver, 'b')]).toEqual([
      [0, 2, 4, 0],
      [1, 3],
    ]);
    const [first] = receiver.seen;
    expect(first?.event).toEqual({
      id: first?.headers['webhook-id'],
      event: 'THING.CHANGED',
      tenant_id: context.tenantId,
      legal_entity_id: context.legalEntityId,
      entity_id: expect.stringMatching(/^[ab]$/),
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      correlation_id: context.correlationId,
      payload: { number: expect.any(Number) },
    });
    expect(await openLanes()).toBe(0);
    expect(await relayOnce(relay())).toEqual({ published: 0, sent: 0, failed: 0, dead: 0 });
  });

  it('is signed with the old secret as well until it is retired', async () => {
    context = someContext();
    const { receiver, subscription } = await subscriber();
    const old = receiver.secret;
    const fresh = (await rotateSecret(node, callerOf(context), subscription.id)).body.secret;
    expect(fresh).not.toBe(old);
    await emit(test.db, context, ['a']);
    expect(await relayOnce(relay())).toMatchObject({ sent: 1 });
    receiver.secret = fresh;
    await emit(test.db, context, ['a']);
    expect(await relayOnce(relay())).toMatchObject({ sent: 1 });
    await retireSecrets(node, callerOf(context), subscription.id);
    receiver.secret = old;
    await emit(test.db, context, ['a']);
    expect(await relayOnce(relay(LATER))).toMatchObject({ sent: 0, failed: 1 });
    const [row] = await test.admin<{ secrets: Buffer[] }>('SELECT secrets FROM webhook_subscription WHERE id = $1', [
      subscription.id,
    ]);
    expect(row?.secrets).toHaveLength(1);
    expect(row?.secrets[0]?.toString('latin1')).not.toContain('whsec_');
  });

  it('is nothing of another tenant, and nothing of another legal entity', async () => {
    context = someContext();
    const { receiver } = await subscriber();
    const sister = someContext({ tenantId: context.tenantId });
    const stranger = someContext();
    for (const other of [sister, stranger]) await emit(test.db, other, ['a']);
    await emit(test.db, context, ['mine']);
    const both = relay({ tenants: () => [context.tenantId, stranger.tenantId] });
    expect(await relayOnce(both)).toMatchObject({ published: 3, sent: 1 });
    expect(receiver.taken.map((event) => event.entity_id)).toEqual(['mine']);
  });

  it('is that of all entities where the tenant as a whole subscribes on a group node', async () => {
    const { legalEntityId: _none, ...group } = someContext();
    context = group;
    const { receiver } = await subscriber(['*'], { ...node, reach: 'tenant' });
    const fr = someContext({ tenantId: group.tenantId });
    await emit(test.db, fr, ['x']);
    expect(await relayOnce(relay())).toMatchObject({ published: 1, sent: 0 });
    const { subscribe } = await import('./subscription.ts');
    const wide = { url: receiver.url, events: ['*'], all_entities: true };
    await expect(subscribe(node, callerOf(group), wide)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const made = await subscribe({ ...node, reach: 'tenant' }, callerOf(group), wide);
    receiver.secret = made.body.secret;
    await emit(test.db, fr, ['x']);
    expect(await relayOnce(relay())).toMatchObject({ published: 1, sent: 1 });
  });
});

describe('a receiver that does not take an event', () => {
  it('is tried again, then the event is a dead letter; the thing waits, the others go on; replay loses nothing', async () => {
    context = someContext();
    const { receiver, subscription } = await subscriber();
    receiver.answer = (event) => (event.entity_id === 'poisoned' ? 500 : 204);
    await emit(test.db, context, ['poisoned', 'poisoned', 'sound', 'sound']);
    await until(async () => (await relayOnce(relay())).dead > 0);
    await emit(test.db, context, ['poisoned', 'sound']);
    await relayOnce(relay());
    expect([numbers(receiver, 'poisoned'), numbers(receiver, 'sound')]).toEqual([[], [2, 3, 1]]);
    const { rows } = await deadLetters(node, context);
    expect(rows).toMatchObject([
      {
        subscription_id: subscription.id,
        event: 'THING.CHANGED',
        entity_id: 'poisoned',
        attempts: 3,
        last_error: 'the receiver answered 500',
      },
    ]);
    expect(await subscriptionOf(node, context, subscription.id)).toMatchObject({ behind: 1, dead: 1 });
    expect((await deadLetters(node, someContext({ tenantId: context.tenantId }))).rows).toEqual([]);
    const dead = rows[0]?.id ?? '';
    await expect(settleDeadLetters(node, callerOf(someContext()), 'replay', dead)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });

    receiver.answer = () => 204;
    expect(await relayOnce(relay())).toMatchObject({ sent: 0 });
    expect((await settleDeadLetters(node, callerOf(context), 'replay', dead)).body).toEqual({ settled: 1 });
    expect(await relayOnce(relay())).toMatchObject({ sent: 3 });
    expect(numbers(receiver, 'poisoned')).toEqual([0, 1, 0]);
  });

  it('is passed over for good when the dead letter is discarded', async () => {
    context = someContext();
    const { receiver } = await subscriber();
    receiver.answer = (event) => ((event.payload as { number: number }).number === 0 ? 400 : 204);
    await emit(test.db, context, ['a', 'a', 'a']);
    await until(async () => (await relayOnce(relay())).dead > 0);
    await settleDeadLetters(node, callerOf(context), 'discard');
    await relayOnce(relay());
    expect(numbers(receiver, 'a')).toEqual([1, 2]);
    expect(await openLanes()).toBe(0);
  });

  it.each([
    ['answers 302', () => 302, 20_000, 'the receiver answered 302; redirects are not followed'],
    ['does not answer', () => undefined, 60, 'no answer within 60 ms'],
  ])('is tried later when it %s', async (_what, answer, timeoutMs, error) => {
    context = someContext();
    const { receiver } = await subscriber();
    receiver.answer = answer;
    await emit(test.db, context, ['a']);
    expect(await relayOnce(relay({ timeoutMs, ...LATER }))).toMatchObject({ sent: 0, failed: 1 });
    // On a busy machine the time may be over before the request has arrived.
    expect(receiver.seen.length).toBeLessThan(2);
    const [lane] = await test.admin<{ last_error: string; later: boolean }>(
      `SELECT last_error, due_at > now() + interval '4 minutes' AS later FROM webhook_lane WHERE tenant_id = $1`,
      [context.tenantId],
    );
    expect(lane).toEqual({ last_error: error, later: true });
  });

  it('stops its subscription with 410, and loses nothing by that', async () => {
    context = someContext();
    const { receiver, subscription } = await subscriber();
    receiver.answer = () => 410;
    await emit(test.db, context, ['a']);
    await relayOnce(relay());
    expect(await subscriptionOf(node, context, subscription.id)).toMatchObject({ state: 'GONE', behind: 1 });
    const audit = await test.admin('SELECT subject_id FROM audit_log WHERE action = $1', ['platform.webhook.gone']);
    expect(audit).toEqual([{ subject_id: subscription.id }]);
    await emit(test.db, context, ['a']);
    receiver.answer = () => 204;
    expect(await relayOnce(relay())).toMatchObject({ published: 1, sent: 0 });
    await changeSubscription(node, callerOf(context), subscription.id, { state: 'ACTIVE' });
    expect(await relayOnce(relay())).toMatchObject({ sent: 2 });
    await unsubscribe(node, callerOf(context), subscription.id);
    expect(await listSubscriptions(node, context)).toEqual([]);
  });
});

describe('a relay that dies', () => {
  it('between sending and noting it sends again, with the same id, and loses nothing', async () => {
    context = someContext();
    const { receiver } = await subscriber();
    await emit(test.db, context, ['a', 'a', 'a']);
    let notes = 0;
    const dying: Database = {
      ...test.db,
      transaction: (scope, work, options) =>
        test.db.transaction(
          scope,
          (tx) =>
            work({
              ...tx,
              query: (sql, values) => {
                // The second answer of the receiver is never noted.
                if (sql === ADVANCE && values?.at(-1) !== null) notes += 1;
                if (sql === ADVANCE && notes === 2) throw new Error('killed');
                return tx.query(sql, values);
              },
            }),
          options,
        ),
    };
    await relayOnce(relay({ db: dying }));
    expect(numbers(receiver, 'a')).toEqual([0, 1]);
    expect(await relayOnce(relay())).toMatchObject({ sent: 0 });
    // Its claim runs out.
    await test.admin('UPDATE webhook_lane SET due_at = now() WHERE tenant_id = $1', [context.tenantId]);
    expect(await relayOnce(relay())).toMatchObject({ sent: 2 });
    expect(numbers(receiver, 'a')).toEqual([0, 1, 1, 2]);
    expect(new Set(receiver.taken.map((event) => event.id)).size).toBe(3);
  });
});

describe('several relays on one database', () => {
  it('send each event once and keep the order of each thing, while events go on coming', async () => {
    context = someContext();
    const { receiver } = await subscriber();
    receiver.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
      return 204;
    };
    const things = Array.from({ length: 7 }, (_, index) => `t${index}`);
    const relays = [1, 2, 3].map(() => startRelay(relay()));
    for (let round = 0; round < 12; round += 1) await emit(test.db, context, [...things, ...things]);
    await until(() => receiver.taken.length >= 12 * 14);
    await Promise.all(relays.map((one) => one.stop()));
    expect(receiver.seen).toHaveLength(12 * 14);
    const order = await test.admin<{ id: string; entity_id: string }>(
      'SELECT id, entity_id FROM outbox_event WHERE tenant_id = $1 ORDER BY position',
      [context.tenantId],
    );
    for (const thing of things) {
      const sent = receiver.taken.filter((event) => event.entity_id === thing).map((event) => event.id);
      expect(sent).toEqual(order.filter((row) => row.entity_id === thing).map((row) => row.id));
    }
  });
});

describe('an event that is published while the lane of its thing is being closed', () => {
  it('is not left behind', async () => {
    context = someContext();
    const { tenantId } = context;
    await subscriber();
    await emit(test.db, context, ['a']);
    await publishEvents(test.db, tenantId);
    const claim = { seconds: 30, lanesOfEach: 4, busy: [] };
    const [lane] = await claimLanes(test.db, tenantId, claim);
    if (lane === undefined) throw new Error('no lane');
    const first = await advance(test.db, lane, 30);
    await emit(test.db, context, ['a']);
    let closing: ReturnType<typeof advance> | undefined;
    await test.db.transaction(
      { tenantId },
      async (tx) => {
        await tx.query(PUBLISH, [tenantId, '1', 10]);
        // Whoever closes the lane does not see the second event yet, and has to wait for it.
        closing = advance(test.db, lane, 30, first?.feed_position);
        await until(async () => (await test.admin(WAITING)).length > 0);
      },
      { role: 'relay' },
    );
    expect(await closing).toMatchObject({ feed_position: '2' });
  });
});

describe('old events', () => {
  it('are removed once everybody who asked for them has them', async () => {
    context = someContext();
    const { receiver } = await subscriber();
    receiver.answer = (event) => (event.entity_id === 'poisoned' ? 500 : 204);
    await emit(test.db, context, ['poisoned', 'a', 'b']);
    await publishEvents(test.db, context.tenantId);
    await relayOnce(relay(LATER));
    expect(await purgeEvents(test.db, context.tenantId, 1)).toBe(0);
    await test.admin(`UPDATE outbox_event SET published_at = now() - interval '2 days' WHERE tenant_id = $1`, [
      context.tenantId,
    ]);
    expect(await purgeEvents(test.db, context.tenantId, 1)).toBe(2);
    const left = await test.admin('SELECT entity_id FROM outbox_event WHERE tenant_id = $1', [context.tenantId]);
    expect(left).toEqual([{ entity_id: 'poisoned' }]);
  });
});
