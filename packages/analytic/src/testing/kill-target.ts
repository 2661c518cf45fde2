import { randomUUID } from 'node:crypto';
import { LEDGER_MIGRATIONS } from '@prorata/ledger';
import { openDatabase, PLATFORM_MIGRATIONS, type RequestContext } from '@prorata/platform';
import { runBatch } from '../batch/batch.ts';
import { ANALYTIC_MIGRATIONS } from '../migrations.ts';
import { runAllocation } from '../postings/run-together.ts';

/** A process to be killed: allocates entries one by one, four at once, and tells each posting that it was answered; or runs a batch. */
interface Told {
  readonly dir: string;
  readonly database: string;
  readonly context: RequestContext;
  readonly rule: string;
  readonly entries: readonly string[];
  /** Id of a batch run to carry out instead. */
  readonly batch?: string;
}

const told = JSON.parse(process.argv[2] ?? '{}') as Told;
const { dir, database, context } = told;
const migrations = [PLATFORM_MIGRATIONS, LEDGER_MIGRATIONS, ANALYTIC_MIGRATIONS];
const node = { db: await openDatabase({ dir, database, migrations, durable: false }) };
process.stdout.write('ready\n');
if (told.batch !== undefined) await runBatch(node, context, told.batch);
else {
  let next = 0;
  const worker = async () => {
    for (let entry = told.entries[next++]; entry !== undefined; entry = told.entries[next++]) {
      const caller = { context, method: 'POST', route: 'kill', idempotencyKey: randomUUID() };
      const { body } = await runAllocation(node, caller, { sourceEntryId: entry, allocationRuleId: told.rule });
      process.stdout.write(`${entry} ${body.id}\n`);
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}
await node.db.close();
