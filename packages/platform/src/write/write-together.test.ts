import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLATFORM_MIGRATIONS } from '../database/sets.ts';
import type { Tx } from '../database/tx.ts';
import { openTestDatabase, type TestDatabase } from '../testing/index.ts';
import { someContext } from '../testing/some-context.ts';
import { verifyAuditLog } from './audit.ts';
import { writePath } from './write-path.ts';
import { type Companion, type Fresh, writeTogether } from './write-together.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await openTestDatabase([PLATFORM_MIGRATIONS]);
  await test.admin('CREATE TABLE effect (of uuid, note text UNIQUE); GRANT ALL ON effect TO prorata_app');
});
afterAll(() => test.close());

/** Companions of one legal entity, each of a user and a request of its own; the payload is the name of the key. */
function crowd(keys: readonly (string | undefined)[], company = someContext()): Companion[] {
  return keys.map((key) => ({
    context: { ...company, userId: randomUUID(), correlationId: randomUUID() },
    request: { action: 'thing.create', method: 'POST', route: '/things', idempotencyKey: key, payload: { key } },
  }));
}

const AHEAD = { sql: 'SELECT 7 AS seven', values: [] };

/** Stores a note for each that is fresh; leaves out the places told. */
function note(notes: readonly string[], leftOut: readonly number[] = []) {
  return async (tx: Tx, fresh: readonly Fresh[]) => {
    expect(tx.ahead.at(-1)).toEqual([{ seven: 7 }]);
    const results = [];
    for (const { place, record } of fresh) {
      if (leftOut.includes(place)) {
        results.push(undefined);
        continue;
      }
      tx.defer('INSERT INTO effect VALUES ($1, $2)', [randomUUID(), notes[place]]);
      record.emit({ event: 'THING.CREATED', entity_id: notes[place] ?? '', payload: {} });
      results.push({ status: 201, body: { note: notes[place] } });
    }
    return results;
  };
}

async function left(tenantId: string) {
  const of = (columns: string, table: string) =>
    test.admin(`SELECT ${columns} FROM ${table} WHERE tenant_id = $1 ORDER BY 1`, [tenantId]);
  return {
    keys: await of('key, user_id', 'idempotency_key'),
    audit: await of('correlation_id, user_id, subject_id', 'audit_log'),
    events: await of('entity_id, correlation_id', 'outbox_event'),
  };
}

const names = (count: number) => Array.from({ length: count }, () => randomUUID());

describe('writes together', () => {
  it('leave what each would leave alone: its key, its audit row, its event, of its own user and request', async () => {
    const [companions, notes] = [crowd(['a', 'b', undefined, 'd']), names(4)];
    const tenantId = companions[0]?.context.tenantId ?? '';
    const answers = await writeTogether(test.db, companions, AHEAD, note(notes, [3]));
    expect(answers).toEqual([
      ...notes.slice(0, 3).map((one) => ({ status: 201, body: { note: one }, replayed: false })),
      undefined,
    ]);
    const { keys, audit, events } = await left(tenantId);
    const [a, b, c] = companions.map(({ context }) => context);
    expect(keys).toEqual([
      { key: 'a', user_id: a?.userId },
      { key: 'b', user_id: b?.userId },
    ]);
    const rows = [a, b, c].map((one) => ({
      correlation_id: one?.correlationId,
      user_id: one?.userId,
      subject_id: one?.correlationId,
    }));
    expect(audit).toHaveLength(3);
    expect(audit).toEqual(expect.arrayContaining(rows));
    const told = [a, b, c].map((one, index) => ({ entity_id: notes[index], correlation_id: one?.correlationId }));
    expect(events).toHaveLength(3);
    expect(events).toEqual(expect.arrayContaining(told));
    const [chain] = await verifyAuditLog(test.db, tenantId);
    expect([chain?.count, chain?.faults]).toEqual(['3', []]);
  });

  it('give a stored answer again, and leave out whose key tells a refusal or another payload', async () => {
    const company = someContext();
    const companions = crowd(['again', 'other', 'refused', 'new'], company);
    const [again, other] = companions;
    if (again === undefined || other === undefined) throw new Error('no companions');
    const work = async () => ({ status: 201, body: { first: true } });
    await writePath(test.db, again.context, again.request, work);
    await writePath(test.db, other.context, { ...other.request, payload: 'another' }, work);
    const notes = names(4);
    const answers = await writeTogether(test.db, companions, AHEAD, note(notes, [2]));
    expect(answers).toEqual([
      { status: 201, body: { first: true }, replayed: true },
      undefined,
      undefined,
      { status: 201, body: { note: notes[3] }, replayed: false },
    ]);
    expect(await test.admin('SELECT note FROM effect WHERE note = ANY ($1)', [notes])).toEqual([{ note: notes[3] }]);
  });

  it('leave nothing of any of them when one fails in the database', async () => {
    const companions = crowd(['a', 'b']);
    const [same] = names(1);
    const failed = writeTogether(test.db, companions, AHEAD, note([same ?? '', same ?? '']));
    await expect(failed).rejects.toThrow(/effect_note_key/);
    expect(await left(companions[0]?.context.tenantId ?? '')).toEqual({ keys: [], audit: [], events: [] });
  });

  it('of one alone meet a stored answer when theirs is stored, and leave nothing', async () => {
    const [one] = crowd(['alone']);
    if (one === undefined) throw new Error('no companion');
    const notes = names(2);
    const first = await writeTogether(test.db, [one], AHEAD, note(notes));
    expect(first).toEqual([{ status: 201, body: { note: notes[0] }, replayed: false }]);
    const before = await left(one.context.tenantId);
    await expect(writeTogether(test.db, [one], AHEAD, note(notes.slice(1)))).rejects.toThrow(
      /another answer is stored/,
    );
    expect(await left(one.context.tenantId)).toEqual(before);
    expect(await test.admin('SELECT note FROM effect WHERE note = ANY ($1)', [notes])).toEqual([{ note: notes[0] }]);
  });

  it.each([
    ['the same', true, { status: 201, body: { note: 'quick' }, replayed: true }],
    ['another', false, { code: 'IDEMPOTENCY_KEY_REUSED' }],
  ])(
    'of one alone may overtake a write of its key with %s payload, whose work is undone',
    async (_which, isSame, told) => {
      const [one] = crowd(['overtaken']);
      if (one === undefined) throw new Error('no companion');
      const [looked, overtaken] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const [slowNote = ''] = names(1);
      const request = isSame ? one.request : { ...one.request, payload: 'another' };
      const slow = writePath(test.db, one.context, request, async (tx) => {
        looked.resolve();
        await overtaken.promise;
        await tx.query('INSERT INTO effect VALUES ($1, $2)', [randomUUID(), slowNote]);
        return { status: 201, body: { note: slowNote } };
      }).catch((error: unknown) => error);
      await looked.promise;
      await writeTogether(test.db, [one], AHEAD, async () => [{ status: 201, body: { note: 'quick' } }]);
      overtaken.resolve();
      expect(await slow).toMatchObject(told);
      expect(await test.admin('SELECT 1 FROM effect WHERE note = $1', [slowNote])).toEqual([]);
    },
  );

  it('are of one tenant, those of a company behind each other', async () => {
    const company = someContext();
    const { legalEntityId: _none, ...whole } = company;
    const others = [{ ...company, tenantId: randomUUID() }, whole];
    for (const other of others) {
      const mixed = [...crowd(['a'], company), ...crowd(['b'], other)];
      await expect(writeTogether(test.db, mixed, AHEAD, note(names(2)))).rejects.toThrow(RangeError);
    }
    const [a, b] = [crowd(['a', 'c'], company), crowd(['b'], { ...company, legalEntityId: randomUUID() })];
    const apart = [...a.slice(0, 1), ...b, ...a.slice(1)];
    await expect(writeTogether(test.db, apart, AHEAD, note(names(3)))).rejects.toThrow(/stand together/);
  });

  it('wait for the keys of others in one order, whatever theirs', async () => {
    const company = someContext();
    const keys = names(12);
    const rounds = Array.from({ length: 10 }, (_, round) => {
      const turned = round % 2 === 0 ? keys : [...keys].reverse();
      const companions = crowd(turned, company).map((one) => ({ ...one, context: company }));
      return writeTogether(test.db, companions, AHEAD, note(turned));
    });
    const answers = await Promise.all(rounds);
    expect(answers.flat().filter((answer) => answer?.replayed === false)).toHaveLength(keys.length);
    expect((await left(company.tenantId)).keys).toHaveLength(keys.length);
  });
});
