import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Killable, type KillBench, openKillBench } from './testing/kill.ts';

const KILLS = Number(process.env.PRORATA_KILLS ?? 40);

/** A generator with a seed, so that a failure can be looked at again (Park and Miller). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

describe('a process killed at many moments', () => {
  let bench: KillBench;
  beforeAll(async () => {
    bench = await openKillBench();
  });
  afterAll(async () => {
    await bench.close();
  });

  it.each<[Killable, number]>([
    ['import', 600],
    ['run', 400],
    ['publish', 700],
  ])('of %s, anywhere in %i ms', async (what, span) => {
    const next = random(what.length * 7919);
    const offset = { import: 0, run: 400, publish: 800 }[what];
    const ends = { before: 0, after: 0 };
    for (let kill = 0; kill < KILLS; kill++)
      ends[await bench.kill(what, offset + kill, Math.floor(next() * span))] += 1;
    // Most kills have to come before the end, or the campaign shows nothing.
    expect(ends.before).toBeGreaterThan(KILLS / 20);
  });
});
