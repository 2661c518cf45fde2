import { performance } from 'node:perf_hooks';
import { runMonth } from '../../src/facts/run-month.ts';
import { importFocus } from '../../src/import/import-focus.ts';
import { openTestEntity } from '../../src/testing/test-entity.ts';

// A process of its own, so that its memory is that of the product alone.
const test = await openTestEntity();
try {
  const started = performance.now();
  await importFocus(test.entity, { path: process.argv[2] ?? '' });
  const imported = performance.now();
  const run = await runMonth(test.entity, '2025-07');
  const ended = performance.now();
  process.stdout.write(
    JSON.stringify({
      importMs: imported - started,
      runMs: ended - imported,
      facts: run.facts,
      peakBytes: process.resourceUsage().maxRSS * 1024,
    }),
  );
} finally {
  await test.close();
}
