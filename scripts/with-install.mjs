// Makes every command of the README work on a fresh clone, whatever Node started it: installs what the lock file names,
// builds the dashboard when its sources are newer, and goes on with Node 24 from the `node` package.
import { spawn, spawnSync } from 'node:child_process';
import fs, { existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const [task = 'test', ...rest] = process.argv.slice(2);
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };

install();
if (Number(process.versions.node.split('.')[0]) < 24) again();
if (task === 'build') build();
else if (task === 'prorata') {
  build();
  run('node', ['packages/cli/bin/prorata.mjs', ...rest]);
} else if (task === 'test') {
  await testWithChecks();
} else if (task === 'test:long') {
  build();
  run('vitest', ['run', ...rest], { PRORATA_LONG: '1' });
} else if (task === 'bench') {
  build();
  run('node', ['bench/run.ts', ...rest]);
} else {
  console.error(`unknown task ${task}`);
  process.exit(2);
}

function install() {
  const lock = join(root, 'package-lock.json');
  const done = join(root, 'node_modules', '.package-lock.json');
  if (existsSync(done) && existsSync(join(bin, 'node')) && statSync(done).mtimeMs >= statSync(lock).mtimeMs) return;
  console.error('Installing dependencies (once) …');
  // Not `npm ci`: it refuses a lock file that lacks an optional package of another platform, and a registry may lack one.
  // What the lock file names is installed as it is named there; --no-save leaves the file itself alone.
  run('npm', ['install', '--no-save', '--loglevel=error', '--no-audit', '--no-fund']);
}

/** The Node that started us is too old to go on with: start again under the one just installed. */
function again() {
  run('node', [fileURLToPath(import.meta.url), task, ...rest]);
  process.exit(0);
}

function build() {
  const page = join(root, 'packages/dashboard/dist/index.html');
  const sources = fs.globSync('packages/dashboard/{src/**/*,index.html,vite.config.ts,package.json}', { cwd: root });
  const built = existsSync(page) ? statSync(page).mtimeMs : 0;
  if (sources.every((source) => statSync(join(root, source)).mtimeMs <= built)) return;
  console.error('Building the dashboard …');
  run('npm', ['run', '--silent', 'build', '--workspace', '@prorata/dashboard']);
}

/**
 * Types and lint are checked while the pages are built and the first tests wait for their browser. The first fault ends the tests as
 * Ctrl-C does, so that what they started is stopped in order, and stands last, where it is seen.
 */
async function testWithChecks() {
  const checks = [
    beside('npm', ['run', '--silent', 'types']),
    beside('biome', ['check', '.', '--diagnostic-level=error']),
  ];
  build();
  const tests = beside('vitest', ['run', ...rest], 'inherit');
  process.on('SIGINT', () => {}); // The tests hear of it too, and end first.
  for (const check of checks) check.ended.then((code) => code === 0 || tests.child.kill('SIGINT'));
  const codes = await Promise.all([...checks, tests].map(({ ended }) => ended));
  for (const { said } of checks) process.stderr.write(said());
  process.exitCode = codes.find((code) => code !== 0) ?? 0;
}

/** Starts a command that goes on beside others; what it says is kept unless it has the terminal. */
function beside(command, args, stdio = ['ignore', 'pipe', 'pipe']) {
  const child = spawn(command, args, { cwd: root, env, stdio, shell: process.platform === 'win32' });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += chunk));
  const ended = new Promise((resolve) => {
    child.on('error', (error) => {
      said += `${command}: ${error.message}\n`;
      resolve(1);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
  return { child, ended, said: () => said };
}

function run(command, args, extra = {}) {
  const done = spawnSync(command, args, {
    cwd: task === 'prorata' && command === 'node' ? process.cwd() : root,
    env: { ...env, ...extra },
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) process.exit(done.status ?? 1);
}
