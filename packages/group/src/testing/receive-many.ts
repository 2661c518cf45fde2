import { receive } from '../intake/receive.ts';
import { openGroup } from '../node/open-group.ts';

// A process of its own that takes bundles into one node, all at once, so that a campaign can kill it: node receive-many.ts DIR FILE…
const [dir = '', ...files] = process.argv.slice(2);
const group = await openGroup(dir);
process.stdout.write('open\n');
try {
  await Promise.all(files.map((file) => receive(group, { file })));
  process.stdout.write('done\n');
} finally {
  await group.close();
}
