import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyEnrolment } from '@prorata/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFileEngine } from '../import/duckdb.ts';
import { initEntity, openEntity, workFolder } from './entity.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'prorata-node-'));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

const init = (name: string, change: object = {}) =>
  initEntity({
    dir: join(root, name),
    code: 'FR01',
    label: 'Helios France',
    country: 'FR',
    currency: 'EUR',
    ...change,
  });

describe('an entity node', () => {
  it('is made with a key that only its owner reads, an enrolment that proves it, and a mapping to edit', async () => {
    const made = await init('E');
    expect((await stat(join(made.dir, 'keys', 'signing.json'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(made.dir, 'keys', '.gitignore'), 'utf8')).toBe('*\n');
    const enrolment = await verifyEnrolment(await readFile(made.enrolment, 'utf8'));
    expect(enrolment).toMatchObject({ entity: { code: 'FR01', country: 'FR' }, fingerprint: made.fingerprint });
    expect(await readFile(made.mapping, 'utf8')).toContain('prorata.mapping/1');
    await expect(init('E')).rejects.toMatchObject({ code: 'NODE_EXISTS' });
  });

  it('removes what a killed process left, and leaves what a living one works on', async () => {
    const dir = join(root, 'E');
    const dead = join(workFolder(dir), '4194303-dead');
    const alive = join(workFolder(dir), `${process.pid}-alive`);
    await mkdir(dead, { recursive: true });
    await mkdir(alive, { recursive: true });
    const entity = await openEntity(dir);
    try {
      expect([existsSync(dead), existsSync(alive)]).toEqual([false, true]);
    } finally {
      await entity.close();
    }
  });

  it.each([
    [{ country: 'XX' }, 'NODE_CONFIG_INVALID'],
    [{ currency: 'EURO' }, 'NODE_CONFIG_INVALID'],
  ])('is not made with %j', async (change, code) => {
    await expect(init('refused', change)).rejects.toMatchObject({ code });
    expect(existsSync(join(root, 'refused'))).toBe(false);
  });
});

describe('the engine that reads files of others', () => {
  it('reads the file that it was opened for and nothing else, and cannot be talked into more', async () => {
    const readable = join(root, 'E', 'mapping.yaml');
    const engine = await openFileEngine({ readable: [readable], spillDir: join(root, 'spill') });
    try {
      expect(await engine.rows(`SELECT count(*) FROM read_text('${readable}')`)).toEqual([['1']]);
      const forbidden = [
        `SELECT * FROM read_text('${join(root, 'E', 'prorata.yaml')}')`,
        `COPY (SELECT 1) TO '${join(root, 'out.csv')}'`,
        `ATTACH '${join(root, 'other.db')}'`,
        'SET enable_external_access = true',
        `SET allowed_paths = ['/etc/passwd']`,
        'INSTALL httpfs',
      ];
      for (const statement of forbidden) await expect(engine.rows(statement), statement).rejects.toThrow();
    } finally {
      engine.close();
    }
  });
});
