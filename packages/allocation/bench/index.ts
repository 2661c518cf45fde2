import { benchCycles } from './cycles.ts';
import type { BenchResult } from './measure.ts';
import { benchRules } from './rules.ts';
import { benchSplit } from './split.ts';

export type { BenchResult } from './measure.ts';

/** The figures of the allocation engine. */
export async function run(): Promise<BenchResult[]> {
  return [...benchSplit(), ...benchRules(), ...benchCycles()];
}
