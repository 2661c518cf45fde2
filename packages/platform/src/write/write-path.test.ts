import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkRowSecurity, type RlsFinding } from '../database/rls-check.ts';
import { PLATFORM_MIGRATIONS } from '../database/sets.ts';
import type { RequestContext } from '../identity/context.ts';
import { NIL_UUID } from '../identity/uuid.ts';
import { eventEnvelope, type OutboxRow } from '../outbox/envelope.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import { openTestDatabase, type TestDatabase } from '../testing/index.ts';
import { someContext } from '../testing/some-context.ts';
import { canonicalJson } from './canonical.ts';
import { recordOf } from './keyed-write.ts';
import { purgeIdempotencyKeys, type Work, writePath } from './write-path.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await openTestDatabase([PLATFORM_MIGRATIONS]);
  await test.admin('CREATE TABLE effect (of uuid, note text); GRANT ALL ON effect TO prorata_app');
});
afterAll(() => test.close());

const request = { action: 'thing.create', method: 'POST', route: '/things', payload: { code: 'A' } };

/** Leaves one row, one audit row and one event. */
function work(context: RequestContext, note = 'done'): Work<{ note: string }> {
  return async (tx, record) => {
    await tx.query('INSERT INTO effect VALUES ($1, $2)', [context.tenantId, note]);
    record.audit({ subject: 'thing', subjectId: note, details: { amount: '12.50', é: '\u2028"\\\n' } });
    record.emit({ event: 'THING.CREATED', entity_id: note, payload: { code: note } });
    return { status: 201, body: { note } };
  };
}

async function left(context: RequestContext) {
  const [row] = await test.admin<Record<string, number>>(
    `SELECT (SELECT count(*)::int FROM effect WHERE of = $1) AS effects,
            (SELECT count(*)::int FROM audit_log WHERE tenant_id = $1) AS audit,
            (SELECT count(*)::int FROM outbox_event WHERE tenant_id = $1) AS events,
            (SELECT count(*)::int FROM idempotency_key WHERE tenant_id = $1) AS keys`,
    [context.tenantId],
  );
  return row;
}

describe('a write', () => {
  it('leaves its rows, an audit row and an event, in one transaction', async () => {
    const context = someContext();
    const answer = await writePath(test.db, context, request, work(context));
    expect(answer).toEqual({ status: 201, body: { note: 'done' }, replayed: false });
    expect(await left(context)).toEqual({ effects: 1, audit: 1, events: 1, keys: 0 });
    const [event] = await test.admin<OutboxRow>('SELECT * FROM outbox_event WHERE tenant_id = $1', [context.tenantId]);
    if (event === undefined) throw new Error('no event');
    expect(eventEnvelope(event)).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      event: 'THING.CREATED',
      tenant_id: context.tenantId,
      legal_entity_id: context.legalEntityId,
      entity_id: 'done',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      correlation_id: context.correlationId,
      payload: { code: 'done' },
    });
  });

  it('leaves nothing when the work fails, whatever it had done', async () => {
    const context = someContext();
    const failing: Work<never> = async (tx, record) => {
      await work(context)(tx, record);
      throw new Error('power cut');
    };
    const keyed = { ...request, idempotencyKey: 'k' };
    await expect(writePath(test.db, context, keyed, failing)).rejects.toThrow('power cut');
    expect(await left(context)).toEqual({ effects: 0, audit: 0, events: 0, keys: 0 });
    expect(await writePath(test.db, context, keyed, work(context))).toMatchObject({ status: 201, replayed: false });
  });

  it('is audited even when the work says nothing', async () => {
    const context = someContext();
    await writePath(test.db, context, request, async () => ({ status: 200, body: null }));
    const rows = await test.admin('SELECT action, subject FROM audit_log WHERE tenant_id = $1', [context.tenantId]);
    expect(rows).toEqual([{ action: 'thing.create', subject: 'thing.create' }]);
  });

  it('belongs to the tenant as a whole where the caller has no legal entity', async () => {
    const { legalEntityId: _none, ...context } = someContext();
    await writePath(test.db, context, { ...request, idempotencyKey: 'k' }, work(context));
    const rows = await test.admin('SELECT DISTINCT legal_entity_id FROM audit_log WHERE tenant_id = $1', [
      context.tenantId,
    ]);
    expect(rows).toEqual([{ legal_entity_id: NIL_UUID }]);
    const again = await writePath(test.db, context, { ...request, idempotencyKey: 'k' }, work(context));
    expect(again.replayed).toBe(true);
  });
});

describe('an idempotency key', () => {
  it('gives the first answer again, for the same payload in any order of members', async () => {
    const context = someContext();
    const first = { ...request, idempotencyKey: 'k', payload: { a: 1, b: [{ c: null, d: 'x' }] } };
    await writePath(test.db, context, first, work(context, 'one'));
    const same = { ...first, payload: { b: [{ d: 'x', c: null }], a: 1 } };
    expect(await writePath(test.db, context, same, work(context, 'two'))).toEqual({
      status: 201,
      body: { note: 'one' },
      replayed: true,
    });
    expect(await left(context)).toEqual({ effects: 1, audit: 1, events: 1, keys: 1 });
  });

  it('is refused for another payload', async () => {
    const context = someContext();
    await writePath(test.db, context, { ...request, idempotencyKey: 'k' }, work(context));
    const other = { ...request, idempotencyKey: 'k', payload: { code: 'B' } };
    await expect(writePath(test.db, context, other, work(context))).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      status: 409,
    });
  });

  it('belongs to tenant, legal entity, user, method and route', async () => {
    const context = someContext();
    const keyed = { ...request, idempotencyKey: 'k' };
    await writePath(test.db, context, keyed, work(context));
    const others: [RequestContext, typeof keyed][] = [
      [someContext(), keyed],
      [{ ...context, legalEntityId: randomUUID() }, keyed],
      [{ ...context, userId: randomUUID() }, keyed],
      [context, { ...keyed, method: 'PUT' }],
      [context, { ...keyed, route: '/things/:id' }],
    ];
    for (const [who, what] of others) {
      expect((await writePath(test.db, who, { ...what, payload: { code: 'B' } }, work(who))).replayed).toBe(false);
    }
  });

  it('keeps a refusal, undoes its work, and gives it again', async () => {
    const context = someContext();
    let asked = 0;
    const refusing: Work<never> = async (tx, record) => {
      asked += 1;
      await work(context)(tx, record);
      throw platformProblem('NOT_FOUND', `no thing, asked ${asked}`, { thing: 'x' });
    };
    const keyed = { ...request, idempotencyKey: 'k' };
    const refusal = { code: 'NOT_FOUND', detail: 'no thing, asked 1', extensions: { thing: 'x' } };
    await expect(writePath(test.db, context, keyed, refusing)).rejects.toMatchObject(refusal);
    await expect(writePath(test.db, context, keyed, refusing)).rejects.toMatchObject(refusal);
    expect(asked).toBe(1);
    expect(await left(context)).toEqual({ effects: 0, audit: 0, events: 0, keys: 1 });
  });

  it('keeps neither failures nor refusals that pass', async () => {
    for (const code of ['INTERNAL', 'DATABASE_UNAVAILABLE', 'RATE_LIMITED', 'FORBIDDEN'] as const) {
      const context = someContext();
      const keyed = { ...request, idempotencyKey: 'k' };
      const refusing = async () => Promise.reject(platformProblem(code, 'once'));
      await expect(writePath(test.db, context, keyed, refusing)).rejects.toMatchObject({ code });
      expect((await writePath(test.db, context, keyed, work(context))).replayed, code).toBe(false);
    }
  });

  it('counts as new once it is expired', async () => {
    const context = someContext();
    const keyed = { ...request, idempotencyKey: 'k' };
    await writePath(test.db, context, keyed, work(context, 'one'));
    await test.admin("UPDATE idempotency_key SET expires_at = now() - interval '1 s' WHERE tenant_id = $1", [
      context.tenantId,
    ]);
    const second = await writePath(test.db, context, { ...keyed, payload: 'other' }, work(context, 'two'));
    expect(second).toMatchObject({ body: { note: 'two' }, replayed: false });
    await test.admin("UPDATE idempotency_key SET expires_at = now() - interval '1 s' WHERE tenant_id = $1", [
      context.tenantId,
    ]);
    expect(await purgeIdempotencyKeys(test.db, randomUUID())).toBe(0);
    expect(await purgeIdempotencyKeys(test.db, context.tenantId)).toBe(1);
  });

  it('has one effect and 500 equal answers when 500 requests come at once', async () => {
    const context = someContext();
    let asked = 0;
    const answers = await Promise.all(
      Array.from({ length: 500 }, () =>
        writePath(test.db, context, { ...request, idempotencyKey: 'k' }, async (tx, record) => {
          asked += 1;
          return work(context, `run ${asked}`)(tx, record);
        }),
      ),
    );
    expect(asked).toBe(1);
    expect(new Set(answers.map((answer) => JSON.stringify([answer.status, answer.body])))).toEqual(
      new Set(['[201,{"note":"run 1"}]']),
    );
    expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
    expect(await left(context)).toEqual({ effects: 1, audit: 1, events: 1, keys: 1 });
  });

  it('has one effect when the first of many fails', async () => {
    const context = someContext();
    let asked = 0;
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, () =>
        writePath(test.db, context, { ...request, idempotencyKey: 'k' }, async (tx, record) => {
          asked += 1;
          if (asked <= 3) throw new Error('lost');
          return work(context, `run ${asked}`)(tx, record);
        }),
      ),
    );
    expect(results.filter((result) => result.status === 'rejected')).toHaveLength(3);
    expect(await left(context)).toEqual({ effects: 1, audit: 1, events: 1, keys: 1 });
  });
});

describe('the wall', () => {
  it('stands around every table', async () => {
    expect(await checkRowSecurity((sql) => test.admin<RlsFinding>(sql))).toEqual([]);
  });

  it('shows a scope its own rows only, and none without a tenant', async () => {
    const context = someContext();
    await writePath(test.db, context, { ...request, idempotencyKey: 'k' }, work(context));
    const others = [
      { tenantId: randomUUID(), legalEntityId: context.legalEntityId ?? '' },
      { tenantId: context.tenantId, legalEntityId: randomUUID() },
      { tenantId: context.tenantId },
    ];
    for (const table of ['audit_log', 'outbox_event', 'idempotency_key']) {
      for (const scope of others) {
        expect(await test.db.transaction(scope, (tx) => tx.query(`SELECT 1 FROM ${table}`))).toEqual([]);
      }
    }
  });

  it('lets nobody write into another scope, or change what the chain holds', async () => {
    const context = someContext();
    await writePath(test.db, context, request, work(context));
    const nobody = { userId: randomUUID(), correlationId: randomUUID(), legalEntityId: randomUUID() };
    const row = { id: randomUUID(), action: 'a', subject: 's', subject_id: 'i', details: '{}' };
    const audit = [{ ...row, user_id: nobody.userId, correlation_id: nobody.correlationId }];
    const of = { ...context, ...nobody, tenantId: randomUUID() };
    const foreign = recordOf(of, { events: [], answers: [], audit });
    const mine = { tenantId: context.tenantId };
    await expect(test.db.transaction(mine, (tx) => tx.query(foreign.sql, foreign.values))).rejects.toThrow(
      /row-level security/,
    );
    const change = test.db.transaction(mine, (tx) => tx.query("UPDATE audit_log SET action = 'x'"));
    await expect(change).rejects.toThrow(/permission denied/);
    for (const sql of ["UPDATE audit_log SET action = 'x'", 'DELETE FROM audit_log', 'TRUNCATE audit_log']) {
      await expect(test.admin(sql)).rejects.toThrow(/append-only/);
    }
  });
});

describe('canonical JSON', () => {
  it('is the same text for the same value, and reads back as it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const shuffled = JSON.parse(JSON.stringify(value), (_key, member) =>
          member !== null && typeof member === 'object' && !Array.isArray(member)
            ? Object.fromEntries(Object.entries(member).reverse())
            : member,
        );
        const text = canonicalJson(value);
        expect(canonicalJson(shuffled)).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('refuses what JSON would change silently', () => {
    for (const value of [1n, Number.NaN, Number.POSITIVE_INFINITY, () => 1]) {
      expect(() => canonicalJson(value)).toThrow(TypeError);
    }
  });
});
