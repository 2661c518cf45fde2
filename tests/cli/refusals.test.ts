import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildDemoGroup, type DemoGroup } from '@prorata/cli';
import { openGroup } from '@prorata/group';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEntityNode } from '../../packages/cli/src/entity/open.ts';
import { answerInProcess, prorata, refusalInProcess, scratch } from './process.ts';

/** Bad input through the shell: a clear problem, exit code 1, and nothing is lost. */
let folder: Awaited<ReturnType<typeof scratch>>;
let demo: DemoGroup;
let entity: string;
/** Kept open, so that the databases stay up between commands, as they do beside a serving node. */
const open: { close(): Promise<void> }[] = [];

/** A month that the sample group leaves open. */
const MONTH = '2025-07';

async function stored(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder.dir, name);
  await writeFile(path, content);
  return path;
}

async function bill(): Promise<string> {
  return await readFile(join(demo.input, 'FR01', `${MONTH}_FR01_focus.csv`), 'utf8');
}

beforeAll(async () => {
  folder = await scratch('refusals');
  demo = await buildDemoGroup({ dir: join(folder.dir, 'demo'), months: [MONTH], entities: ['FR01'], rows: 60 });
  entity = demo.entities.FR01 ?? '';
  open.push(await openEntityNode(entity), await openGroup(demo.group));
});

afterAll(async () => {
  for (const node of open) await node.close();
  await folder.remove();
});

describe('a file that is no bill', () => {
  it.each([
    ['binary', () => Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 37) % 256))],
    ['prose', () => 'Dear customer,\nplease find enclosed nothing at all.\n'],
    ['empty', () => ''],
    ['header only', async () => (await bill()).split('\n', 1)[0] ?? ''],
    ['a zip', () => Buffer.from('504b0304140000000000', 'hex')],
    ['half a gzip', async () => gzipSync(await bill()).subarray(0, 2000)],
    ['a column too few', async () => (await bill()).replace('BilledCost', 'BilledPrice')],
    ['a month that is none', async () => (await bill()).replaceAll('2025-07-01T00:00:00Z', '2025-13-01T00:00:00Z')],
    ['money that is none', async () => (await bill()).replace(/^[0-9.]+,/m, '1_000,')],
  ])('%s is refused and nothing is lost', async (name, content) => {
    const file = await stored(`${name.replaceAll(' ', '-')}.csv`, await content());
    const problem = await refusalInProcess('entity', 'import', 'focus', file, '--dir', entity);
    expect(problem.code).not.toBe('INTERNAL');
    expect(problem).toMatchObject({ code: expect.stringMatching(/^[A-Z_]+$/), next: expect.stringMatching(/.{20,}/) });
  });

  it('a bomb of zeros in a gzip is refused before it fills the disk', async () => {
    const bomb = await stored('bomb.csv.gz', gzipSync(Buffer.alloc(100 * 1024 * 1024), { level: 9 }));
    const problem = await refusalInProcess('entity', 'import', 'focus', bomb, '--dir', entity);
    expect(problem).toMatchObject({ code: 'ARCHIVE_TOO_LARGE', status: 413 });
  });

  it('another file for a scope that is there needs --replace', async () => {
    const file = await stored('other.csv', `${await bill()}`.replace('Usage-Based', 'usage-based'));
    const problem = await refusalInProcess('entity', 'import', 'focus', file, '--dir', entity);
    expect(problem).toMatchObject({ code: 'SCOPE_EXISTS', status: 409 });
  });

  it('does not keep the good files of the same call out', async () => {
    const good = join(folder.dir, 'copy-of-the-bill.csv');
    await copyFile(join(demo.input, 'FR01', `${MONTH}_FR01_focus.csv`), good);
    const problem = await refusalInProcess(
      'entity',
      'import',
      'focus',
      join(folder.dir, 'absent.csv'),
      good,
      '--dir',
      entity,
    );
    expect(problem).toMatchObject({
      code: 'FILE_NOT_FOUND',
      results: [
        { accepted: false, code: 'FILE_NOT_FOUND' },
        { accepted: true, imported: false },
      ],
    });
  });
});

describe('a word that means nothing', () => {
  it.each([
    ['MONTH_INVALID', ['entity', 'run', '2025-13', '--dir']],
    ['MONTH_INVALID', ['entity', 'publish', 'July', '--dir']],
    ['MONTH_INVALID', ['entity', 'report', 'facts', '2025-00', '--dir']],
    ['NO_CONSUMPTION', ['entity', 'run', '2031-05', '--dir']],
    ['OPTION_INVALID', ['entity', 'report', 'facts', MONTH, '--limit', '0', '--dir']],
    ['CURSOR_INVALID', ['entity', 'report', 'facts', MONTH, '--after', 'x', '--dir']],
    ['BATCH_NOT_FOUND', ['entity', 'runs', 'batch', 'x', '--dir']],
    ['NO_RUN', ['entity', 'publish', '2031-05', '--dir']],
    ['NODE_KIND_WRONG', ['group', 'verify', '--dir']],
    ['OPTION_INVALID', ['token', '--role', 'finops.reader', '--hours', '-3', '--dir']],
    ['OPTION_INVALID', ['token', '--role', 'nonsense', '--dir']],
    ['OPTION_INVALID', ['token', '--role', 'finops.reader', 'group.reader', '--dir']],
    ['PORT_INVALID', ['serve', '--port', '99999', '--dir']],
    ['ENTITY_NOT_HERE', ['token', '--role', 'finops.reader', '--legal-entity', 'XX99', '--dir']],
  ])('%s for %j on an entity', async (code, words) => {
    expect(await refusalInProcess(...words, entity)).toMatchObject({ code });
  });

  it.each([
    ['REVISION_INVALID', ['group', 'difference', 'FR01', MONTH, '--from', '-1', '--to', '1', '--dir']],
    ['REVISION_INVALID', ['group', 'publication', 'FR01', MONTH, '0', '--out', 'x.zip', '--dir']],
    ['PUBLICATION_NOT_FOUND', ['group', 'publication', 'XX99', MONTH, '1', '--out', 'x.zip', '--dir']],
    ['ENTITY_UNKNOWN', ['group', 'activity', 'XX99', '--dir']],
    ['ENTITY_UNKNOWN', ['group', 'report', 'entities', '--entity', 'XX99', '--dir']],
    ['ENTITY_UNKNOWN', ['group', 'report', 'drilldown', '--entity', 'XX99', '--dir']],
    ['ENTITY_UNKNOWN', ['group', 'report', 'completeness', '--entity', 'FR01', 'XX99', '--dir']],
    ['ENTITY_NOT_HERE', ['group', 'publications', '--entity', 'XX99', '--dir']],
    ['MONTH_INVALID', ['group', 'report', 'months', '--from', '2025-13', '--dir']],
    ['MONTH_INVALID', ['group', 'report', 'months', '--from', '2025-05', '--to', '2025-01', '--dir']],
    ['OPTION_INVALID', ['group', 'report', 'months', '--currency', 'euro', '--dir']],
    ['DRILLDOWN_PATH_INVALID', ['group', 'report', 'drilldown', '--application', 'web shop', '--dir']],
    ['PERIOD_INCOMPLETE', ['group', 'lock', MONTH, '--dir']],
    ['PERIOD_STATE_UNCHANGED', ['group', 'reopen', MONTH, '--reason', 'test', '--dir']],
    ['MONTH_INVALID', ['group', 'lock', '2025-13', '--dir']],
    ['KEY_NOT_FOUND', ['group', 'keys', 'revoke', 'nobody', '--reason', 'test', '--dir']],
  ])('%s for %j on a group', async (code, words) => {
    expect(await refusalInProcess(...words, demo.group)).toMatchObject({ code });
  });

  it('is said on stderr for people, and stdout stays empty', async () => {
    const outcome = await prorata('entity', 'run', '2025-13', '--dir', entity);
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toContain('MONTH_INVALID');
    expect(outcome.stderr).toContain('What to do: ');
  });
});

describe('after all of that', () => {
  it('refuses a file that is no bundle and a rates file that is none', async () => {
    const file = await stored('zeros.zip', Buffer.alloc(200_000));
    expect(await refusalInProcess('group', 'receive', file, '--dir', demo.group)).toMatchObject({
      code: 'ARCHIVE_REFUSED',
    });
    expect(await refusalInProcess('group', 'fx', 'import', file, '--dir', demo.group)).toMatchObject({
      code: 'RATES_INVALID',
    });
  });

  it('the month still says what it said before', async () => {
    const report = await answerInProcess('entity', 'report', 'facts', MONTH, '--dir', entity);
    expect(report).toMatchObject({ conservation: { equal: true } });
    const paged = ['entity', 'report', 'facts', MONTH, '--limit', '3'];
    const page = await answerInProcess(...paged, '--dir', entity);
    const next = await answerInProcess(...paged, '--after', String(page.next), '--dir', entity);
    expect([page.rows, next.rows].flat()).toEqual((report.rows as unknown[]).slice(0, 6));
    expect(page).toMatchObject({ totals: report.totals });
    expect(await answerInProcess('entity', 'runs', 'batches', '--dir', entity)).toEqual({ rows: [] });
    expect(await answerInProcess('entity', 'publish', MONTH, '--dir', entity)).toMatchObject({
      created: false,
      revision: 1,
    });
    expect(await answerInProcess('group', 'verify', '--dir', demo.group)).toMatchObject({ consistent: true });
    const months = await answerInProcess('group', 'report', 'months', '--dir', demo.group);
    expect(months.rows).toEqual([expect.objectContaining({ cost: demo.figures.months[0]?.cost })]);
  });
});
