import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that only this process's user may enter (mode 700). */
export interface PrivateFolder {
  readonly path: string;
  /** Removes the folder and all that is in it; may be called twice. */
  remove(): Promise<void>;
}

const PREFIX = 'prorata-bundle-';

/**
 * Makes a private folder inside `parent` (default: the system's temporary folder). mkdtemp gives it mode 700. Its name says
 * which process made it; what a killed one left in `parent` is removed first.
 */
export async function openPrivateFolder(parent: string = tmpdir()): Promise<PrivateFolder> {
  await removeAbandoned(parent, new RegExp(`^${PREFIX}(\\d+)-`));
  const path = await mkdtemp(join(parent, `${PREFIX}${process.pid}-`));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/**
 * Removes what killed processes of this user left in a folder. `name` matches what may be removed, its first group is the
 * process id. Only leftovers: what cannot be looked at or removed stays for whoever can.
 */
export async function removeAbandoned(parent: string, name: RegExp): Promise<void> {
  for (const entry of await readdir(parent)) {
    const pid = name.exec(entry)?.[1];
    if (pid === undefined) continue;
    const path = join(parent, entry);
    if (await isAbandoned(path, Number(pid)).catch(() => false)) {
      await rm(path, { recursive: true, force: true }).catch(() => {});
    }
  }
}

// In a container every start has the same process id, so a folder of ours that is older than we are is not ours.
async function isAbandoned(path: string, pid: number): Promise<boolean> {
  const { uid, mtimeMs } = await lstat(path);
  if (uid !== process.getuid?.()) return false;
  return pid === process.pid ? mtimeMs < Date.now() - process.uptime() * 1000 - CLOCK_SLACK_MS : !isRunning(pid);
}

/** How far the clock of the file system and the age of the process may differ. */
const CLOCK_SLACK_MS = 2000;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
