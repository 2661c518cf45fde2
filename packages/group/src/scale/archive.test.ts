import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { publicationBundle } from '../intake/publications.ts';
import { receive } from '../intake/receive.ts';
import { lockMonth } from '../periods/period-status.ts';
import { bundleOf, enrolMember } from '../testing/members.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { archiveBundles, restoreBundles } from './archive.ts';
import { makePartitionsAhead } from './partitions.ts';

const OLD = { entity: 'FR01', month: '2025-07', revision: 1 };
const FILE = '2025-07/FR01_2025-07_r1.zip';

let test: TestGroup;
let sent: Buffer;
beforeAll(async () => {
  test = await openTestGroup();
  const member = await enrolMember(test.group, 'FR01');
  for (const month of ['2025-07', '2025-08']) {
    const { bytes } = await bundleOf(test.group, member, { month });
    if (month === OLD.month) sent = bytes;
    await receive(test.group, { file: bytes });
  }
  await lockMonth(test.group, { month: OLD.month, reason: 'a year has passed' });
});
afterAll(() => test.close());

const stored = () => test.admin('SELECT period_month, revision FROM publication_bundle ORDER BY 1');
const read = async () => Buffer.from(await buffer(await publicationBundle(test.group, OLD)));

it('archives bundles of locked months only, reads them all the same, and takes them back', async () => {
  expect(await archiveBundles(test.group, { until: '2025-12' })).toEqual({ bundles: 1, bytes: sent.length });
  expect(await stored()).toHaveLength(1);
  expect(await read()).toEqual(sent);
  const index = JSON.parse(await readFile(join(test.group.dir, 'archive/index.json'), 'utf8'));
  const sha256 = createHash('sha256').update(sent).digest('hex');
  expect(index.files).toMatchObject([{ ...OLD, path: FILE, sha256 }]);
  expect(await archiveBundles(test.group, { until: '2025-12' })).toEqual({ bundles: 0, bytes: 0 });
  expect(await restoreBundles(test.group, { until: '2025-12' })).toEqual({ bundles: 1, bytes: sent.length });
  expect(await stored()).toHaveLength(2);
  expect(await read()).toEqual(sent);
});

it('refuses an archived bundle that somebody changed, and keeps what it knows of it', async () => {
  await archiveBundles(test.group, { until: '2025-12' });
  const file = join(test.group.dir, 'archive', FILE);
  await writeFile(file, Buffer.concat([sent, Buffer.from('x')]));
  await expect(read()).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED' });
  await expect(restoreBundles(test.group, { until: '2025-12' })).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED' });
  expect(await test.admin('SELECT path FROM bundle_archive')).toEqual([{ path: FILE }]);
  await writeFile(file, sent);
  expect(await read()).toEqual(sent);
});

it('makes the partitions of the months around a day ahead, and again', async () => {
  const day = new Date('2031-12-31T23:00:00Z');
  const months = ['2031-11', '2031-12', '2032-01', '2032-02'];
  expect(await makePartitionsAhead(test.group, day)).toEqual(months);
  expect(await makePartitionsAhead(test.group, day)).toEqual(months);
  const there = await test.admin(
    `SELECT relname FROM pg_class WHERE relname ~ '^fact_consumption_group_203[12]_[0-9]+$'`,
  );
  expect(there).toHaveLength(4);
});
