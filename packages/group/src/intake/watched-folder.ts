import { lstat, mkdir, readdir, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ENTITY_CODE, Problem, writeFileWhole } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { groupProblem } from '../problems.ts';
import { receive } from './receive.ts';
import { slots } from './slots.ts';

/** What became of a file in a watched folder. */
export interface Taken {
  readonly entity: string;
  readonly file: string;
  /** WAITING: not complete yet, or the node could not take it now; it stays where it is. IGNORED: no bundle, or not a plain file. */
  readonly outcome: 'ACCEPTED' | 'REFUSED' | 'WAITING' | 'IGNORED';
  /** Code of the refusal, else null. */
  readonly code: string | null;
  readonly detail: string;
}

export interface WatchOptions {
  /** The folder with one folder an entity in it; `intake.folder` of prorata.yaml, else `incoming` in the node's folder. */
  readonly folder?: string;
  /** A file whose size and time have not changed for so long is complete; 2 s unless told. */
  readonly settleMs?: number;
  readonly signal?: AbortSignal;
}

interface Look {
  readonly size: number;
  readonly mtimeMs: number;
  readonly since: number;
}

const ENTITIES_AT_ONCE = 4;
const CLAIM = /^\.taking-(\d+)-(.+)$/s;
/** Names under which programs upload before they rename. */
const UNFINISHED = /\.(part|partial|filepart|tmp|crdownload)$/i;

/** Files that this process is taking, whichever of its watches: what another one of it claims is not given back. */
const CLAIMED = new Set<string>();

/**
 * Looks into the folders of the entities, `incoming/FR01/`, and takes the bundles that are complete through the same intake as a push by
 * that entity: a bundle of another one is an ENTITY_MISMATCH. A file goes to `accepted/` or `quarantine/` beside it, with its report.
 * Whoever takes a file renames it first, so that two processes never take one, and a killed one's is taken again: that is harmless.
 */
export class FolderWatch {
  readonly #group: GroupNode;
  readonly #root: string;
  readonly #settleMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #looks = new Map<string, Look>();

  constructor(group: GroupNode, options: WatchOptions = {}) {
    const { intake } = group.config;
    this.#group = group;
    this.#root = resolve(group.dir, options.folder ?? intake?.folder ?? 'incoming');
    this.#settleMs = options.settleMs ?? (intake?.settle_seconds ?? 2) * 1000;
    this.#signal = options.signal;
  }

  /** One look. A file is taken by the second look that finds it unchanged. */
  async look(): Promise<Taken[]> {
    const entities = await entitiesIn(this.#root);
    const turn = slots(ENTITIES_AT_ONCE);
    return (await Promise.all(entities.map((entity) => turn(() => this.#lookInto(entity))))).flat();
  }

  /** Looks, waits until what is there can have settled, and looks again: what is complete by then is taken. */
  async once(): Promise<Taken[]> {
    await this.#note();
    await wait(this.#settleMs, undefined, this.#signal === undefined ? {} : { signal: this.#signal });
    return await this.look();
  }

  async #note(): Promise<void> {
    for (const entity of await entitiesIn(this.#root)) {
      const folder = join(this.#root, entity);
      // Or one look would only give a killed process's files their names back.
      await this.#giveBack(folder);
      for (const file of await readdir(folder)) await this.#settled(join(folder, file));
    }
  }

  async #lookInto(entity: string): Promise<Taken[]> {
    const folder = join(this.#root, entity);
    await this.#giveBack(folder);
    const taken: Taken[] = [];
    await this.#forget(folder);
    const files = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
    for (const file of files.sort((one, other) => one.name.localeCompare(other.name, 'en', { numeric: true }))) {
      if (this.#signal?.aborted === true) return taken;
      if (file.isDirectory() && (file.name === 'accepted' || file.name === 'quarantine')) continue;
      const told = { entity, file: file.name, code: null };
      if (!file.isFile()) taken.push({ ...told, outcome: 'IGNORED', detail: 'it is not a plain file' });
      else if (!/\.zip$/i.test(file.name) && !UNFINISHED.test(file.name)) {
        taken.push({ ...told, outcome: 'IGNORED', detail: 'the name of a bundle ends with .zip' });
      } else if (UNFINISHED.test(file.name) || !(await this.#settled(join(folder, file.name)))) {
        taken.push({ ...told, outcome: 'WAITING', detail: 'it is being written, or came a moment ago' });
      } else taken.push(...(await this.#take(entity, folder, file.name)));
    }
    return taken;
  }

  /** Whether the file looks as it did at least the settling time ago. */
  async #settled(path: string): Promise<boolean> {
    const now = await lstat(path).catch(() => undefined);
    if (now === undefined) return false;
    const before = this.#looks.get(path);
    if (before !== undefined && before.size === now.size && before.mtimeMs === now.mtimeMs) {
      return performance.now() - before.since >= this.#settleMs;
    }
    this.#looks.set(path, { size: now.size, mtimeMs: now.mtimeMs, since: performance.now() });
    return this.#settleMs === 0;
  }

  /** What was taken away by its sender needs no second look. */
  async #forget(folder: string): Promise<void> {
    const there = new Set((await readdir(folder)).map((name) => join(folder, name)));
    for (const path of this.#looks.keys()) {
      if (path.startsWith(`${folder}/`) && !there.has(path)) this.#looks.delete(path);
    }
  }

  async #take(entity: string, folder: string, file: string): Promise<Taken[]> {
    const claim = join(folder, `.taking-${process.pid}-${file}`);
    // Another watch of this process is at it, under the same name: what it claims is its own to let go.
    if (CLAIMED.has(claim)) return [];
    CLAIMED.add(claim);
    this.#looks.delete(join(folder, file));
    try {
      await rename(join(folder, file), claim);
    } catch (error) {
      CLAIMED.delete(claim);
      // Another process was faster, or the sender took it back.
      if (isGone(error)) return [];
      throw error;
    }
    try {
      return [await this.#receive(entity, folder, file, claim)];
    } catch (error) {
      await rename(claim, join(folder, file));
      const detail = error instanceof Error ? error.message : String(error);
      return [{ entity, file, outcome: 'WAITING', code: error instanceof Problem ? error.code : null, detail }];
    } finally {
      CLAIMED.delete(claim);
    }
  }

  async #receive(entity: string, folder: string, file: string, claim: string): Promise<Taken> {
    try {
      const received = await receive(this.#group, { file: claim, name: file, entity, origin: 'FOLDER' });
      await putAway(claim, join(folder, 'accepted'), file, received);
      const detail = `${received.period_month} revision ${received.revision}${received.replayed ? ', which stood already' : ''}`;
      return { entity, file, outcome: 'ACCEPTED', code: null, detail };
    } catch (error) {
      const refused = error instanceof Problem && error.status < 500 && 'violations' in error.extensions;
      if (!refused) throw error;
      const report = { outcome: 'REFUSED', code: error.code, detail: error.detail, ...error.extensions };
      await putAway(claim, join(folder, 'quarantine'), file, report);
      return { entity, file, outcome: 'REFUSED', code: error.code, detail: error.detail };
    }
  }

  /** Files that a killed process had begun to take get their name back. */
  async #giveBack(folder: string): Promise<void> {
    for (const name of await readdir(folder)) {
      const [, pid, file = ''] = CLAIM.exec(name) ?? [];
      const path = join(folder, name);
      if (pid === undefined || CLAIMED.has(path)) continue;
      if (Number(pid) !== process.pid && isRunning(Number(pid))) continue;
      // Whoever was at it has put it away meanwhile.
      await rename(path, await freeName(folder, file)).catch((error: unknown) => {
        if (!isGone(error)) throw error;
      });
    }
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

async function entitiesIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
    if (isGone(error)) return [];
    throw error;
  });
  return entries.filter((entry) => entry.isDirectory() && ENTITY_CODE.test(entry.name)).map((entry) => entry.name);
}

/** The report first: a process that is killed between the two leaves a file that is taken again, and its report written again. */
async function putAway(claim: string, folder: string, file: string, report: object): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (!(await lstat(folder)).isDirectory()) throw groupProblem('INTAKE_FOLDER_UNSAFE', `${folder} is a link`);
  const path = await freeName(folder, file);
  await writeFileWhole(`${path}.report.json`, `${JSON.stringify(report, null, 2)}\n`);
  await rename(claim, path);
}

async function freeName(folder: string, file: string): Promise<string> {
  const stem = file.replace(/\.zip$/i, '');
  for (let copy = 1; ; copy += 1) {
    const path = join(folder, copy === 1 ? file : `${stem}.${copy}${file.slice(stem.length)}`);
    if ((await lstat(path).catch(() => undefined)) === undefined) return path;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** A watch that goes on by itself. */
export interface Watching {
  stop(): Promise<void>;
}

export interface WatchingOptions extends WatchOptions {
  /** Between two looks; 5 s unless told. */
  readonly everyMs?: number;
  readonly onTaken?: (taken: readonly Taken[]) => void;
  readonly onError?: (error: unknown) => void;
}

/** Looks again and again until it is stopped; a file that is being taken then is finished first. */
export function startWatch(group: GroupNode, options: WatchingOptions = {}): Watching {
  const stopping = new AbortController();
  const watch = new FolderWatch(group, { ...options, signal: stopping.signal });
  const everyMs = options.everyMs ?? (group.config.intake?.every_seconds ?? 5) * 1000;
  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        options.onTaken?.(await watch.look());
      } catch (error) {
        options.onError?.(error);
      }
      await wait(everyMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
