import { runMonths } from '../batch/run-months.ts';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import { openEntity } from '../node/entity.ts';
import { publishMonth } from '../publish/publish-month.ts';

/** A process to be killed: opens a node, says so, and does one thing. Arguments: folder, what, on what. */
const [dir = '', what = '', on = ''] = process.argv.slice(2);
const entity = await openEntity(dir);
process.stdout.write('ready\n');
if (what === 'import') await importFocus(entity, { path: on });
else if (what === 'run') await runMonth(entity, on);
else if (what === 'batch') {
  const [batchId = '', from = '', to = ''] = on.split(' ');
  await runMonths(entity, { from, to }, { batchId });
} else await publishMonth(entity, on);
process.stdout.write('done\n');
await entity.close();
