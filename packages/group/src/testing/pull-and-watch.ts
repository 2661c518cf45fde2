import { FolderWatch } from '../intake/watched-folder.ts';
import { openGroup } from '../node/open-group.ts';
import { pullBundles } from '../pull/pull.ts';

// A process of its own that asks entities and looks into their folders, both at once, so that a campaign can kill it: node pull-and-watch.ts DIR
const [dir = ''] = process.argv.slice(2);
const group = await openGroup(dir);
process.stdout.write('open\n');
try {
  const watch = new FolderWatch(group, { settleMs: 1 });
  await Promise.all([pullBundles(group, {}, { attempts: 2, pauseMs: 10 }), watch.once()]);
  process.stdout.write('done\n');
} finally {
  await group.close();
}
