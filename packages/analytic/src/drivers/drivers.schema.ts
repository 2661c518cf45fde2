import { type Static, Type } from 'typebox';
import {
  Code,
  Cursor,
  Key,
  Limit,
  Made,
  Month,
  Name,
  orNull,
  pageSchema,
  ShownName,
  Uuid,
  Version,
} from '../service/schema.ts';

/** `plugin/DRIVER`: what computes the monthly weights; people give them where there is none. */
const Source = Type.String({
  pattern: '^[a-z][a-z0-9-]{0,39}/[A-Z][A-Z0-9_]{0,63}$',
  examples: ['budget-control/BUDGET_SHARE'],
});

export const NewDriver = Type.Object({
  code: Code,
  axis_id: Uuid,
  name_source: Type.Optional(orNull(Name)),
  source: Type.Optional(orNull(Source)),
});
export type NewDriver = Static<typeof NewDriver>;

export const Driver = Type.Object({
  id: Uuid,
  axis_id: Uuid,
  code: Code,
  name_i18n_key: Key,
  name_source: orNull(Type.String()),
  name: ShownName,
  source: orNull(Source),
  version: Version,
  ...Made,
});
export type Driver = Static<typeof Driver>;
export const DriverPage = pageSchema(Driver);
export const DriverQuery = Type.Object({
  axis_id: Type.Optional(Uuid),
  code: Type.Optional(Code),
  after: Cursor,
  limit: Limit,
});
export type DriverQuery = Static<typeof DriverQuery>;

/** Zero or more; at most 20 digits before and 18 after the point. */
export const WEIGHT_PATTERN = '^(0|[1-9][0-9]{0,19})(\\.[0-9]{1,18})?$';
const Weight = Type.String({ pattern: WEIGHT_PATTERN, description: 'Exact decimal, zero or more', examples: ['12.5'] });

export const MonthValues = Type.Object({
  values: Type.Array(Type.Object({ dimension: Code, weight: Weight }), { maxItems: 10_000 }),
});
export type MonthValues = Static<typeof MonthValues>;
export const MonthPath = Type.Object({ id: Uuid, month: Month });
export const ValuesQuery = Type.Object({ from: Type.Optional(Month), to: Type.Optional(Month) });
export const DriverValues = Type.Object({
  driver: Code,
  version: Version,
  rows: Type.Array(Type.Object({ month: Month, dimension: Code, weight: Weight })),
});
export type DriverValues = Static<typeof DriverValues>;
export const ValuesStored = Type.Object({
  driver: Code,
  version: Version,
  months: Type.Array(Month),
  values: Type.Integer({ minimum: 0 }),
  changed: Type.Boolean({ description: 'False when the months had exactly these weights before' }),
  totals: Type.Array(
    Type.Object({ month: Month, values: Type.Integer({ minimum: 0 }), total: Type.String({ examples: ['12.5'] }) }),
    { description: 'What the months hold now, to compare with the file' },
  ),
});
export type ValuesStored = Static<typeof ValuesStored>;
