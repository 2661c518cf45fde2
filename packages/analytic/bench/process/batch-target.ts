import { parseArgs } from 'node:util';
import { LEDGER_MIGRATIONS } from '@prorata/ledger';
import { openDatabase, PLATFORM_MIGRATIONS, type RequestContext } from '@prorata/platform';
import { runBatch } from '../../src/batch/batch.ts';
import { ANALYTIC_MIGRATIONS } from '../../src/migrations.ts';

/** Runs one batch in a process of its own, so that its memory is its own, and prints seconds, postings and the largest resident size. */
const { values } = parseArgs({
  options: {
    dir: { type: 'string' },
    database: { type: 'string' },
    context: { type: 'string' },
    run: { type: 'string' },
  },
});
const { dir = '', database = '', context = '{}', run = '' } = values;
const migrations = [PLATFORM_MIGRATIONS, LEDGER_MIGRATIONS, ANALYTIC_MIGRATIONS];
const db = await openDatabase({ dir, database, migrations, durable: false });
const started = performance.now();
const before = process.cpuUsage();
const done = await runBatch({ db }, JSON.parse(context) as RequestContext, run);
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(before);
await db.close();
const mebibytes = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(
  JSON.stringify({
    seconds,
    used: (user + system) / 1e6,
    posted: done.posted,
    status: done.status,
    problem: done.problem,
    mebibytes,
  }),
);
