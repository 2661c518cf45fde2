import { Type } from 'typebox';
import { Currency, Decimal, Digest, Month, storedAs, Uuid } from '../service/schema.ts';
import { RESULT_SCHEMA } from './result.ts';

const Codes = Type.Array(Type.String());
const ByCode = (of: Parameters<typeof Type.Record>[1], description: string) =>
  Type.Record(Type.String(), of, { description });

const Part = Type.Object({
  dimensions: Type.Array(Type.String(), { description: "One code for each of the split's axes" }),
  amount: Decimal,
  rounding: Type.Optional(Type.String({ description: 'What rounding added to the share rounded down' })),
  fixed: Type.Optional(Type.Literal(true, { description: 'Fixed money of the rule, taken before the rest' })),
});

const Line = Type.Object({
  line: Type.Integer({ description: 'Number of the line in the source entry' }),
  account: Type.String(),
  amount: Decimal,
  splits: Type.Array(Type.Object({ axes: Codes, parts: Type.Array(Part) }), {
    description: 'The parts of each add up to the amount exactly',
  }),
});

/** `PostingResult` for the description of the API; what is stored is answered as it is. */
export const Result = storedAs(
  Type.Object({
    schema: Type.Literal(RESULT_SCHEMA),
    rule: Type.Object({ id: Uuid, rule_code: Type.String(), version: Type.Integer(), digest: Digest }),
    month: Month,
    currency: Currency,
    scale: Type.Integer({ minimum: 0, maximum: 18, description: 'Decimals of the parts' }),
    amount: Decimal,
    weights: Type.Array(Type.Object({}, { additionalProperties: true }), {
      description: 'The weights that were used, by axis, with where they came from',
    }),
    drivers: ByCode(ByCode(Type.String(), 'Dimension to weight'), 'The drivers used: driver to dimension to weight'),
    lines: Type.Array(Line),
    totals: ByCode(ByCode(Decimal, 'Dimension to amount'), 'Axis to dimension to amount'),
  }),
);
