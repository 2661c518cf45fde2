import {
  checkSchedules,
  type JobFailure,
  type Jobs,
  type JobWorker,
  MAINTENANCE,
  type NodeConfig,
  platformJobs,
  type Schedule,
  type Schedules,
  startWorker,
} from '@prorata/platform';
import { operatorIdentity } from './claims.ts';
import type { AnyNode } from './open-node.ts';

/** All kinds of jobs that a node of this kind can do. */
export async function nodeJobs(open: AnyNode): Promise<Jobs> {
  if (open.kind === 'group') {
    const { accessJobs, groupJobs, scaleJobs } = await import('@prorata/group');
    return { ...platformJobs, ...accessJobs(open.node), ...groupJobs(open.node), ...scaleJobs(open.node) };
  }
  const { analyticJobs } = await import('@prorata/analytic');
  const { finopsRunJobs, pushJobs } = await import('@prorata/finops');
  return { ...platformJobs, ...analyticJobs, ...finopsRunJobs(open.node), ...pushJobs(open.node) };
}

/** What the node asks for by the clock: its own maintenance, and the `schedules` of prorata.yaml. */
export async function nodeSchedules({ kind, node: { config } }: AnyNode): Promise<Schedules> {
  const told: readonly Schedule[] = config.schedules ?? [];
  const usual = [MAINTENANCE];
  if (kind === 'group') {
    const { ACCESS_RETENTION, GROUP_SCHEDULES, PARTITIONS_AHEAD } = await import('@prorata/group');
    usual.push(ACCESS_RETENTION, PARTITIONS_AHEAD, ...GROUP_SCHEDULES);
  }
  const own = usual.filter(({ job }) => !told.some((one) => one.job === job));
  return { items: [...own, ...told], context: operatorIdentity(config, OPERATOR_ROLES[config.kind]) };
}

export interface WorkOptions {
  readonly concurrency?: number;
  readonly onFailure?: (failure: JobFailure) => void;
}

/** Starts doing the jobs of a node, in this process. @throws Problem `SCHEDULE_INVALID` */
export async function startNodeWorker(open: AnyNode, options: WorkOptions = {}): Promise<JobWorker> {
  const [jobs, schedules] = [await nodeJobs(open), await nodeSchedules(open)];
  await checkSchedules(schedules, jobs);
  return startWorker(open.node.db, jobs, { ...options, schedules, patienceMs: 20_000 });
}

/** Roles of whoever operates a node from its machine. */
export const OPERATOR_ROLES: Readonly<Record<NodeConfig['kind'], readonly string[]>> = {
  entity: [
    'finops.reader',
    'finops.analyst',
    'finops.admin',
    'analytic.reader',
    'analytic.writer',
    'analytic.admin',
    'ledger.reader',
    'ledger.admin',
    'platform.admin',
  ],
  group: ['group.reader', 'group.admin', 'platform.admin'],
};
