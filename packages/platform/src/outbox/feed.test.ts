import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLATFORM_MIGRATIONS } from '../database/sets.ts';
import { type RequestContext, scopeOf } from '../identity/context.ts';
import { emit } from '../testing/event-test.ts';
import { openTestDatabase, type TestDatabase } from '../testing/index.ts';
import { someContext } from '../testing/some-context.ts';
import { type FeedQuery, readFeed } from './feed.ts';
import { purgeEvents } from './purge.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await openTestDatabase([PLATFORM_MIGRATIONS]);
});
afterAll(() => test.close());

const INSERT = `
  INSERT INTO outbox_event (tenant_id, legal_entity_id, id, event, entity_id, correlation_id, occurred_at, payload)
  SELECT $1, $2, gen_random_uuid(), 'THING.' || CASE WHEN n % 100 = 0 THEN 'RARE' ELSE 'MADE' END, $3, $1, now(),
         json_build_object('n', n)
    FROM generate_series(1, $4) n`;

/** Inserts as a write would at its end, and leaves the commit to the caller of what is answered. */
async function writing(context: RequestContext, thing: string) {
  const gate = Promise.withResolvers<void>();
  const inserted = Promise.withResolvers<void>();
  const ended = test.db.transaction(scopeOf(context), async (tx) => {
    await tx.execute(INSERT, [context.tenantId, context.legalEntityId, thing, 1]);
    inserted.resolve();
    await gate.promise;
  });
  await inserted.promise;
  return async () => {
    gate.resolve();
    await ended;
  };
}

/** Everything from a place on, page by page. */
async function follow(context: RequestContext, query: FeedQuery = {}) {
  const ids: string[] = [];
  let after = query.after;
  for (let pages = 1; ; pages += 1) {
    const page = await readFeed(test.db, context, { ...query, after });
    ids.push(...page.events.map((event) => event.id));
    after = page.next;
    if (!page.more) return { ids, next: page.next, pages };
  }
}

describe('the feed of events', () => {
  it('gives each event once, in one order, over pages of any size', async () => {
    const context = someContext();
    const { tenantId, legalEntityId } = context;
    await test.admin(INSERT, [tenantId, legalEntityId, 'a', 10_000]);
    const all = await follow(context, { limit: 1_000 });
    expect([all.ids.length, new Set(all.ids).size, all.pages]).toEqual([10_000, 10_000, 10]);
    const stored = await test.admin<{ id: string }>(
      'SELECT id FROM outbox_event WHERE tenant_id = $1 ORDER BY position',
      [tenantId],
    );
    expect(all.ids).toEqual(stored.map((row) => row.id));
    expect((await follow(context, { after: all.next })).ids).toEqual([]);
    await emit(test.db, context, ['b']);
    const news = await readFeed(test.db, context, { after: all.next });
    expect(news.events.map((event) => event.entity_id)).toEqual(['b']);
    const rare = await follow(context, { limit: 7, events: ['THING.RARE'] });
    expect(rare.ids).toHaveLength(100);
    // A reader of rare events does not stay behind: what was looked through is not looked through again.
    expect((await follow(context, { after: rare.next })).ids).toEqual([]);
  });

  it('misses nothing that was being written while it was read', async () => {
    const context = someContext();
    // The first writer takes its number first and commits last.
    const commitFirst = await writing(context, 'first');
    const commitSecond = await writing(context, 'second');
    await commitSecond();
    const early = await readFeed(test.db, context);
    expect(early.events.map((event) => event.entity_id)).toEqual(['second']);
    await commitFirst();
    const late = await readFeed(test.db, context, { after: early.next });
    expect(late.events.map((event) => event.entity_id)).toEqual(['first']);
    expect((await readFeed(test.db, context)).events.map((event) => event.entity_id)).toEqual(['second', 'first']);
  });

  it('loses and repeats nothing for readers beside many writers', async () => {
    const context = someContext();
    let writingGoesOn = true;
    const reader = (async () => {
      const seen: string[] = [];
      let after: string | undefined;
      for (let last = false; !last; ) {
        last = !writingGoesOn;
        const page = await follow(context, after === undefined ? { limit: 9 } : { after, limit: 9 });
        seen.push(...page.ids);
        after = page.next;
      }
      return seen;
    })();
    const writer = async (name: string) => {
      for (let index = 0; index < 15; index += 1) await emit(test.db, context, [name, name]);
    };
    await Promise.all(['a', 'b', 'c', 'd'].map(writer));
    writingGoesOn = false;
    const seen = await reader;
    expect([seen.length, new Set(seen).size]).toEqual([120, 120]);
    expect((await follow(context)).ids).toEqual(seen);
  });

  it('is that of the legal entity of the token, and of the tenant as a whole where it has none', async () => {
    const one = someContext();
    const sister = someContext({ tenantId: one.tenantId });
    const { legalEntityId: _none, ...whole } = someContext({ tenantId: one.tenantId });
    for (const [context, thing] of [
      [one, 'one'],
      [sister, 'sister'],
      [whole, 'whole'],
    ] as const) {
      await emit(test.db, context, [thing]);
    }
    const things = async (context: RequestContext, reach?: 'tenant') =>
      (await readFeed(test.db, context, {}, reach)).events.map((event) => event.entity_id);
    expect(await things(one)).toEqual(['one']);
    expect(await things(sister, 'tenant')).toEqual(['sister']);
    expect(await things(whole)).toEqual(['whole']);
    expect(await things(whole, 'tenant')).toEqual(['one', 'sister', 'whole']);
    expect(await things(someContext({ legalEntityId: one.legalEntityId ?? '' }), 'tenant')).toEqual([]);
  });

  it.each(['nonsense', '', 'ZjE6LTE', 'ZjE6MDE', Buffer.from('f1:999999').toString('base64url')])(
    'refuses the place %j',
    async (after) => {
      await expect(readFeed(test.db, someContext(), { after })).rejects.toMatchObject({ code: 'EVENT_CURSOR_INVALID' });
    },
  );

  it('says that events were removed instead of passing over them', async () => {
    const context = someContext();
    const start = await readFeed(test.db, context);
    await emit(test.db, context, ['a']);
    const then = await readFeed(test.db, context);
    await emit(test.db, context, ['b']);
    await readFeed(test.db, context);
    await test.admin(
      `UPDATE outbox_event SET published_at = now() - interval '9 days' WHERE tenant_id = $1 AND entity_id = 'a'`,
      [context.tenantId],
    );
    expect(await purgeEvents(test.db, context.tenantId, 8)).toBe(1);
    await expect(readFeed(test.db, context, { after: start.next })).rejects.toMatchObject({ code: 'EVENTS_PURGED' });
    for (const after of [undefined, then.next]) {
      expect((await readFeed(test.db, context, { after })).events.map((event) => event.entity_id)).toEqual(['b']);
    }
    // A sister that was quiet meanwhile lost nothing, and is told nothing of it.
    const sister = someContext({ tenantId: context.tenantId });
    expect((await readFeed(test.db, sister, { after: start.next })).events).toEqual([]);
  });
});
