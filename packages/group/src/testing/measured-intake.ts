import { receive } from '../intake/receive.ts';
import { openGroup } from '../node/open-group.ts';

// A process of its own that takes one bundle and says in one line of JSON what it took: node measured-intake.ts DIR FILE
const [dir = '', file = ''] = process.argv.slice(2);
const group = await openGroup(dir);
try {
  const before_mib = process.memoryUsage.rss() / 2 ** 20;
  const { rows } = await receive(group, { file });
  const most_mib = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(`${JSON.stringify({ rows, before_mib, most_mib })}\n`);
} finally {
  await group.close();
}
