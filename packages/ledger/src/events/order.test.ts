import { randomUUID } from 'node:crypto';
import { scopeOf } from '@prorata/platform';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownerOf } from '../intake/merge.ts';
import { type Books, openBooks } from '../testing/books.ts';
import { glEvent, rent } from '../testing/gl-events.ts';
import { applyEvent } from './apply.ts';
import type { GlEvent } from './event.schema.ts';

let books: Books;
beforeAll(async () => {
  books = await openBooks();
});
afterAll(() => books?.close());

const record = { audit: () => {}, emit: () => {} };

interface Delivery {
  readonly id: string;
  readonly event: GlEvent;
}

/** Applies deliveries to a legal entity of their own and answers the state they end in. */
async function stateAfter(deliveries: readonly Delivery[]) {
  const context = await books.entity();
  const owner = ownerOf(context);
  for (const { id, event } of deliveries) {
    await books.db.transaction(
      scopeOf(context),
      async (tx) => {
        const known = await tx.query('SELECT 1 FROM gl_event WHERE event_id = $1', [id]);
        if (known.length === 0) await applyEvent(tx, record, owner, { id, bodySha256: '', event });
      },
      { role: 'intake' },
    );
  }
  const of = (sql: string) => books.admin(`${sql} WHERE legal_entity_id = $1 ORDER BY 1`, [context.legalEntityId]);
  return {
    entries: await of(
      `SELECT entry_number, id, status, reversed_by, encode(digest, 'hex') AS digest, debit::text FROM gl_entry`,
    ),
    lines: await of('SELECT entry_id::text || line_no AS line, account, debit::text, posted FROM gl_entry_line'),
    reversals: await of('SELECT entry_id, reversed_by, event_id, occurred_at FROM gl_reversal'),
    awaited: await of('SELECT entry_id, event_id, told_at FROM gl_awaited_entry'),
    periods: await of('SELECT period_month, state, sequence, changed_at, event_id FROM gl_period'),
  };
}

const nobody = {
  tenantId: randomUUID(),
  tenantMode: 'POOLED' as const,
  legalEntityId: randomUUID(),
  countryCode: 'FR',
  locale: 'fr',
  supportedLocales: ['fr'],
  billingStatus: 'ACTIVE' as const,
  enabledModules: [],
  roles: [],
  userId: randomUUID(),
  correlationId: randomUUID(),
};

const second = (n: number) => new Date(Date.UTC(2026, 1, 1, 0, 0, n)).toISOString();

/** What a general ledger could say in this order: some entries, reversals of some, and the locks of two months. */
const story = fc
  .record({
    entries: fc.array(
      fc.record({
        reversed: fc.constantFrom('NO', 'BY', 'SILENT', 'BOTH'),
        told: fc.constantFrom('WHOLE', 'NOTICE', 'TWICE'),
        amount: fc.integer({ min: 1, max: 10 ** 9 }),
      }),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
    locks: fc.array(
      fc.record({
        month: fc.constantFrom('2026-01', '2026-02'),
        locked: fc.boolean(),
        counted: fc.boolean(),
        pause: fc.nat(1),
      }),
      {
        maxLength: 4,
      },
    ),
  })
  .map(({ entries, locks }): Delivery[] => {
    const events: GlEvent[] = [];
    for (const [index, { reversed, told, amount }] of entries.entries()) {
      const posted = glEvent(nobody, 'GL.ENTRY.POSTED', rent(`2026-${index + 1}`, '2026-01', `${amount}.5`));
      const at = { entity_id: posted.entity_id };
      if (told !== 'WHOLE') events.push(glEvent(nobody, 'GL.ENTRY.POSTED', { number: `2026-${index + 1}` }, at));
      if (told !== 'NOTICE') events.push(posted);
      if (reversed === 'SILENT' || reversed === 'BOTH') {
        events.push(glEvent(nobody, 'GL.ENTRY.REVERSED', {}, { ...at, timestamp: second(index) }));
      }
      if (reversed === 'NO' || reversed === 'SILENT') continue;
      const mirror = glEvent(nobody, 'GL.ENTRY.POSTED', {
        ...rent(`2026-9${index}`, '2026-02', `${amount}.5`),
        reverses: posted.entity_id,
      });
      events.push(
        mirror,
        glEvent(nobody, 'GL.ENTRY.REVERSED', { reversed_by: mirror.entity_id }, { ...at, timestamp: second(60) }),
      );
    }
    let time = 0;
    for (const [index, { month, locked, counted, pause }] of locks.entries()) {
      time += pause;
      const payload = { month, ...(counted ? { sequence: index + 1 } : {}) };
      events.push(
        glEvent(nobody, locked ? 'GL.PERIOD.LOCKED' : 'GL.PERIOD.UNLOCKED', payload, { timestamp: second(time) }),
      );
    }
    return events.map((event, index) => ({ id: `event-${String(index).padStart(2, '0')}`, event }));
  });

const arrival = story.chain((told) =>
  fc.record({
    told: fc.constant(told),
    heard: fc.shuffledSubarray([...told, ...told, ...told], { minLength: told.length * 3 }),
  }),
);

describe('events in any order, any number of times', () => {
  it('end in the state of the story as it was told', async () => {
    await fc.assert(
      fc.asyncProperty(arrival, async ({ told, heard }) => {
        expect(await stateAfter(heard)).toEqual(await stateAfter(told));
      }),
      { numRuns: 25 },
    );
  });

  it('let a reversal wait for its entry, and an old unlock change nothing', async () => {
    const posted = glEvent(nobody, 'GL.ENTRY.POSTED', rent('1'));
    const state = await stateAfter([
      { id: 'c', event: glEvent(nobody, 'GL.PERIOD.LOCKED', { month: '2026-01' }, { timestamp: second(9) }) },
      { id: 'b', event: glEvent(nobody, 'GL.ENTRY.REVERSED', {}, { entity_id: posted.entity_id }) },
      { id: 'd', event: glEvent(nobody, 'GL.PERIOD.UNLOCKED', { month: '2026-01' }, { timestamp: second(8) }) },
      { id: 'a', event: posted },
    ]);
    expect(state.entries).toMatchObject([{ status: 'REVERSED' }]);
    expect(state.periods).toMatchObject([{ state: 'LOCKED' }]);
  });
});
