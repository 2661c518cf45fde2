import { Type } from 'typebox';
import { purgeEvents } from '../outbox/purge.ts';
import { sealTenant } from '../write/seal.ts';
import { purgeIdempotencyKeys } from '../write/write-path.ts';
import { defineJobs, type Jobs } from './jobs.ts';
import type { Schedule } from './schedules.ts';

/** How long finished jobs can be looked at unless a schedule tells otherwise. */
export const JOB_RETENTION_DAYS = 90;

const PURGE_JOBS = `
  DELETE FROM job WHERE tenant_id = $1 AND finished_at < now() - make_interval(days => $2)`;

const Days = Type.Optional(Type.Integer({ minimum: 1, maximum: 36_500 }));

/** What every node does by itself: takes away what has served its time, of all companies of its tenant. */
export const platformJobs: Jobs = defineJobs({
  'platform.maintenance': {
    schema: Type.Object({ event_days: Days, job_days: Days }, { additionalProperties: false }),
    async run({ event_days, job_days = JOB_RETENTION_DAYS }, { db, context, signal, progress }) {
      const { tenantId } = context;
      const audit_rows_sealed = await sealTenant(db, tenantId);
      const idempotency_keys = await purgeIdempotencyKeys(db, tenantId);
      await progress({ idempotency_keys });
      signal.throwIfAborted();
      const jobs = await db.transaction({ tenantId }, (tx) => tx.execute(PURGE_JOBS, [tenantId, job_days]), {
        role: 'relay',
      });
      await progress({ idempotency_keys, jobs });
      signal.throwIfAborted();
      const events = await purgeEvents(db, tenantId, event_days);
      return { audit_rows_sealed, idempotency_keys, jobs, events };
    },
  },
});

/** Every night, unless the node's configuration has a schedule for it. */
export const MAINTENANCE: Schedule = { name: 'maintenance', job: 'platform.maintenance', cron: '17 3 * * *' };
