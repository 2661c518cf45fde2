import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attachEmbedded } from './embedded.ts';

describe('an embedded cluster', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'prorata-folder-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  // `pg_ctl` hands paths to a shell, and the list of socket folders has commas and quotes of its own.
  it.each(["l'usine, nord", 'the "north" $HOME `id` \\ plant'])('starts in the folder %j', async (name) => {
    const home = join(dir, name);
    await mkdir(home);
    const server = await attachEmbedded(home, { durable: false });
    expect(existsSync(server.socketDirectory)).toBe(true);
    await server.release();
    expect(existsSync(server.socketDirectory), 'its folder for the socket is removed').toBe(false);
  });
});
