import { spawnSync } from 'node:child_process';
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openPrivateFolder, type PrivateFolder } from './private-folder.ts';
import { besideEachOther, openWorkspace, text, type Workspace } from './workspace.ts';

let folder: PrivateFolder;
let outside: PrivateFolder;
let workspace: Workspace;
beforeEach(async () => {
  folder = await openPrivateFolder();
  outside = await openPrivateFolder();
  workspace = await openWorkspace([folder.path]);
});
afterEach(async () => {
  workspace.close();
  await folder.remove();
  await outside.remove();
});

test('a private folder is for its owner alone, and is gone after it was removed, twice if need be', async () => {
  expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
  const gone = await openPrivateFolder();
  await writeFile(join(gone.path, 'file'), 'x');
  await gone.remove();
  await gone.remove();
  await expect(stat(gone.path)).rejects.toThrow('ENOENT');
});

test('a private folder of a killed process is removed by whoever comes next, one that is in use is not', async () => {
  const killed = spawnSync(process.execPath, ['-e', '']).pid;
  const leftover = join(outside.path, `prorata-bundle-${killed}-abcdef`);
  const fromBefore = join(outside.path, `prorata-bundle-${process.pid}-abcdef`);
  const others = [`prorata-bundle-${process.ppid}-abcdef`, 'prorata-bundle-notes'];
  for (const path of [leftover, fromBefore, ...others.map((name) => join(outside.path, name))]) await mkdir(path);
  await writeFile(join(leftover, 'facts.parquet'), 'x');
  await utimes(fromBefore, 0, 0);
  const one = await openPrivateFolder(outside.path);
  const two = await openPrivateFolder(outside.path);
  expect((await readdir(outside.path)).sort()).toEqual([...others, basename(one.path), basename(two.path)].sort());
});

describe('a workspace', () => {
  test('reads and writes in its folder', async () => {
    const path = text(join(folder.path, 'one.parquet'));
    await workspace.connection.run(`COPY (SELECT 1 AS one) TO ${path} (FORMAT parquet)`);
    expect(await workspace.texts(`SELECT one, NULL AS none FROM read_parquet(${path})`)).toEqual([
      { one: '1', none: null },
    ]);
  });

  test.each([
    ['reads no other file', () => `SELECT * FROM read_text(${text('/etc/passwd')})`],
    ['reads no file of a neighbour folder', () => `SELECT * FROM read_text(${text(join(folder.path, '..', 'x'))})`],
    ['writes nowhere else', () => `COPY (SELECT 1) TO ${text(join(outside.path, 'x.csv'))}`],
    ['opens no database', () => `ATTACH ${text(join(outside.path, 'x.db'))}`],
    ['loads no extension', () => 'LOAD httpfs'],
    ['installs no extension', () => 'INSTALL httpfs'],
    ['gets no more memory', () => "SET memory_limit = '100GB'"],
    ['cannot be unlocked', () => 'SET lock_configuration = false'],
    ['cannot be let out', () => 'SET enable_external_access = true'],
  ])('%s', async (_, sql) => {
    await expect(workspace.connection.run(sql())).rejects.toThrow(/(Permission|Invalid Input|IO|HTTP) Error/);
  });

  test('does two things beside each other under the same lock, waits for both, and tells the first failure', async () => {
    const count = (by: Workspace) => by.texts('SELECT count(*) AS n FROM range(3)');
    expect(await besideEachOther(workspace, count, count)).toEqual([[{ n: '3' }], [{ n: '3' }]]);
    const leave = (by: Workspace) => by.connection.run(`SELECT * FROM read_text(${text('/etc/passwd')})`);
    await expect(besideEachOther(workspace, count, leave)).rejects.toThrow('Permission Error');
    let ended = false;
    const slow = async (by: Workspace) => {
      await by.texts('SELECT sum(range) AS n FROM range(200000)');
      ended = true;
      throw new Error('first');
    };
    const fails = async () => Promise.reject(new Error('second'));
    await expect(besideEachOther(workspace, slow, fails)).rejects.toThrow('first');
    expect(ended).toBe(true);
    ended = false;
    await expect(besideEachOther(workspace, fails, slow)).rejects.toThrow('second');
    expect(ended).toBe(true);
  });

  test('believes no statistics of a footer', async () => {
    const [settings] = await workspace.texts(
      "SELECT current_setting('disabled_optimizers') AS off, current_setting('memory_limit') AS memory",
    );
    expect(settings?.off?.split(',').sort()).toEqual(['compressed_materialization', 'statistics_propagation']);
    expect(settings?.memory).toBe('1.0 GiB');
  });
});
