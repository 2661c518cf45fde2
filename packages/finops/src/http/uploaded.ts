import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { uploadOf } from '@prorata/platform';
import { withPrivateFolder } from '../import/source-file.ts';
import { type EntityNode, workFolder } from '../node/entity.ts';

/** Hands an upload to `work` as a file that only this process can read, and removes it whatever happens. */
export async function withUpload<T>(
  entity: EntityNode,
  request: Parameters<typeof uploadOf>[0],
  work: (path: string) => Promise<T>,
): Promise<T> {
  return await withPrivateFolder(workFolder(entity.dir), async (folder) => {
    const path = join(folder, 'upload');
    await pipeline(uploadOf(request), createWriteStream(path, { mode: 0o600 }));
    return await work(path);
  });
}
