import { defineJobs, type Jobs, type Schedule } from '@prorata/platform';
import { Type } from 'typebox';
import type { GroupNode } from '../node/group-node.ts';
import { archiveBundles } from './archive.ts';
import { makePartitionsAhead } from './partitions.ts';

/** What keeps a large group going: partitions before they are needed, and bundles out of the database once their month is locked. */
export function scaleJobs(group: GroupNode): Jobs {
  const Month = Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$' });
  return defineJobs({
    'group.partitions.prepare': {
      schema: Type.Object({}, { additionalProperties: false }),
      run: async () => ({ months: await makePartitionsAhead(group) }),
    },
    'group.bundles.archive': {
      schema: Type.Object({ until: Month }, { additionalProperties: false }),
      run: async ({ until }, { context }) => ({ ...(await archiveBundles(group, { until }, { context })) }),
    },
  });
}

/** Every night, unless the node's configuration has a schedule for it. */
export const PARTITIONS_AHEAD: Schedule = { name: 'partitions', job: 'group.partitions.prepare', cron: '29 3 * * *' };
