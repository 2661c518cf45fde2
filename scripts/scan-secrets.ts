import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Finding, secretsIn } from './secrets.ts';

/** What looks like a secret and is none: digest → why. */
const ALLOWED: ReadonlyMap<string, string> = new Map([
  [
    '96ad2ccd81462a766178ae09a71df55f548a3f66da11606f9cdf40b391e22dd0',
    'the example of the Standard Webhooks specification, whose signature a test compares',
  ],
  [
    '0cb60453e4783bdd737c7a5a1bd5f1238bdf8f156d0591eb72a1ecdc56119647',
    'an address that a test of what is never told made up, and makes out of parts since',
  ],
]);

const LARGEST_BYTES = 4 * 1024 * 1024;

export interface Scanned {
  readonly findings: readonly Finding[];
  readonly texts: number;
}

/** Looks through the files of a repository's tree as they stand on the disk; those that git ignores are not part of it. */
export function scanTree(root: string): Scanned {
  const names = isRepository(root)
    ? git(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']).split('\0').filter(Boolean)
    : unpacked(root);
  const findings: Finding[] = [];
  let texts = 0;
  for (const name of names) {
    const text = textOf(readOrNothing(join(root, name)));
    if (text === undefined) continue;
    texts += 1;
    findings.push(...secretsIn(name, text, new Set(ALLOWED.keys())));
  }
  return { findings, texts };
}

/** Looks through every text that any commit of any branch ever held: what was removed again is public all the same. */
export async function scanHistory(root: string): Promise<Scanned> {
  if (!isRepository(root)) return { findings: [], texts: 0 };
  const objects = git(root, ['rev-list', '--objects', '--all']).split('\n').filter(Boolean);
  const names = new Map(objects.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]));
  const findings: Finding[] = [];
  let texts = 0;
  for await (const { id, bytes } of blobs(root, [...names.keys()])) {
    const text = textOf(bytes);
    if (text === undefined) continue;
    texts += 1;
    findings.push(...secretsIn(`${names.get(id) ?? id} (${id.slice(0, 12)})`, text, new Set(ALLOWED.keys())));
  }
  return { findings, texts };
}

/** Whether the folder is the top of a repository, not one that was unpacked from an archive, perhaps inside of another. */
function isRepository(root: string): boolean {
  return existsSync(join(root, '.git'));
}

/** The files of an unpacked archive, without what was installed and built in it. */
function unpacked(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => relative(root, join(one.parentPath, one.name)))
    .filter((name) => !/(^|[/\\])(node_modules|dist)[/\\]/.test(name));
}

function git(root: string, args: readonly string[]): string {
  const done = spawnSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1024 ** 3 });
  if (done.status !== 0) throw new Error(`git ${args[0]} in ${root}: ${done.stderr || done.error}`);
  return done.stdout;
}

function readOrNothing(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    // A link to nowhere, or removed and not committed yet.
    return undefined;
  }
}

/** undefined for what is no text, or too large to have been typed. */
function textOf(bytes: Buffer | undefined): string | undefined {
  if (bytes === undefined || bytes.length > LARGEST_BYTES || bytes.subarray(0, 8_000).includes(0)) return undefined;
  return bytes.toString('utf8');
}

/** The contents of blobs, by `git cat-file --batch`: `<id> <type> <size>`, a line feed, the bytes, a line feed. */
async function* blobs(root: string, ids: readonly string[]): AsyncGenerator<{ id: string; bytes: Buffer }> {
  if (ids.length === 0) return;
  const child = spawn('git', ['cat-file', '--batch'], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(`${ids.join('\n')}\n`);
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of child.stdout) {
    rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    for (;;) {
      const end = rest.indexOf(10);
      if (end < 0) break;
      const [id = '', type, size = '0'] = rest.toString('utf8', 0, end).split(' ');
      const whole = end + 1 + Number(size) + 1;
      if (type === 'missing') throw new Error(`git has no object ${id}`);
      if (rest.length < whole) break;
      if (type === 'blob') yield { id, bytes: rest.subarray(end + 1, whole - 1) };
      rest = rest.subarray(whole);
    }
  }
  if (child.exitCode === null) await once(child, 'exit');
  if (child.exitCode !== 0) throw new Error(`git cat-file ended with ${child.exitCode}`);
}

const here = fileURLToPath(import.meta.url);
if (process.argv[1] !== undefined && resolve(process.argv[1]) === here) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const [tree, history] = [scanTree(root), await scanHistory(root)];
  const findings = [...tree.findings, ...history.findings];
  for (const { kind, place, line, shown, sha256 } of findings) {
    console.log(`${place}:${line}: ${kind} ${shown}  sha256 ${sha256}`);
  }
  const told = findings.length === 0 ? 'no secret' : `${findings.length} findings`;
  console.log(`secrets: ${told} in ${tree.texts} files and ${history.texts} texts of the history`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
