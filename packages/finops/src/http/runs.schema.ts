import { Type } from 'typebox';
import { Month, RunAnswer, RunList } from './finops.schema.ts';

const Uuid = Type.String({ format: 'uuid' });
const Time = Type.String({ format: 'date-time' });
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** One month at once, or a range as a job. */
export const RunBody = Type.Object(
  {
    month: Type.Optional(Month),
    from: Type.Optional(Month),
    to: Type.Optional(Month),
  },
  { additionalProperties: false, description: 'Either month, or from and to' },
);

export const JobAsked = Type.Object(
  {
    job_id: Uuid,
    created: Type.Boolean({
      description: 'False where a job for the same months was not finished yet: it is that one',
    }),
    from: Month,
    to: Month,
  },
  { description: 'GET /api/jobs/{job_id} shows how it goes' },
);

export const RunPath = Type.Object({ run_id: Uuid });

export const RunShown = Type.Object({
  run_id: Uuid,
  period_month: Month,
  status: Type.Enum(['RUNNING', 'COMPLETED', 'FAILED', 'INTERRUPTED']),
  trigger: Type.String(),
  batch_id: orNull(Uuid),
  mapping_sha256: Type.String(),
  summary: Type.Unknown(),
  replaced: RunAnswer.properties.replaced,
  started_at: Time,
  ended_at: orNull(Time),
  steps: RunAnswer.properties.steps,
});

export const BatchPath = Type.Object({ batch_id: Uuid });

const batch = {
  batch_id: Uuid,
  from_month: Month,
  to_month: Month,
  trigger: Type.String(),
  status: Type.Enum(['RUNNING', 'COMPLETED', 'FAILED'], {
    description: 'RUNNING is also what a kill leaves: asked for again by its id, the batch goes on',
  }),
  summary: Type.Unknown(),
  started_at: Time,
  ended_at: orNull(Time),
};

export const BatchList = Type.Object({
  rows: Type.Array(
    Type.Object({
      ...batch,
      months_completed: Type.Integer({ description: 'Months whose run was completed; those left alone have none' }),
    }),
  ),
});

export const BatchShown = Type.Object({ ...batch, runs: RunList.properties.rows });
