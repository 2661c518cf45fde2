import { randomUUID } from 'node:crypto';
import { PLATFORM_MIGRATIONS } from '@prorata/platform';
import { openTestDatabase, type TestDatabase } from '@prorata/platform/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LEDGER_MIGRATIONS } from '../migrations.ts';

let test: TestDatabase;
const tenant = randomUUID();
const entity = randomUUID();
beforeAll(async () => {
  test = await openTestDatabase([PLATFORM_MIGRATIONS, LEDGER_MIGRATIONS]);
  await test.admin('INSERT INTO tenant (tenant_id, code, label) VALUES ($1, $2, $2)', [tenant, 'T']);
  await test.admin(
    `INSERT INTO legal_entity (tenant_id, legal_entity_id, code, label, country_code, currency) VALUES ($1, $2, 'E', 'E', 'FR', 'EUR')`,
    [tenant, entity],
  );
  // What guards the lines is not what is tried here.
  await test.admin(
    `DO $$ DECLARE name text; BEGIN
       FOR name IN SELECT tgname FROM pg_trigger WHERE tgrelid = 'gl_entry_line'::regclass AND NOT tgisinternal
                      AND tgfoid <> 'keep_account_months'::regproc
       LOOP EXECUTE format('ALTER TABLE gl_entry_line DISABLE TRIGGER %I', name); END LOOP; END $$`,
  );
});
afterAll(() => test.close());

/** What the kept sums and the sums over the lines do not agree on. */
const differences = () =>
  test.admin(
    `SELECT account FROM
       (SELECT period_month, account, journal_code, sum(debit) AS debit, sum(credit) AS credit, count(*) AS lines
          FROM gl_entry_line WHERE posted GROUP BY 1, 2, 3) l
       FULL JOIN (SELECT * FROM gl_account_month WHERE lines <> 0 OR debit <> 0 OR credit <> 0) m
       USING (period_month, account, journal_code)
      WHERE (l.debit, l.credit, l.lines) IS DISTINCT FROM (m.debit, m.credit, m.lines)`,
  );

it('what accounts moved by month is the sum of the posted lines, whatever is added, changed and removed', async () => {
  const entries: string[] = [];
  const line = fc.record({
    account: fc.constantFrom('401', '606', '641'),
    journal: fc.constantFrom('ACH', 'AN'),
    amount: fc.integer({ min: 1, max: 99_999 }),
    posted: fc.boolean(),
  });
  const step = fc.oneof(
    fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => ({ kind: 'add' as const, lines })),
    fc.nat(20).map((entry) => ({ kind: 'post' as const, entry })),
    fc.nat(20).map((entry) => ({ kind: 'remove' as const, entry })),
  );
  const property = fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
    for (const one of steps) {
      if (one.kind === 'add') entries.push(await added(one.lines));
      else {
        const id = entries[one.entry % Math.max(entries.length, 1)] ?? randomUUID();
        const sql = one.kind === 'post' ? 'UPDATE gl_entry_line SET posted = NOT posted' : 'DELETE FROM gl_entry_line';
        await test.admin(`${sql} WHERE entry_id = $1`, [id]);
      }
    }
    expect(await differences()).toEqual([]);
  });
  await fc.assert(property, { numRuns: 15 });
  await test.admin('UPDATE gl_account_month SET debit = debit + 1 WHERE lines > 0');
  await added([{ account: '606', journal: 'ACH', amount: 1, posted: true }]);
  expect(await differences()).not.toEqual([]);
});

async function added(
  lines: readonly { account: string; journal: string; amount: number; posted: boolean }[],
): Promise<string> {
  const id = randomUUID();
  await test.admin(
    `INSERT INTO gl_entry (tenant_id, legal_entity_id, country_code, id, origin, journal_code, entry_number, accounting_date, period_month,
       status, currency, line_count, debit, credit, digest, created_by, updated_by)
     VALUES ($1, $2, 'FR', $3, 'API', 'ACH', $3::uuid::text, '2026-10-15', '2026-10-01', 'POSTED', 'EUR', 1, 0, 0, sha256('x'), $1, $1)`,
    [tenant, entity, id],
  );
  await test.admin(
    `INSERT INTO gl_entry_line (tenant_id, legal_entity_id, entry_id, line_no, period_month, journal_code, posted, account, debit, credit)
     SELECT $1, $2, $3, l.n, '2026-10-01', l.journal, l.posted, l.account, CASE l.n % 2 WHEN 1 THEN l.amount ELSE 0 END,
            CASE l.n % 2 WHEN 0 THEN l.amount ELSE 0 END
       FROM unnest($4::text[], $5::text[], $6::numeric[], $7::boolean[]) WITH ORDINALITY AS l(account, journal, amount, posted, n)`,
    [
      tenant,
      entity,
      id,
      lines.map((one) => one.account),
      lines.map((one) => one.journal),
      lines.map((one) => one.amount / 100),
      lines.map((one) => one.posted),
    ],
  );
  return id;
}
