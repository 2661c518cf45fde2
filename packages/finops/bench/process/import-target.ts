import { performance } from 'node:perf_hooks';
import { runMonth } from '../../src/facts/run-month.ts';
import { importFocus } from '../../src/import/import-focus.ts';
import { openTestEntity } from '../../src/testing/test-entity.ts';

export interface Measured {
  readonly importMs: number;
  readonly runMs: number;
  /** Of this process; what the database does is not in it. */
  readonly cpuMs: number;
  readonly facts: number;
  readonly peakBytes: number;
}

// A process of its own, so that its memory is that of the product alone. Each round has a database of its own.
const [, , path = '', rounds = '1'] = process.argv;
const measured: Measured[] = [];
for (let round = 0; round < Number(rounds); round++) measured.push(await importAndRun());
process.stdout.write(JSON.stringify(measured));

async function importAndRun(): Promise<Measured> {
  const test = await openTestEntity();
  try {
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    await importFocus(test.entity, { path });
    const imported = performance.now();
    const run = await runMonth(test.entity, '2025-07');
    const [ended, used] = [performance.now(), process.cpuUsage(cpu)];
    return {
      importMs: imported - started,
      runMs: ended - imported,
      cpuMs: (used.user + used.system) / 1000,
      facts: run.facts,
      peakBytes: process.resourceUsage().maxRSS * 1024,
    };
  } finally {
    await test.close();
  }
}
