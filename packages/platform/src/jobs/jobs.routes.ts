import { Type } from 'typebox';
import type { Database } from '../database/database.ts';
import type { App } from '../http/app.ts';
import { validationFailed } from '../http/validation.ts';
import { sendWritten, writeRequestOf } from '../http/written.ts';
import type { RequestContext } from '../identity/context.ts';
import { isUuid } from '../identity/uuid.ts';
import { jobProblem } from './problems.ts';
import { cancelJob, getJob, listJobs } from './view.ts';

const Uuid = Type.String({ format: 'uuid' });
const Time = Type.String({ format: 'date-time' });
const Status = Type.Union([
  Type.Literal('QUEUED'),
  Type.Literal('RUNNING'),
  Type.Literal('COMPLETED'),
  Type.Literal('FAILED'),
  Type.Literal('CANCELLED'),
]);
const Anything = (description: string) => Type.Unknown({ description });

const JobSchema = Type.Object(
  {
    job_id: Uuid,
    kind: Type.String({ example: 'platform.maintenance' }),
    status: Status,
    payload: Anything('What was asked for.'),
    progress: Anything('What the job last said of how far it is; null until it says something.'),
    result: Anything('The answer of a completed job.'),
    problem: Anything('Problem document of a failed job, or of the attempt that failed last.'),
    attempts: Type.Integer({ description: 'Attempts that ended; those cut off by a restart do not count.' }),
    max_attempts: Type.Integer(),
    cancel_requested: Type.Boolean(),
    run_at: Time,
    created_at: Time,
    started_at: Type.Union([Time, Type.Null()]),
    finished_at: Type.Union([Time, Type.Null()]),
    created_by: Uuid,
    correlation_id: Uuid,
  },
  { description: 'A job and how it goes.' },
);

const JobPage = Type.Object({
  rows: Type.Array(JobSchema),
  next: Type.Union([Type.String(), Type.Null()], { description: 'Cursor of the page behind this one.' }),
});

export interface JobRoutesOptions {
  readonly db: Database;
  /** Roles that see and cancel every job of their scope; anybody else only what he asked for himself. */
  readonly operators: readonly string[];
}

const about = (operationId: string, summary: string) => ({ tags: ['jobs'], operationId, summary });
const PAGE_ROWS = 50;

/** `GET /api/jobs`, `GET /api/jobs/:id`, `POST /api/jobs/:id/cancel`: what a user sees of work that goes on behind an answer. */
export function registerJobRoutes(app: App, { db, operators }: JobRoutesOptions): void {
  const operates = (context: RequestContext) => operators.some((role) => context.roles.includes(role));

  app.get(
    '/api/jobs',
    {
      config: { roles: 'any' },
      schema: {
        ...about('listJobs', 'Jobs of the caller, or of everybody for those who operate the node; the newest first'),
        querystring: Type.Object({
          status: Type.Optional(Status),
          kind: Type.Optional(Type.String({ maxLength: 64 })),
          after: Type.Optional(Type.String({ maxLength: 100, description: 'Cursor: `next` of the page before.' })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: PAGE_ROWS })),
        }),
        response: { 200: JobPage },
      },
    },
    async (request) => {
      const { after, limit = PAGE_ROWS, status, kind } = request.query;
      const { context } = request;
      const rows = await listJobs(db, context, {
        ...(status === undefined ? {} : { status }),
        ...(kind === undefined ? {} : { kind }),
        ...(operates(context) ? {} : { createdBy: context.userId }),
        ...(after === undefined ? {} : { after: idOfCursor(after) }),
        limit: limit + 1,
      });
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return { rows: page, next: rows.length > limit && last !== undefined ? cursorOf(last.job_id) : null };
    },
  );

  app.get(
    '/api/jobs/:id',
    {
      config: { roles: 'any' },
      schema: {
        ...about('getJob', 'One job: how far it is, its answer, or why it failed'),
        params: Type.Object({ id: Uuid }),
        response: { 200: JobSchema },
      },
    },
    async (request) => {
      const job = await getJob(db, request.context, request.params.id);
      // Whose it is would say already that it exists.
      if (operates(request.context) || job.created_by === request.context.userId) return job;
      throw jobProblem('JOB_NOT_FOUND', `there is no job ${request.params.id}`);
    },
  );

  app.post(
    '/api/jobs/:id/cancel',
    {
      config: { roles: 'any', legalEntity: 'none' },
      schema: {
        ...about('cancelJob', 'Cancel a job that waits or is at work; what it has committed stays'),
        params: Type.Object({ id: Uuid }),
        response: { 200: JobSchema },
      },
    },
    async (request, reply) => {
      const { context } = request;
      const write = writeRequestOf(request, 'job.cancel', null);
      const may = (user: string) => operates(context) || user === context.userId;
      return sendWritten(reply, await cancelJob(db, context, write, request.params.id, may));
    },
  );
}

function cursorOf(jobId: string): string {
  return Buffer.from(jobId, 'latin1').toString('base64url');
}

function idOfCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString('latin1');
  if (isUuid(id)) return id;
  throw validationFailed([{ in: 'query', pointer: '/after', message: 'is not a cursor of this list' }]);
}
