import { type Static, Type } from 'typebox';
import { Code, Currency, Decimal, Month, orNull, ShownName, Uuid } from '../service/schema.ts';

export const BalanceQuery = Type.Object({
  axis: Type.String({ minLength: 1, maxLength: 64, description: 'Code of the axis' }),
  from: Month,
  to: Month,
  dimension: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      description:
        'Rows of this dimension and what is below only; "accounts" and the totals stay those of the whole axis',
    }),
  ),
  format: Type.Optional(Type.Enum(['json', 'csv'])),
  view: Type.Optional(Type.Enum(['tree', 'accounts'], { description: 'Which rows a CSV holds; the tree unless told' })),
});
export type BalanceQuery = Static<typeof BalanceQuery>;

const BalanceRow = Type.Object({
  dimension: Code,
  parent: orNull(Code),
  depth: Type.Integer({ minimum: 0 }),
  name_source: orNull(Type.String()),
  name: ShownName,
  period_month: Month,
  own: Decimal,
  total: Decimal,
});
export type BalanceRow = Static<typeof BalanceRow>;

const AccountRow = Type.Object({
  account: Type.String(),
  account_label: orNull(Type.String()),
  ledger: Decimal,
  allocated: Decimal,
  unallocated: Decimal,
});
export type AccountRow = Static<typeof AccountRow>;

export const AnalyticBalance = Type.Object({
  axis: Type.Object({ id: Uuid, code: Code }),
  from: Month,
  to: Month,
  currency: Currency,
  rows: Type.Array(BalanceRow, { description: 'By dimension in the order of the tree, then by month' }),
  accounts: Type.Array(AccountRow, {
    description: 'The ledger against what is allocated on the whole axis, whatever "dimension" asks for',
  }),
  ledger: Decimal,
  allocated: Decimal,
  unallocated: Decimal,
});
export type AnalyticBalance = Static<typeof AnalyticBalance>;
