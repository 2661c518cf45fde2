import { defineJobs, type Jobs, type Schedule } from '@prorata/platform';
import { Type } from 'typebox';
import type { GroupNode } from '../node/group-node.ts';
import { purgeAccesses } from './read-accesses.ts';

/** Takes old reads out of the access log. */
export function accessJobs(group: GroupNode): Jobs {
  return defineJobs({
    'group.access-log.retain': {
      schema: Type.Object(
        { keep_days: Type.Optional(Type.Integer({ minimum: 30, maximum: 36_500 })) },
        { additionalProperties: false },
      ),
      run: async ({ keep_days }) => ({ removed: await purgeAccesses(group, keep_days) }),
    },
  });
}

/** Every night, unless the node's configuration has a schedule for it. */
export const ACCESS_RETENTION: Schedule = { name: 'access-log', job: 'group.access-log.retain', cron: '41 3 * * *' };
