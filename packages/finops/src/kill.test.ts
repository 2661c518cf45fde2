import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Killable, type KillBench, openKillBench } from './testing/kill.ts';

// A few moments of each; `kill.long.test.ts` takes many.
describe('a process killed in the middle', () => {
  let bench: KillBench;
  beforeAll(async () => {
    bench = await openKillBench();
  });
  afterAll(async () => {
    await bench.close();
  });

  const moments: readonly [what: Killable, month: number, afterMs: number][] = [
    ['import', 0, 60],
    ['import', 1, 160],
    ['run', 2, 20],
    ['run', 3, 80],
    ['publish', 4, 60],
    ['publish', 5, 160],
  ];
  it.each(moments)(
    'of %s (month %i, after %i ms) leaves nothing half-done, and the next command finishes',
    async (what, month, afterMs) => {
      expect(['before', 'after']).toContain(await bench.kill(what, month, afterMs));
    },
  );
});
