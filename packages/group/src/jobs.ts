import { defineJobs, type Jobs, type Schedule } from '@prorata/platform';
import { Type } from 'typebox';
import { detectLate } from './discipline/late.ts';
import type { GroupNode } from './node/group-node.ts';
import { groupProblem } from './problems.ts';
import { pullBundles } from './pull/pull.ts';

const closed = { additionalProperties: false } as const;

/** What a group node does by itself or when it is asked: fetch what entities published, and find what is late. */
export function groupJobs(group: GroupNode): Jobs {
  return defineJobs({
    'group.pull': {
      schema: Type.Object({ entity: Type.Optional(Type.String()) }, closed),
      // The queue knows better than this process when the next attempt is due.
      async run({ entity }, { db, context, signal }) {
        const input = entity === undefined ? {} : { entity };
        const rows = await pullBundles({ ...group, db }, input, { context, signal, attempts: 2 });
        const failed = rows.filter(({ outcome }) => outcome === 'FAILED');
        if (failed.length > 0)
          throw groupProblem('PULL_FAILED', failed.map(({ detail }) => detail).join('; '), { rows });
        return { rows };
      },
    },
    'group.late': {
      schema: Type.Object({}, closed),
      async run(_payload, { db, context }) {
        return { rows: await detectLate({ ...group, db }, { context }) };
      },
    },
  });
}

/** By the clock, unless the node's configuration has schedules for the same jobs. */
export const GROUP_SCHEDULES: readonly Schedule[] = [
  { name: 'pull', job: 'group.pull', cron: '7 * * * *' },
  { name: 'late', job: 'group.late', cron: '37 4 * * *' },
];
