import { bindPlan, compileRuleOrThrow, distributeLine } from '../src/index.ts';
import type { BenchResult } from './measure.ts';

const ENTRIES = 1_000_000;
const DIMENSIONS = 10;

/** One million entries × 3 axes × 10 dimensions in process: 30 million parts, each summed up as it is made. */
export function benchRules(): BenchResult[] {
  const names = (prefix: string): string[] => Array.from({ length: DIMENSIONS }, (_, index) => `${prefix}${index}`);
  const axes = new Map([
    ['COST_CENTER', names('CC')],
    ['PROJECT', names('P')],
    ['DEPARTMENT', names('D')],
  ]);
  const rule = {
    schema: 'prorata.allocation-rule/1',
    axes: [
      {
        axis: 'COST_CENTER',
        method: 'fixed',
        shares: names('CC').map((dimension, index) => ({ dimension, weight: `${index + 1}.25` })),
      },
      { axis: 'PROJECT', method: 'even', dimensions: 'all' },
      { axis: 'DEPARTMENT', method: 'driver', driver: 'HEADCOUNT', dimensions: 'all' },
    ],
  };
  const headcount = new Map(names('D').map((dimension, index) => [dimension, BigInt(index * 3 + 1)]));
  const plan = compileRuleOrThrow(rule, { axes, scale: 2 });
  const bound = bindPlan(plan, '2026-10', new Map([['HEADCOUNT', headcount]]));
  let parts = 0;
  let lost = 0n;
  const before = process.memoryUsage.rss();
  let peak = before;
  const start = performance.now();
  for (let entry = 0; entry < ENTRIES; entry++) {
    const amount = BigInt((entry * 7919) % 100_000_007) * (entry % 50 === 0 ? -1n : 1n);
    for (const axis of distributeLine(bound, amount)) {
      let sum = 0n;
      for (const part of axis) sum += part;
      lost += amount - sum;
      parts += axis.length;
    }
    if (entry % 50_000 === 0) peak = Math.max(peak, process.memoryUsage.rss());
  }
  const seconds = (performance.now() - start) / 1000;
  if (lost !== 0n) throw new Error(`The bench lost ${lost} units.`);
  const megabytes = (bytes: number): number => Math.round(bytes / 1_048_576);
  return [
    {
      name: `${ENTRIES.toLocaleString('en')} entries × 3 axes × ${DIMENSIONS} dimensions`,
      value: ENTRIES / seconds,
      unit: 'entries/s',
      note: `${(parts / 1e6).toFixed(0)} million parts in ${seconds.toFixed(2)} s, checked; ${megabytes(peak)} MiB resident at most, ${megabytes(peak - before)} more than before`,
    },
  ];
}
