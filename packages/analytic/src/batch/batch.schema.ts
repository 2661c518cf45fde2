import { type Static, Type } from 'typebox';
import { Cursor, Limit, Made, Month, orNull, ProblemAnswer, pageSchema, storedAs, Uuid } from '../service/schema.ts';

export const NewBatchRun = Type.Object({
  month: Month,
  allocationRuleIds: Type.Array(Uuid, { minItems: 1, maxItems: 100, uniqueItems: true, description: 'In this order' }),
});
export type NewBatchRun = Static<typeof NewBatchRun>;

const Count = Type.Integer({ minimum: 0 });

export const BatchRun = Type.Object({
  id: Uuid,
  month: Month,
  rules: Type.Array(Uuid),
  status: Type.Enum(['RUNNING', 'COMPLETED', 'FAILED']),
  expected: Type.Integer({ minimum: 0, description: 'Posted entries of the month times rules, when it was asked for' }),
  seen: Count,
  posted: Count,
  existing: Type.Integer({ minimum: 0, description: 'Had their posting before' }),
  unmatched: Type.Integer({ minimum: 0, description: 'No line that the rule takes' }),
  refused: Count,
  problem: orNull(storedAs(ProblemAnswer)),
  job_id: orNull(Type.String({ format: 'uuid', description: 'The job that carries it out: GET /api/jobs/{id}' })),
  ...Made,
});

/** A batch run as it is answered. */
export interface BatchAnswer {
  readonly id: string;
  readonly month: string;
  readonly rules: string[];
  readonly status: 'RUNNING' | 'COMPLETED' | 'FAILED';
  readonly expected: number;
  readonly seen: number;
  readonly posted: number;
  readonly existing: number;
  readonly unmatched: number;
  readonly refused: number;
  readonly problem: unknown;
  readonly job_id: string | null;
  readonly created_at: string;
  readonly created_by: string;
  readonly updated_at: string;
  readonly updated_by: string;
}

export const BatchPage = pageSchema(BatchRun);
export const BatchQuery = Type.Object({ month: Type.Optional(Month), after: Cursor, limit: Limit });
export type BatchQuery = Static<typeof BatchQuery>;

const Refusal = Type.Object({
  id: Uuid,
  source_entry_id: Uuid,
  allocation_rule_id: Uuid,
  code: Type.String(),
  detail: Type.String(),
});
export type Refusal = Static<typeof Refusal>;
export const RefusalPage = pageSchema(Refusal);
export const RefusalQuery = Type.Object({ after: Cursor, limit: Limit });
