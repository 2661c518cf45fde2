import { defineJobs, enqueueJob, type Jobs, type RequestContext, writePath } from '@prorata/platform';
import { Type } from 'typebox';
import type { EntityNode } from '../node/entity.ts';
import { membershipOf } from '../node/join.ts';
import { finopsProblem } from '../problems.ts';
import { publicationStatus, readPublication } from './publications.ts';
import { JOB_ATTEMPTS, PUSH_JOB, type PushOptions, pushPublication, type ResumedPush, resumePushes } from './push.ts';

export { PUSH_JOB } from './push.ts';
export const RESUME_JOB = 'finops.push-waiting';

/** Jobs that bring publications to the group: one revision, or (on a schedule) all that got no answer yet. */
export function pushJobs(entity: EntityNode): Jobs {
  return defineJobs({
    [PUSH_JOB]: {
      schema: Type.Object(
        { month: Type.String(), revision: Type.Integer({ minimum: 1 }), url: Type.String() },
        { additionalProperties: false },
      ),
      // One attempt: the queue knows better than this process when the next one is due.
      async run({ month, revision, url }, { db, context, signal }) {
        const node = { ...entity, db };
        const { pushes } = await publicationStatus(node, month, revision);
        const answered = pushes.find((push) => push.url === url && push.state === 'ACCEPTED');
        // Somebody at the shell was faster.
        if (answered !== undefined) return { url, status: answered.http_status };
        const publication = await readPublication(node, month, revision);
        return await pushPublication(node, publication, url, { context, signal, attempts: 1, handOver: false });
      },
    },
    [RESUME_JOB]: {
      schema: Type.Object({}, { additionalProperties: false }),
      async run(_payload, { db, context, signal }): Promise<{ rows: ResumedPush[] }> {
        const options: PushOptions = { context, signal, attempts: 1, handOver: false };
        return { rows: await resumePushes({ ...entity, db }, options) };
      },
    },
  });
}

/**
 * Asks for a push of one revision to the group's own address, by a worker: at once, and again until the group answers.
 *
 * @throws Problem `PUBLICATION_NOT_FOUND`, `NOT_JOINED`, `GROUP_ADDRESS_UNKNOWN`
 */
export async function requestPush(
  entity: EntityNode,
  month: string,
  revision: number,
  options: { readonly context?: RequestContext; readonly idempotencyKey?: string | undefined } = {},
) {
  const context = options.context ?? entity.operator;
  await publicationStatus(entity, month, revision);
  const request = {
    action: 'finops.push.request',
    method: 'POST',
    route: '/api/finops/publications/:month/:revision/push',
    payload: { month, revision },
    idempotencyKey: options.idempotencyKey,
  };
  return await writePath(entity.db, context, request, async (tx, record) => {
    const membership = await membershipOf(tx);
    if (membership === undefined) throw finopsProblem('NOT_JOINED', `${entity.entity.code} has no admission`);
    const { address, label } = membership.statement.group;
    if (address === null) throw finopsProblem('GROUP_ADDRESS_UNKNOWN', `${label} gave none`);
    const jobKey = `push:${month}/${revision}`;
    const payload = { month, revision, url: address };
    const { jobId } = await enqueueJob(tx, context, PUSH_JOB, payload, { jobKey, maxAttempts: JOB_ATTEMPTS });
    const subjectId = `${entity.entity.code}/${month}/${revision}`;
    record.audit({ subject: 'publication_push', subjectId, details: { job_id: jobId, url: address } });
    return { status: 202, body: { job_id: jobId } };
  });
}
