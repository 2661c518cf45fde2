import { randomUUID } from 'node:crypto';
import type { Answer, Company, TestService } from './test-service.ts';

export interface BookEntry {
  readonly id?: string;
  /** `YYYY-MM-DD` */
  readonly date?: string;
  readonly journal?: string;
  readonly status?: 'DRAFT' | 'POSTED' | 'REVERSED';
  readonly currency?: string;
  readonly reverses?: string;
  readonly reversedBy?: string;
  /** Account and amount, debit above zero; what they lack to balance stands on account 401. */
  readonly lines: readonly (readonly [account: string, amount: string])[];
}

let numbers = 0;

/** Puts an entry into the read copy of the ledger, as an intake would; answers its id. */
export async function putEntry(test: TestService, company: Company, entry: BookEntry): Promise<string> {
  const { id = randomUUID(), date = '2026-10-15', journal = 'ACH', status = 'POSTED', currency = 'EUR' } = entry;
  numbers += 1;
  const [signed] = await test.admin<{ sum: string }>('SELECT sum(a)::text FROM unnest($1::numeric[]) a', [
    entry.lines.map(([, amount]) => amount),
  ]);
  const lines = [...entry.lines, ['401', negated(signed?.sum ?? '0')] as const];
  await test.admin(
    `INSERT INTO gl_entry (tenant_id, legal_entity_id, country_code, id, origin, journal_code, entry_number, accounting_date,
       period_month, status, currency, reverses, reversed_by, line_count, debit, credit, digest, created_by, updated_by)
     SELECT $1, $2, 'FR', $3::uuid, 'API', $4, $5, $6::date, date_trunc('month', $6::date), $7, $8, $9, $10, cardinality($11::numeric[]),
       (SELECT sum(a) FROM unnest($11::numeric[]) a WHERE a > 0), (SELECT -sum(a) FROM unnest($11::numeric[]) a WHERE a < 0),
       sha256($3::uuid::text::bytea), $1, $1`,
    [
      company.tenantId,
      company.legalEntityId,
      id,
      journal,
      `N${numbers}`,
      date,
      status,
      currency,
      entry.reverses ?? null,
      entry.reversedBy ?? null,
      lines.map(([, amount]) => amount),
    ],
  );
  await test.admin(
    `INSERT INTO gl_entry_line (tenant_id, legal_entity_id, entry_id, line_no, period_month, journal_code, posted, account, debit, credit)
     SELECT $1, $2, $3, l.n, date_trunc('month', $4::date), $5, $6, l.account, greatest(l.amount, 0), greatest(-l.amount, 0)
       FROM unnest($7::text[], $8::numeric[]) WITH ORDINALITY AS l(account, amount, n)`,
    [
      company.tenantId,
      company.legalEntityId,
      id,
      date,
      journal,
      status !== 'DRAFT',
      lines.map(([account]) => account),
      lines.map(([, amount]) => amount),
    ],
  );
  return id;
}

function negated(amount: string): string {
  return amount.startsWith('-') ? amount.slice(1) : `-${amount}`;
}

export async function lockMonth(
  test: TestService,
  company: Company,
  month: string,
  state: 'LOCKED' | 'OPEN' = 'LOCKED',
): Promise<void> {
  await test.admin(
    `INSERT INTO gl_period (tenant_id, legal_entity_id, period_month, gl_state, changed_at, event_id)
     VALUES ($1, $2, $3, $4, now(), $5)
     ON CONFLICT (tenant_id, legal_entity_id, period_month) DO UPDATE SET gl_state = excluded.gl_state`,
    [company.tenantId, company.legalEntityId, `${month}-01`, state, randomUUID()],
  );
}

/** Waits until a batch run is over; answers its last state. */
export async function completed(company: Company, id: string): Promise<Answer['body']> {
  for (;;) {
    const { body } = await company.ask('GET', `batch-runs/${id}`);
    if (String(body.status) !== 'RUNNING') return body;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
