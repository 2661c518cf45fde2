import { type Static, Type } from 'typebox';
import { DECIMAL_TEXT, readAmount } from './amount.ts';
import type { EntryLine, WholeEntry } from './entry.ts';

const strict = { additionalProperties: false } as const;

/** No U+0000, which PostgreSQL cannot store. */
const text = (maxLength: number, minLength = 0) => Type.String({ minLength, maxLength, pattern: '^[^\\u0000]*$' });
const optional = (maxLength: number) => Type.Optional(Type.Union([text(maxLength), Type.Null()]));
export const Uuid = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' });
const Day = Type.String({ format: 'date' });
const Decimal = Type.String({ pattern: DECIMAL_TEXT });
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Optional(Type.Union([type, Type.Null()]));

const LineSchema = Type.Object(
  {
    line_no: Type.Integer({ minimum: 1, maximum: 2_000_000_000 }),
    account: text(64, 1),
    account_label: optional(500),
    auxiliary_account: optional(64),
    auxiliary_label: optional(500),
    document_ref: optional(200),
    document_date: nullable(Day),
    label: optional(1000),
    debit: Decimal,
    credit: Decimal,
    foreign_amount: nullable(Decimal),
    foreign_currency: optional(10),
  },
  strict,
);

/** What an entry says, however it comes: amounts are decimal strings in the functional currency. */
const content = {
  journal_code: text(64, 1),
  journal_label: optional(500),
  /** Gap-free number of the general ledger: `2026-000123`. */
  number: text(64, 1),
  accounting_date: Day,
  currency: Type.String({ pattern: '^[A-Z]{3}$' }),
  validated_on: nullable(Day),
  /** Id of the entry that this one reverses. */
  reverses: nullable(Uuid),
  lines: Type.Array(LineSchema, { minItems: 1, maxItems: 50_000 }),
};

export const EntryContentSchema = Type.Object(content, strict);
export type EntryContent = Static<typeof EntryContentSchema>;

/** An entry as `GET /api/erp/gl/entries/{id}` answers it. */
export const ApiEntrySchema = Type.Object(
  {
    id: Uuid,
    status: Type.Enum(['DRAFT', 'POSTED', 'REVERSED']),
    reversed_by: nullable(Uuid),
    ...content,
  },
  strict,
);
export type ApiEntry = Static<typeof ApiEntrySchema>;

export const ApiPageSchema = Type.Object(
  {
    entries: Type.Array(ApiEntrySchema, { maxItems: 1000 }),
    next: Type.Union([Type.String({ minLength: 1, maxLength: 1000 }), Type.Null()]),
  },
  strict,
);
export type ApiPage = Static<typeof ApiPageSchema>;

export function wholeEntry(
  id: string,
  status: ApiEntry['status'],
  body: EntryContent,
  reversedBy?: string | null,
): WholeEntry {
  return {
    id,
    status,
    journalCode: body.journal_code,
    journalLabel: body.journal_label ?? undefined,
    number: body.number,
    accountingDate: body.accounting_date,
    currency: body.currency,
    validatedOn: body.validated_on ?? undefined,
    reverses: body.reverses ?? undefined,
    reversedBy: reversedBy ?? undefined,
    lines: body.lines.map(lineOf),
  };
}

function lineOf(line: EntryContent['lines'][number]): EntryLine {
  return {
    lineNo: line.line_no,
    account: line.account,
    accountLabel: line.account_label ?? undefined,
    auxiliaryAccount: line.auxiliary_account ?? undefined,
    auxiliaryLabel: line.auxiliary_label ?? undefined,
    documentRef: line.document_ref ?? undefined,
    documentDate: line.document_date ?? undefined,
    label: line.label ?? undefined,
    debit: line.debit,
    credit: line.credit,
    foreignAmount: line.foreign_amount ?? undefined,
    foreignCurrency: line.foreign_currency ?? undefined,
  };
}

/** Sums of an entry in units of 10⁻¹⁸, and the first line at fault with its number and reason. */
export function checkLines(lines: readonly EntryLine[]): { debit: bigint; credit: bigint; fault: string | undefined } {
  let debit = 0n;
  let credit = 0n;
  let fault: string | undefined;
  const seen = new Set<number>();
  for (const line of lines) {
    const [left, right] = [readAmount(line.debit).units ?? 0n, readAmount(line.credit).units ?? 0n];
    if (left !== 0n && right !== 0n) fault ??= `line ${line.lineNo} has a debit and a credit`;
    if (seen.has(line.lineNo)) fault ??= `line ${line.lineNo} stands twice`;
    seen.add(line.lineNo);
    debit += left;
    credit += right;
  }
  return { debit, credit, fault };
}
