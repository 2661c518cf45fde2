import { performance } from 'node:perf_hooks';
import { importMeasured } from '../measured/import-measured.ts';
import { importReferences } from '../references/import-references.ts';
import { openTestEntity } from './test-entity.ts';

// A process of its own, so that its memory is that of the import alone. Takes the file to import.
const test = await openTestEntity();
try {
  const applications = Array.from({ length: 1000 }, (_, index) => `application,app ${index},App ${index},,`);
  const references = [
    'kind,code,label,domain,unit',
    'domain,Mainframe,Mainframe,,',
    'product,MIPS,MIPS,Mainframe,hour',
  ];
  await importReferences(test.entity, {
    path: await test.file('references.csv', `${[...references, ...applications].join('\n')}\n`),
  });
  const before = process.resourceUsage().maxRSS;
  const started = performance.now();
  const { rows, totals } = await importMeasured(test.entity, { path: process.argv[2] ?? '' });
  const { maxRSS } = process.resourceUsage();
  const ms = Math.round(performance.now() - started);
  process.stdout.write(
    JSON.stringify({ rows, totals, ms, peakMiB: Math.round(maxRSS / 1024), beforeMiB: Math.round(before / 1024) }),
  );
} finally {
  await test.close();
}
