import { describedAs } from '@prorata/platform';
import { type Static, Type } from 'typebox';
import { ENTRY_FAULTS, LINE_FAULTS } from '../fec/faults.ts';

/** Where the read copy is asked (spec 03 gives the general ledger this path; the copy answers under it on its own node). */
export const BASE = '/api/erp/gl';

/** Who reads the books, and who takes files, locks months and says how the books are read. */
export const LEDGER_ROLES = { reader: 'ledger.reader', admin: 'ledger.admin' } as const;

/** The read copy serves the analytic module and bears its name: a tenant without it has no use for the routes. */
const MODULE = 'ERP_ANALYTIC_CORE';
export const READERS = { roles: [LEDGER_ROLES.reader, LEDGER_ROLES.admin], module: MODULE };
export const ADMINS = { roles: [LEDGER_ROLES.admin], module: MODULE };

export const Uuid = Type.String({ format: 'uuid' });
export const Month = Type.String({
  pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$',
  description: 'YYYY-MM',
  examples: ['2026-10'],
});
const Day = Type.String({ format: 'date' });
const Time = Type.String({ format: 'date-time' });
const Decimal = Type.String({ description: 'Exact decimal; never a float', examples: ['1234.56'] });
const Text = Type.String();
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

const Status = Type.Enum(['DRAFT', 'POSTED', 'REVERSED']);
const Kind = Type.Enum(['ORDINARY', 'OPENING', 'CLOSING'], { description: 'By the journals of the configuration' });

const head = {
  id: Uuid,
  origin: Type.Enum(['FEC', 'EVENT', 'API']),
  journal_code: Text,
  journal_label: orNull(Text),
  entry_number: Text,
  accounting_date: Day,
  status: Status,
  kind: Kind,
  currency: Text,
  validated_on: orNull(Day),
  reverses: orNull(Uuid),
  reversed_by: orNull(Uuid),
  debit: Decimal,
  credit: Decimal,
  digest: Type.String({ description: 'SHA-256 of the content: equal digests are equal entries' }),
  line_count: Type.Integer(),
};
const Line = Type.Object({
  line_no: Type.Integer(),
  account: Text,
  account_label: orNull(Text),
  auxiliary_account: orNull(Text),
  auxiliary_label: orNull(Text),
  document_ref: orNull(Text),
  document_date: orNull(Day),
  label: orNull(Text),
  debit: Decimal,
  credit: Decimal,
  foreign_amount: orNull(Decimal),
  foreign_currency: orNull(Text),
  source_line: orNull(Type.Integer({ description: 'Line of the FEC file' })),
});

export const Entry = Type.Object({ ...head, lines: Type.Array(Line) });
export type Entry = Static<typeof Entry>;
export const EntryPage = Type.Object({ rows: Type.Array(Type.Object(head)), next: orNull(Text) });
export const EntryQuery = Type.Object({
  from: Type.Optional(Month),
  to: Type.Optional(Month),
  status: Type.Optional(Status),
  kind: Type.Optional(Kind),
  journal: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  number: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  account: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'First characters of an account of one of the lines' }),
  ),
  after: Type.Optional(Type.String({ maxLength: 200, description: '`next` of the page before' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
});
export const IdPath = Type.Object({ id: Uuid });

export const Period = Type.Object({
  month: Month,
  state: Type.Enum(['OPEN', 'LOCKED'], { description: 'Locked by the general ledger or held by hand' }),
  gl_state: Type.Enum(['OPEN', 'LOCKED']),
  held: Type.Boolean(),
  reason: orNull(Text),
  changed_at: orNull(Time),
  changed_by: orNull(Uuid),
});
export const PeriodList = Type.Object({ rows: Type.Array(Period) });
export const PeriodQuery = Type.Object({ from: Type.Optional(Month), to: Type.Optional(Month) });
export const MonthPath = Type.Object({ month: Month });
export const HoldBody = Type.Object({ reason: Type.String({ minLength: 3, maxLength: 500, pattern: '\\S' }) });

const Codes = Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 200 });
export const Config = Type.Object({
  opening_journals: Codes,
  closing_journals: Codes,
  default_accounts: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
    maxItems: 200,
    description: 'First characters of the accounts that rules take unless they say otherwise',
  }),
});

export const FecQuery = Type.Object({
  name: Type.Optional(
    Type.String({
      pattern: '^[^/\\\\\\u0000-\\u001f]{1,200}$',
      description: 'Name of the file, which says whose books it holds: sirenFECAAAAMMJJ.txt',
    }),
  ),
  currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$', description: "The legal entity's unless told" })),
});
const Count = Type.Integer({ minimum: 0 });
const Amount = Type.String({ description: 'Exact decimal in the currency of the books', examples: ['1234.56'] });
const RefusedLine = Type.Object({
  line: Type.Integer({ minimum: 1, description: 'Counted from 1, with the header' }),
  code: Type.Enum(Object.keys(LINE_FAULTS)),
  column: orNull(Text),
  value: Type.String({ description: 'As it stands in the file, at most 80 characters' }),
  reason: Text,
  entry: orNull(Text),
});
const RefusedEntry = Type.Object({
  journal: Text,
  number: Text,
  date: Text,
  first_line: Type.Integer(),
  lines: Count,
  code: Type.Enum(Object.keys(ENTRY_FAULTS)),
  reason: Text,
  debit: Amount,
  credit: Amount,
});

/** `FecImported` for the description of the API: what is stored of an import is answered as it is. */
export const FecAnswer = describedAs(
  Type.Object({}, { additionalProperties: true }),
  Type.Object({
    file: Text,
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    siren: orNull(Text),
    closing_date: orNull(Type.String({ format: 'date' })),
    dialect: Type.Object({
      encoding: Text,
      byte_order_mark: Type.Boolean(),
      separator: Type.Enum(['TAB', '|', ';']),
      quoted: Type.Boolean(),
      line_endings: Type.Array(Type.Enum(['CRLF', 'LF', 'CR'])),
      amounts: Type.Enum(['DEBIT_CREDIT', 'AMOUNT_AND_SIDE']),
      decimal_mark: Type.Enum(['COMMA', 'POINT', 'BOTH', 'NONE']),
      columns: Count,
    }),
    currency: Text,
    lines: Type.Integer({ description: 'Lines below the header' }),
    entries: Type.Integer({ description: 'Entries that are in, of this file or from before' }),
    new: Count,
    updated: Type.Integer({ description: 'Drafts that the file changes or shows as posted' }),
    unchanged: Count,
    drafts: Count,
    months: Type.Array(Type.Object({ month: Month, entries: Count, debit: Amount })),
    totals: Type.Object({ debit: Amount, credit: Amount }),
    refused_lines: Type.Array(RefusedLine),
    refused_lines_count: Count,
    refused_entries: Type.Array(RefusedEntry),
    refused_entries_count: Count,
    remarks: Type.Array(Type.String({ description: 'What differs from the law and is taken nevertheless' })),
    replayed: Type.Boolean({ description: 'The same file was imported before: this is the answer of then' }),
  }),
);

export const AwaitedList = Type.Object({
  rows: Type.Array(
    Type.Object({
      entry_id: Uuid,
      event_id: Text,
      told_at: Time,
      attempts: Type.Integer(),
      problem: orNull(Text),
      tried_at: orNull(Time),
    }),
  ),
});
export const Fetched = Type.Object({ fetched: Type.Integer(), waiting: Type.Integer() });

const ProblemAnswer = Type.Object(
  {
    type: Text,
    title: Text,
    status: Type.Integer(),
    code: Text,
    detail: Text,
    next: Type.Optional(Text),
  },
  { additionalProperties: true },
);
export const refusals = { '4xx': ProblemAnswer };
