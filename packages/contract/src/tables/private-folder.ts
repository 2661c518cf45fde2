import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that only this process's user may enter (mode 700). */
export interface PrivateFolder {
  readonly path: string;
  /** Removes the folder and all that is in it; may be called twice. */
  remove(): Promise<void>;
}

/** Prefix of every private folder: what a crash left behind can be told from other people's folders. */
export const PRIVATE_FOLDER_PREFIX = 'prorata-bundle-';

/** Makes a private folder inside `parent` (default: the system's temporary folder). mkdtemp gives it mode 700. */
export async function openPrivateFolder(parent: string = tmpdir()): Promise<PrivateFolder> {
  const path = await mkdtemp(join(parent, PRIVATE_FOLDER_PREFIX));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}
