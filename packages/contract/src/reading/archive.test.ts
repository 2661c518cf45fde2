import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pack, type SampleBundle, sampleBundle, unpack, verdictOn } from '../testing/index.ts';
import type { BundleTrust } from './verify-bundle.ts';

let sample: SampleBundle;
let folder: string;
beforeAll(async () => {
  sample = await sampleBundle();
  folder = await mkdtemp(join(tmpdir(), 'prorata-archive-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function refusal(file: Uint8Array | string, trust: Partial<BundleTrust> = {}) {
  const { refusal, left } = await verdictOn(file, { ...sample.trust, ...trust });
  expect(left).toEqual([]);
  return refusal;
}

const changed = (at: number, bytes: readonly number[]) => {
  const copy = Buffer.from(sample.bytes);
  copy.set(bytes, at < 0 ? copy.length + at : at);
  return copy;
};

describe('ARCHIVE_REFUSED', () => {
  test.each<[string, () => Promise<Uint8Array> | Uint8Array]>([
    ['empty', () => Buffer.alloc(0)],
    ['not a ZIP', () => Buffer.from('a,b,c\n1,2,3\n')],
    ['truncated', () => sample.bytes.subarray(0, sample.bytes.length - 30)],
    ['cut in the middle', () => sample.bytes.subarray(0, sample.bytes.length / 2)],
    ['bytes before it', () => Buffer.concat([Buffer.from('MZ'), sample.bytes])],
    ['bytes after it', () => Buffer.concat([sample.bytes, Buffer.from([0])])],
    ['a second archive after it', () => Buffer.concat([sample.bytes, sample.bytes])],
    [
      'an extra file',
      async () => pack([...(await unpack(sample.bytes)), { name: 'note.txt', content: Buffer.from('x') }]),
    ],
    ['a missing file', async () => pack((await unpack(sample.bytes)).slice(0, 4))],
    [
      'a file twice',
      async () =>
        pack(
          (await unpack(sample.bytes)).map((entry, index, all) =>
            index === 4 ? { ...entry, name: all[3]?.name ?? '' } : entry,
          ),
        ),
    ],
    [
      'another name',
      async () =>
        pack((await unpack(sample.bytes)).map((entry) => ({ ...entry, name: entry.name.replace('facts', 'Facts') }))),
    ],
    [
      'a compressed entry',
      async () =>
        pack((await unpack(sample.bytes)).map((entry) => ({ ...entry, compress: entry.name === 'facts.parquet' }))),
    ],
    ['a comment', () => Buffer.concat([changed(-2, [1, 0]), Buffer.from('x')])],
  ])('%s', async (_, bytes) => {
    expect((await refusal(await bytes()))?.code).toBe('ARCHIVE_REFUSED');
  });

  test('an entry that calls itself compressed although its sizes are equal', async () => {
    const method = Buffer.from(sample.bytes);
    for (const [signature, at] of [
      ['PK\u0003\u0004', 8],
      ['PK\u0001\u0002', 10],
    ] as const) {
      for (let start = method.indexOf(signature); start >= 0; start = method.indexOf(signature, start + 1)) {
        method.writeUInt16LE(8, start + at);
      }
    }
    expect((await refusal(method))?.message).toMatch('entries are stored');
  });

  test('more entries than a bundle has, before their names are read', async () => {
    const entries = Array.from({ length: 1000 }, (_, index) => ({ name: `${index}`, content: Buffer.alloc(1) }));
    expect((await refusal(await pack(entries)))?.message).toMatch('has 1000 entries, a bundle has 5');
  });

  test('a checksum that belies its bytes, said equally in every place', async () => {
    const facts = (await unpack(sample.bytes)).find((entry) => entry.name === 'facts.parquet');
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32LE(crc32(facts?.content ?? Buffer.alloc(0)));
    const belied = Buffer.from(
      sample.bytes.toString('latin1').replaceAll(checksum.toString('latin1'), 'ABCD'),
      'latin1',
    );
    expect(belied.equals(sample.bytes)).toBe(false);
    expect((await refusal(belied))?.message).toMatch('checksum of facts.parquet does not belong to its bytes');
  });

  test('names that leave the folder', async () => {
    const traversal = Buffer.from(
      (await pack(await unpack(sample.bytes))).toString('latin1').replaceAll('facts.parquet', '../s.parquet'),
      'latin1',
    );
    expect((await refusal(traversal))?.code).toBe('ARCHIVE_REFUSED');
    const absolute = Buffer.from(
      sample.bytes.toString('latin1').replaceAll('facts.parquet', '/acts.parquet'),
      'latin1',
    );
    expect((await refusal(absolute))?.code).toBe('ARCHIVE_REFUSED');
  });

  test('a bomb of half a gigabyte is refused from its directory, without unpacking', async () => {
    const entries = await unpack(sample.bytes);
    const bomb = await pack(
      entries.map((entry) =>
        entry.name === 'facts.parquet' ? { ...entry, content: Buffer.alloc(512 * 1024 ** 2), compress: true } : entry,
      ),
    );
    expect(bomb.length).toBeLessThan(1024 ** 2);
    const start = process.cpuUsage();
    expect((await refusal(bomb))?.code).toBe('ARCHIVE_REFUSED');
    expect(process.cpuUsage(start).user).toBeLessThan(1_000_000);
  });

  test('sizes beyond the limits, before anything is read', async () => {
    expect((await refusal(sample.bytes, { limits: { archiveBytes: sample.bytes.length - 1 } }))?.code).toBe(
      'ARCHIVE_REFUSED',
    );
    expect((await refusal(sample.bytes, { limits: { manifestBytes: 100 } }))?.code).toBe('ARCHIVE_REFUSED');
    expect((await refusal(sample.bytes, { limits: { rowsPerFile: 5 } }))?.message).toMatch('facts.parquet says 6 rows');
    expect((await refusal(sample.bytes, { limits: { uncompressedBytes: 500 } }))?.message).toMatch('unpacks to');
    expect((await refusal(sample.bytes, { limits: { footerBytes: 50 } }))?.message).toMatch('footer');
    expect(await refusal(sample.bytes, { limits: { archiveBytes: sample.bytes.length, rowsPerFile: 6 } })).toBeNull();
  });

  test('every header byte of the archive has one meaning: whichever is damaged, the bundle is refused', async () => {
    const data = await unpack(sample.bytes);
    const inside = new Set<number>();
    for (const { content } of data) {
      const start = sample.bytes.indexOf(Buffer.from(content));
      for (let at = start; at < start + content.length; at += 1) inside.add(at);
    }
    const headers = Array.from(sample.bytes.keys()).filter((at) => !inside.has(at));
    expect(headers.length).toBeGreaterThan(400);
    for (const at of headers) {
      for (const flip of [0x01, 0x80]) {
        const found = await refusal(changed(at, [(sample.bytes[at] ?? 0) ^ flip]));
        expect(found?.code, `byte ${at} flipped by ${flip}`).toBe('ARCHIVE_REFUSED');
      }
    }
  });
});

describe('other ways in', () => {
  test('a path', async () => {
    const path = join(folder, 'good.zip');
    await writeFile(path, sample.bytes);
    expect(await refusal(path)).toBeNull();
  });

  test('no such file, a folder, a pipe', async () => {
    expect((await refusal(join(folder, 'absent.zip')))?.code).toBe('ARCHIVE_REFUSED');
    expect((await refusal(folder))?.code).toBe('ARCHIVE_REFUSED');
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect((await refusal(pipe))?.code).toBe('ARCHIVE_REFUSED');
  });

  test('an archive in another order of entries says the same', async () => {
    expect(await refusal(await pack((await unpack(sample.bytes)).reverse()))).toBeNull();
  });
});
