import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLATFORM_MIGRATIONS } from '../database/sets.ts';
import type { Tx } from '../database/tx.ts';
import type { RequestContext } from '../identity/context.ts';
import { openTestDatabase, type TestDatabase } from '../testing/index.ts';
import { someContext } from '../testing/some-context.ts';
import { verifyAuditLog } from './audit.ts';
import { type Companion, type Fresh, writeTogether } from './write-together.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await openTestDatabase([PLATFORM_MIGRATIONS]);
  const own = "legal_entity_id = NULLIF(current_setting('app.current_legal_entity', true), '')::uuid";
  await test.admin(`
    CREATE TABLE coded (entity_id text);
    INSERT INTO coded VALUES ('E1');
    CREATE POLICY coded_row ON coded USING (
      NULLIF(current_setting('app.current_entity', true), '') IS NULL OR entity_id = current_setting('app.current_entity', true));
    ALTER TABLE coded ENABLE ROW LEVEL SECURITY;
    GRANT SELECT ON coded TO prorata_app;
    CREATE TABLE walled (legal_entity_id uuid NOT NULL, note text);
    CREATE POLICY walled_row ON walled USING (${own}) WITH CHECK (${own});
    ALTER TABLE walled ENABLE ROW LEVEL SECURITY;
    GRANT SELECT, INSERT ON walled TO prorata_app`);
});
afterAll(() => test.close());

let codes = 1;

/** Companions of companies of one tenant, as many of each as told, each with a user and a key of its own. */
function companions(counts: readonly number[]): Companion[] {
  const tenant = someContext();
  return counts.flatMap((count) => {
    const company = { ...tenant, legalEntityId: randomUUID(), entityCode: `E${codes++}` };
    return Array.from({ length: count }, (_, index) => ({
      context: { ...company, userId: randomUUID(), correlationId: randomUUID() },
      request: {
        action: 'thing.create',
        method: 'POST',
        route: '/things',
        idempotencyKey: `key ${index}`,
        payload: {},
      },
    }));
  });
}

const AHEAD = { sql: "SELECT current_setting('app.current_legal_entity') AS begun", values: [] };
const INSERT = 'INSERT INTO walled VALUES ($1, $2)';
const CURRENT = "SELECT current_setting('app.current_legal_entity') AS current";
const legalEntityOf = ({ legalEntityId = '' }: RequestContext) => legalEntityId;

/** Stores a row of its own company for each, one after the other by `query` and by `defer`. */
function storing(crowd: readonly Companion[]) {
  return async (_tx: Tx, fresh: readonly Fresh[]) => {
    for (const { place, tx, record } of fresh) {
      const own = legalEntityOf((crowd[place] as Companion).context);
      if (place % 2 === 0) await tx.query(INSERT, [own, String(place)]);
      else tx.defer(INSERT, [own, String(place)]);
      record.emit({ event: 'THING.CREATED', entity_id: String(place), payload: {} });
    }
    return fresh.map(({ place }) => ({ status: 201, body: { place } }));
  };
}

describe('writes of several companies in one transaction', () => {
  it('leave for each company what each would leave alone', async () => {
    const crowd = companions([2, 1, 3]);
    const answers = await writeTogether(test.db, crowd, AHEAD, storing(crowd));
    expect(answers).toEqual(crowd.map((_, place) => ({ status: 201, body: { place }, replayed: false })));
    const { tenantId = '' } = crowd[0]?.context ?? {};
    const told = crowd.map(({ context }, place) => ({
      company: legalEntityOf(context),
      user_id: context.userId,
      place: String(place),
      correlation_id: context.correlationId,
    }));
    const rows = (sql: string) => test.admin(sql, [tenantId]);
    const kept = await rows(
      `SELECT legal_entity_id AS company, user_id, body->>'place' AS place, a.correlation_id
         FROM idempotency_key k JOIN audit_log a USING (tenant_id, legal_entity_id, user_id) WHERE tenant_id = $1`,
    );
    expect(kept).toEqual(expect.arrayContaining(told));
    expect(kept).toHaveLength(told.length);
    const events = await rows(
      `SELECT w.legal_entity_id AS company, note AS place, correlation_id
         FROM outbox_event e JOIN walled w ON w.legal_entity_id = e.legal_entity_id AND w.note = e.entity_id WHERE tenant_id = $1`,
    );
    expect(events).toEqual(expect.arrayContaining(told.map(({ user_id: _user, ...event }) => event)));
    expect(events).toHaveLength(told.length);
    const chains = await verifyAuditLog(test.db, tenantId);
    expect(chains.map(({ count, faults }) => [count, faults])).toEqual(
      expect.arrayContaining([2, 1, 3].map((count) => [String(count), []])),
    );
    // Again: each key tells the answer of its own company's write, though the keys are spelt alike.
    const again = crowd.map((one) => ({ ...one }));
    const replayed = await writeTogether(test.db, again, AHEAD, storing(crowd));
    expect(replayed).toEqual(crowd.map((_, place) => ({ status: 201, body: { place }, replayed: true })));
    expect(await rows('SELECT 1 FROM walled, legal_entity WHERE tenant_id = $1')).toEqual([]);
  });

  it('are done as one company at a time, and as none in between', async () => {
    const crowd = companions([1, 1]);
    await writeTogether(test.db, crowd, AHEAD, async (tx, fresh) => {
      expect(tx.ahead.at(-1)).toEqual([{ begun: '' }]);
      const seen = await Promise.all([...fresh, ...fresh].map((one) => one.tx.query(CURRENT)));
      const own = crowd.map(({ context }) => [{ current: legalEntityOf(context) }]);
      expect(seen).toEqual([...own, ...own]);
      expect(await tx.query(CURRENT)).toEqual([{ current: '' }]);
      for (const one of [tx, ...fresh.map((part) => part.tx)])
        expect(await one.query('SELECT 1 FROM coded')).toEqual([]);
      return fresh.map(() => undefined);
    });
  });

  it.each([
    ['by a query', (tx: Tx, values: unknown[]) => tx.query(INSERT, values).then(() => {})],
    ['by execute', (tx: Tx, values: unknown[]) => tx.execute(INSERT, values).then(() => {})],
    ['with the commit', async (tx: Tx, values: unknown[]) => tx.defer(INSERT, values)],
  ])('cannot write a row of one company in the part of another, %s', async (_how, write) => {
    const crowd = companions([1, 1]);
    const [a, b] = crowd.map(({ context }) => legalEntityOf(context));
    const mixed = writeTogether(test.db, crowd, AHEAD, async (_tx, [ofA, ofB]) => {
      if (ofA === undefined || ofB === undefined) throw new Error('nothing is fresh');
      await write(ofA.tx, [a, 'mine']);
      await write(ofB.tx, [a, 'theirs']);
      return [undefined, undefined];
    });
    await expect(mixed).rejects.toThrow(/row-level security/);
    expect(await test.admin('SELECT 1 FROM walled WHERE legal_entity_id = ANY ($1)', [[a, b]])).toEqual([]);
  });

  it('see no row of another company, and write none outside of the parts', async () => {
    const crowd = companions([1, 1]);
    const [a = ''] = crowd.map(({ context }) => legalEntityOf(context));
    await test.admin(INSERT, [a, 'seen']);
    const look = "SELECT note FROM walled WHERE note = 'seen'";
    await writeTogether(test.db, crowd, AHEAD, async (tx, fresh) => {
      const seen = await Promise.all([tx, ...fresh.map((one) => one.tx)].map((one) => one.query(look)));
      expect(seen).toEqual([[], [{ note: 'seen' }], []]);
      return fresh.map(() => undefined);
    });
    const outside = writeTogether(test.db, crowd, AHEAD, async (tx, fresh) => {
      await tx.query(INSERT, [a, 'outside']);
      return fresh.map(() => undefined);
    });
    await expect(outside).rejects.toThrow(/row-level security/);
  });

  it('cannot leave audit rows, events or keys with another company than the one that is entered', async () => {
    const [one, other] = companions([1, 1]).map(({ context }) => context);
    if (one === undefined || other === undefined) throw new Error('no companies');
    const scope = { tenantId: one.tenantId, legalEntityId: legalEntityOf(one) };
    const enter = (tx: Tx) => tx.query('SELECT enter_legal_entity($1, $2)', [scope.legalEntityId, other.legalEntityId]);
    await expect(test.db.transaction(scope, enter)).rejects.toThrow(/is one of legal entity/);
    const claim = 'SELECT * FROM claim_keys_together($1, ARRAY[$2]::uuid[], ARRAY[1], ARRAY[$2]::uuid[], $3, $3, $3)';
    const claims = (tx: Tx) => tx.query(claim, [scope.tenantId, other.legalEntityId, ['x']]);
    await expect(test.db.transaction(scope, claims)).rejects.toThrow(/is one of legal entity/);
  });

  it('do not wait for a lock of one of them for long, and leave nothing then', async () => {
    const crowd = companions([1, 1]);
    const held = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const holder = test.db.transaction({ tenantId: crowd[0]?.context.tenantId ?? '' }, async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock(280)');
      locked.resolve();
      await held.promise;
    });
    await locked.promise;
    const waiting = writeTogether(test.db, crowd, AHEAD, async (_tx, fresh) => {
      for (const { tx } of fresh) await tx.query('SELECT pg_advisory_xact_lock(280)');
      return fresh.map(() => undefined);
    });
    try {
      await expect(waiting).rejects.toMatchObject({ code: '55P03' });
    } finally {
      held.resolve();
      await holder;
    }
  });
});
