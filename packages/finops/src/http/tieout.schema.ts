import { Type } from 'typebox';
import { CAUSE_CODES } from '../tieout/causes.ts';
import { Code, Currency, Decimal, Digest, Month, Noted, orNull, Uuid } from './finops.schema.ts';

export const TieOutPath = Type.Object({ month: Month });
export const TieOutQuery = Type.Object({ lang: Type.Optional(Type.Enum(['en', 'fr'])) });

const CauseName = Type.Enum([...CAUSE_CODES]);
const MatchedBy = orNull(Type.Enum(['INVOICE_ID', 'BILLING_ACCOUNT', 'AMOUNT']));
const invoice = {
  id: orNull(Type.String({ description: 'InvoiceId; null where the bills have none' })),
  month: Month,
  adjusts_month: orNull(Month),
  provider: Type.String(),
  billing_account: Type.String(),
  amount: Decimal,
  currency: Currency,
};
const Entry = Type.Object({
  id: Uuid,
  journal: Type.String(),
  number: Type.String(),
  date: Type.String({ format: 'date' }),
  month: Month,
  status: Type.Enum(['DRAFT', 'POSTED', 'REVERSED']),
  document_ref: orNull(Type.String()),
  label: orNull(Type.String()),
  amount: Decimal,
});

export const TieOutAnswer = Type.Object({
  period_month: Month,
  currency: Currency,
  config_sha256: Digest,
  rows: Type.Array(
    Type.Object({
      section: Type.Enum(['BILLS', 'BOOKS']),
      kind: Type.Enum(['TOTAL', 'STEP'], { description: 'Each total is the one above it and the steps between' }),
      code: Code,
      label: Type.String(),
      amount: Decimal,
      currency: Currency,
    }),
  ),
  differences: Type.Array(
    Type.Object({
      cause: CauseName,
      label: Type.String(),
      rule: orNull(Code),
      invoices: Type.Array(Type.Object(invoice)),
      bill_amount: orNull(Decimal),
      bill_currency: orNull(Currency),
      ledger_amount: orNull(Decimal),
      difference: Decimal,
      currency: Currency,
      matched_by: MatchedBy,
      ambiguous: Type.Boolean(),
      found: orNull(Type.String()),
      entries: Type.Array(Entry),
    }),
  ),
  invoices: Type.Array(
    Type.Object({
      ...invoice,
      state: Type.Enum(['MATCHED', ...CAUSE_CODES]),
      matched_by: MatchedBy,
      ambiguous: Type.Boolean(),
      entries: Type.Array(Entry),
    }),
  ),
  notices: Type.Array(Noted),
});
