import { type Static, Type } from 'typebox';
import {
  Code,
  Currency,
  Cursor,
  Decimal,
  Digest,
  Limit,
  Month,
  Name,
  orNull,
  pageSchema,
  ShownName,
  storedAs,
  Time,
  Uuid,
} from '../service/schema.ts';

const Centre = Type.String({ minLength: 1, maxLength: 64 });
const Weight = Type.String({ pattern: '^[0-9]{1,30}(\\.[0-9]{1,18})?$', description: 'Exact decimal, zero or more' });

export const CycleDefinition = Type.Object({
  method: Type.Enum(['direct', 'step-down', 'reciprocal']),
  service: Type.Array(Centre, { minItems: 1, maxItems: 500, description: 'Dimensions that are emptied' }),
  operating: Type.Array(Centre, { minItems: 1, maxItems: 5000, description: 'Dimensions that keep what they receive' }),
  services: Type.Record(Centre, Type.Record(Centre, Weight), {
    description: 'What each service centre gives to others: from → to → weight',
  }),
  order: Type.Optional(Type.Array(Centre, { description: 'Of step-down; by amount served unless told' })),
});
export type CycleDefinition = Static<typeof CycleDefinition>;

export const NewCycle = Type.Object({
  code: Code,
  axis_id: Uuid,
  name_source: Type.Optional(orNull(Name)),
  definition: CycleDefinition,
});
export type NewCycle = Static<typeof NewCycle>;

export const Cycle = Type.Object({
  id: Uuid,
  code: Code,
  version: Type.Integer({
    minimum: 1,
    description: 'A cycle never changes; the same code again makes the next version',
  }),
  axis_id: Uuid,
  name_i18n_key: Type.String(),
  name_source: orNull(Type.String()),
  name: ShownName,
  definition: storedAs(CycleDefinition),
  digest: Digest,
  created_at: Time,
  created_by: Uuid,
});
export const CyclePage = pageSchema(Cycle);
export const CycleQuery = Type.Object({ code: Type.Optional(Code), after: Cursor, limit: Limit });
export type CycleQuery = Static<typeof CycleQuery>;

export interface CycleAnswer {
  readonly id: string;
  readonly code: string;
  readonly version: number;
  readonly axis_id: string;
  readonly name_i18n_key: string;
  readonly name_source: string | null;
  readonly definition: CycleDefinition;
  readonly digest: string;
  readonly created_at: string;
  readonly created_by: string;
}

export const CycleRunRequest = Type.Object({ month: Month });
export const CycleReversal = Type.Object({ month: Type.Optional(Month) });

const Amounts = (description: string) => Type.Record(Type.String(), Decimal, { description });

const CycleResult = Type.Object({
  digest: Digest,
  version: Type.Integer(),
  scale: Type.Integer(),
  costs: Amounts('What the centres bore before: centre to amount'),
  flows: Type.Array(Type.Object({ from: Type.String(), to: Type.String(), amount: Decimal })),
  parts: Amounts('What the operating centres bear afterwards: centre to amount'),
});

export const CycleRun = Type.Object({
  id: Uuid,
  cycle_id: Uuid,
  cycle_code: Code,
  kind: Type.Enum(['ORIGINAL', 'MIRROR']),
  status: Type.Enum(['ACTIVE', 'REVERSED', 'MIRROR']),
  reverses: orNull(Uuid),
  reversed_by: orNull(Uuid),
  source_month: Month,
  period_month: Month,
  currency: Currency,
  result: storedAs(CycleResult),
  created_at: Time,
  created_by: Uuid,
});

/** What a cycle gave: the balances that it started from, and each flow. Amounts are decimal texts. */
export interface CycleRunResult {
  readonly digest: string;
  readonly version: number;
  readonly scale: number;
  readonly costs: Readonly<Record<string, string>>;
  readonly flows: readonly { readonly from: string; readonly to: string; readonly amount: string }[];
  readonly parts: Readonly<Record<string, string>>;
}

export interface CycleRunAnswer {
  readonly id: string;
  readonly cycle_id: string;
  readonly cycle_code: string;
  readonly kind: 'ORIGINAL' | 'MIRROR';
  readonly status: 'ACTIVE' | 'REVERSED' | 'MIRROR';
  readonly reverses: string | null;
  readonly reversed_by: string | null;
  readonly source_month: string;
  readonly period_month: string;
  readonly currency: string;
  readonly result: CycleRunResult;
  readonly created_at: string;
  readonly created_by: string;
}

export const CycleRunPage = pageSchema(CycleRun);
export const CycleRunQuery = Type.Object({
  cycle_id: Type.Optional(Uuid),
  month: Type.Optional(Month),
  after: Cursor,
  limit: Limit,
});
export type CycleRunQuery = Static<typeof CycleRunQuery>;
export const CycleExplanation = Type.Object({
  cycle_run_id: Uuid,
  lang: Type.Enum(['fr', 'en']),
  lines: Type.Array(Type.String()),
});
