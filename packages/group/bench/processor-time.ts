import { readFile } from 'node:fs/promises';
import type { TestGroup } from '../src/testing/test-group.ts';

export interface ProcessorTime {
  readonly node: number;
  /** NaN where the server's processes cannot be looked at. */
  readonly database: number;
}

/** Milliseconds of processor that this process and the server's sessions have taken so far: what other work of the machine does not change. */
export async function processorTime(test: Pick<TestGroup, 'admin'>): Promise<ProcessorTime> {
  const { user, system } = process.cpuUsage();
  const sessions = await test.admin<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY pid',
  );
  let database = 0;
  for (const { pid } of sessions) database += await millisecondsOf(pid);
  return { node: (user + system) / 1000, database };
}

async function millisecondsOf(pid: number): Promise<number> {
  // Linux, Documentation/scheduler/sched-stats: nanoseconds on a processor come first. Ticks of proc(5) are ten milliseconds.
  const text = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => '');
  return Number(text.split(' ')[0] || Number.NaN) / 1_000_000;
}
