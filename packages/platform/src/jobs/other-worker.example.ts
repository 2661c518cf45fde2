import { Type } from 'typebox';
import { openDatabase } from '../database/database.ts';
import { PLATFORM_MIGRATIONS } from '../database/sets.ts';
import { defineJobs } from './jobs.ts';
import { startWorker } from './worker.ts';

// A worker in a process of its own, for the test that kills it. Its job makes one step and never the next.
const [dir = '', database = ''] = process.argv.slice(2);
const db = await openDatabase({ dir, database, migrations: [PLATFORM_MIGRATIONS], durable: false });
startWorker(
  db,
  defineJobs({
    'example.step': {
      schema: Type.Object({ steps: Type.Integer() }),
      async run(_payload, job) {
        await job.progress({ reached: 1 });
        await new Promise(() => {});
      },
    },
  }),
);
process.stdout.write('working\n');
