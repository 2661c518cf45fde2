import { Type } from 'typebox';
import { Code, Currency, Decimal, Digest, Month, Noted, orNull, Uuid } from './finops.schema.ts';

const Count = Type.Integer({ minimum: 0 });
const Source = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'What measured; source and month are replaced',
});
const Total = Type.Object({ product_id: Code, unit: Code, rows: Count, quantity: Decimal });
const Kind = Type.Enum(['csv', 'csv.gz', 'parquet']);

export const ImportMeasuredQuery = Type.Object({
  source: Type.Optional(Source),
  replace: Type.Optional(Type.Boolean({ description: 'Replace the months of the source that stand in other files' })),
  name: Type.Optional(
    Type.String({ pattern: '^[^/\\\\\\u0000-\\u001f]{1,200}$', description: 'What the file is called' }),
  ),
});
export const MeasuredAnswer = Type.Object({
  import_id: Uuid,
  imported: Type.Boolean({ description: 'False where the same bytes stood already: nothing was done' }),
  source: Type.String(),
  file: Type.String(),
  sha256: Digest,
  kind: Kind,
  rows: Count,
  months: Type.Array(Month),
  totals: Type.Array(Total),
  replaced: Type.Array(Type.String()),
  waiting: Type.Array(Month, { description: 'Months that are not open: what the file says of them waits' }),
  notices: Type.Array(Noted),
});
export const MeasuredList = Type.Object({
  rows: Type.Array(
    Type.Object({
      import_id: Uuid,
      source: Type.String(),
      file: Type.String(),
      sha256: Digest,
      kind: Kind,
      rows: Count,
      totals: Type.Array(Total),
      created_at: Type.String({ format: 'date-time' }),
      scopes: Type.Array(Type.Object({ period_month: Month, rows: Count, superseded_by: orNull(Uuid) })),
    }),
  ),
});

const Direction = Type.Enum(['ISSUED', 'CONCERNING']);
export const CorrectionsQuery = Type.Object({ month: Month, direction: Type.Optional(Direction) });
export const CorrectionsAnswer = Type.Object({
  period_month: Month,
  direction: Direction,
  rows: Type.Array(
    Type.Object({
      period_month: Month,
      charge_month: orNull(Month),
      origin: Type.Enum(['BILL', 'MEASURED']),
      source: Type.String(),
      currency: Currency,
      product_id: orNull(Code),
      unit: orNull(Code),
      rows: Count,
      quantity: orNull(Decimal),
      cost_effective: orNull(Decimal),
      cost_billed: orNull(Decimal),
    }),
  ),
});
