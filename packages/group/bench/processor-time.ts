import { readFile } from 'node:fs/promises';
import type { TestGroup } from '../src/testing/test-group.ts';

/** Of Linux, whatever the machine: a hundredth of a second. */
const TICK_MILLISECONDS = 10;

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
  for (const { pid } of sessions) database += await ticksOf(pid);
  return { node: (user + system) / 1000, database: database * TICK_MILLISECONDS };
}

async function ticksOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // proc(5): behind the name, which may hold blanks, user and system time are the 12th and 13th field.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields === undefined ? Number.NaN : Number(fields[11]) + Number(fields[12]);
}
