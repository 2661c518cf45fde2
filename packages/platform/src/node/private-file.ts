import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { platformProblem } from '../problem/platform-problems.ts';

/**
 * Reads a file that only the node's owner may read, and makes it first where it is missing. Two processes that start together end
 * with the same content.
 *
 * @throws Problem `KEY_FILE_EXPOSED` (others may read it)
 */
export async function openPrivateFile(path: string, content: () => string | Promise<string>): Promise<string> {
  return (await readPrivate(path)) ?? (await create(path, await content()));
}

/**
 * Reads a file that somebody else put there for the node alone.
 *
 * @throws Problem `KEY_FILE_EXPOSED`, `KEY_FILE_UNREADABLE` when there is none
 */
export async function readPrivateFile(path: string): Promise<string> {
  const text = await readPrivate(path);
  if (text === undefined) throw platformProblem('KEY_FILE_UNREADABLE', `${path} does not exist`);
  return text;
}

async function readPrivate(path: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(path);
    // Windows has no such bits: there the folder's access list protects the file.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw platformProblem('KEY_FILE_EXPOSED', `${path} has mode ${(mode & 0o777).toString(8)}`);
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a draft, then links it: a reader never sees half a file, and the first of two writers wins. */
async function create(path: string, text: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = join(dirname(path), `.draft-${randomBytes(6).toString('hex')}`);
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
    return text;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return await readFile(path, 'utf8');
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
