import { receive } from '../intake/receive.ts';
import { openGroup } from '../node/open-group.ts';

// A process of its own that takes one bundle into one node, so that a test can kill it: node receive-once.ts DIR FILE
const [dir = '', file = ''] = process.argv.slice(2);
const group = await openGroup(dir);
process.stdout.write('open\n');
try {
  const { replayed } = await receive(group, { file });
  process.stdout.write(replayed ? 'stood\n' : 'accepted\n');
} finally {
  await group.close();
}
