import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FACT_COLUMNS, generateSigningKey } from '@prorata/contract';
import { pack, replaceEntry, resign, rewriteTable, unpack } from '@prorata/contract/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyViews } from '../consolidation/verify.ts';
import { revokeKey, setEntityActivity } from '../enrolment/entities.ts';
import { lockMonth } from '../periods/period-status.ts';
import { reportEntities } from '../reports/reports.ts';
import { fact } from '../testing/facts.ts';
import { bundleOf, enrolMember, type Member } from '../testing/members.ts';
import { snapshot } from '../testing/snapshot.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { STAGED_COLUMNS } from './accept.sql.ts';
import { listPublications } from './publications.ts';
import { type Received, receive } from './receive.ts';
import { listRefusals } from './refusal-log.ts';

let test: TestGroup;
let france: Member;
let germany: Member;
beforeAll(async () => {
  test = await openTestGroup();
  france = await enrolMember(test.group, 'FR01');
  germany = await enrolMember(test.group, 'DE02');
});
afterAll(() => test.close());

const WAITING = `SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                  WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()`;

/** What a bundle is refused with, and whether anything but the log of refusals changed. */
async function refusal(
  bytes: Uint8Array,
  of: { entity?: string } = {},
): Promise<{ code: string; unchanged: boolean; detail: string }> {
  const before = await snapshot(test);
  const outcome = await receive(test.group, { file: bytes, ...of }).then(
    (receipt: Received) => ({ code: receipt.outcome as string, detail: '' }),
    (error: { code: string; detail: string }) => error,
  );
  const after = await snapshot(test);
  return { code: outcome.code, detail: outcome.detail, unchanged: JSON.stringify(after) === JSON.stringify(before) };
}

describe('the intake', () => {
  it('stages the columns of the contract in their order', () => {
    expect(STAGED_COLUMNS).toEqual(FACT_COLUMNS);
  });

  it('takes a bundle, shows it in the reports at once, and leaves no file behind', async () => {
    const { bytes, fileName } = await bundleOf(test.group, france);
    const receipt = await receive(test.group, { file: bytes, name: fileName });
    expect(receipt).toMatchObject({
      outcome: 'ACCEPTED',
      entity: 'FR01',
      period_month: '2025-07',
      revision: 1,
      rows: 2,
      replayed: false,
      unmapped: { products: 1, rows: 1 },
      file: 'FR01_2025-07_r1.zip',
    });
    const report = await reportEntities(test.group, { from: '2025-07', to: '2025-07' });
    expect(report.rows.map((row) => [row.entity, row.label, row.cost])).toEqual([['FR01', 'FR01 Ltd', '200']]);
    expect(await readdir(join(test.group.dir, 'incoming'))).toEqual([]);
    expect(await test.admin('SELECT 1 FROM intake_staging')).toEqual([]);
    const [event] = await test.admin<{ event: string; entity_id: string }>(
      `SELECT event, entity_id FROM outbox_event ORDER BY occurred_at DESC LIMIT 1`,
    );
    expect(event).toEqual({ event: 'GROUP.PUBLICATION.ACCEPTED', entity_id: 'FR01/2025-07/r1' });
  });

  it('answers the bundle that stands with its first answer, and does nothing', async () => {
    const { bytes } = await bundleOf(test.group, france, { month: '2025-01' });
    const first = await receive(test.group, { file: bytes });
    const before = await snapshot(test);
    const again = await receive(test.group, { file: bytes });
    expect(again).toEqual({ ...first, replayed: true });
    expect(await snapshot(test)).toEqual(before);
  });

  it('replaces a month by its next revision and keeps the one before as evidence', async () => {
    const first = await bundleOf(test.group, germany);
    await receive(test.group, { file: first.bytes });
    const facts = [fact({ cost_effective: '70', domain_id: 'Networking' })];
    const second = await bundleOf(test.group, germany, { revision: 2, supersedes: first.manifestDigest, facts });
    await receive(test.group, { file: second.bytes });
    const report = await reportEntities(test.group, { from: '2025-07', to: '2025-07', entity: ['DE02'] });
    expect(report.rows.map((row) => row.cost)).toEqual(['70']);
    const parts = await test.admin<{ revision: number; bytes: Buffer }>(
      `SELECT revision, bytes FROM publication_bundle WHERE entity_id = 'DE02' ORDER BY revision`,
    );
    expect(parts.map((part) => part.revision)).toEqual([1, 2]);
    expect(parts[0]?.bytes.equals(first.bytes)).toBe(true);
    expect((await verifyViews(test.group)).consistent).toBe(true);
  });
});

it('lets another entity in while many bundles of one wait for the lock of their month', async () => {
  const [stuck, free] = await Promise.all(
    [france, germany].map((of) => bundleOf(test.group, of, { month: '2024-05' })),
  );
  if (stuck === undefined || free === undefined) throw new Error('no bundles');
  const slice = [`${test.group.scope.tenantId}/FR01/2024-05-01`];
  await test.admin('SELECT pg_advisory_lock(hashtextextended($1, 1))', slice);
  const waiting = Array.from({ length: 10 }, () => receive(test.group, { file: stuck.bytes, entity: 'FR01' }));
  const held = async () => (await test.admin(WAITING)).length;
  await expect.poll(held).toBeGreaterThanOrEqual(4);
  expect(await receive(test.group, { file: free.bytes, entity: 'DE02' })).toMatchObject({ outcome: 'ACCEPTED' });
  expect(await held()).toBe(4);
  await test.admin('SELECT pg_advisory_unlock(hashtextextended($1, 1))', slice);
  const taken = await Promise.all(waiting);
  expect(taken.filter(({ replayed }) => !replayed)).toHaveLength(1);
});

describe('the intake refuses, and changes nothing,', () => {
  const other = generateSigningKey();

  it('one changed byte', async () => {
    const { bytes } = await bundleOf(test.group, france, { month: '2025-02' });
    const changed = Buffer.from(bytes);
    const at = changed.indexOf('PAR1') + 40;
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(await refusal(changed)).toMatchObject({ code: 'FILE_DIGEST_MISMATCH', unchanged: true });
  });

  it.each<[string, string, (bytes: Buffer) => Promise<Uint8Array> | Uint8Array]>([
    ['what is no archive', 'ARCHIVE_REFUSED', () => Buffer.from('not a zip')],
    ['an empty file', 'ARCHIVE_REFUSED', () => Buffer.alloc(0)],
    [
      'a manifest that cannot be read',
      'MANIFEST_UNREADABLE',
      (bytes) => replaceEntry(bytes, 'manifest.jws', Buffer.from('{}')),
    ],
    ['a key that nobody enrolled', 'KEY_UNKNOWN', (bytes) => resign(bytes, other)],
    [
      'a foreign entity',
      'ENTITY_MISMATCH',
      (bytes) => resign(bytes, france.key, (m) => ({ ...m, entity: { ...m.entity, code: 'DE02' } })),
    ],
    [
      'a foreign legal entity',
      'ENTITY_MISMATCH',
      (bytes) => resign(bytes, france.key, (m) => ({ ...m, entity: { ...m.entity, id: germany.legalEntityId } })),
    ],
    [
      'a foreign tenant',
      'ENTITY_MISMATCH',
      (bytes) => resign(bytes, france.key, (m) => ({ ...m, tenant: { ...m.tenant, id: germany.legalEntityId } })),
    ],
    [
      'a test bundle in production',
      'ENVIRONMENT_MISMATCH',
      (bytes) => resign(bytes, france.key, (m) => ({ ...m, deployment: 'test' })),
    ],
    [
      'a contract of the future',
      'CONTRACT_VERSION_UNSUPPORTED',
      (bytes) => resign(bytes, france.key, (m) => ({ ...m, contract: { ...m.contract, version: '2.0.0' } })),
    ],
    [
      'a wrong total',
      'TOTALS_MISMATCH',
      (bytes) =>
        resign(bytes, france.key, (m) => ({
          ...m,
          totals: m.totals.map((total) => ({ ...total, cost_effective: '1' })),
        })),
    ],
    [
      'a fact of another month',
      'SCHEMA_VIOLATION',
      async (bytes) =>
        resign(
          await rewriteTable(bytes, 'facts', `SELECT * REPLACE (DATE '2025-05-01' AS period_month) FROM facts`),
          france.key,
        ),
    ],
    [
      'two facts of one grain',
      'GRAIN_DUPLICATE',
      async (bytes) =>
        resign(await rewriteTable(bytes, 'facts', 'SELECT * FROM facts UNION ALL SELECT * FROM facts'), france.key),
    ],
  ])('%s with %s', async (_what, code, forge) => {
    const { bytes } = await bundleOf(test.group, france, { month: '2025-02' });
    expect(await refusal(await forge(bytes))).toMatchObject({ code, unchanged: true });
  });

  it('a signature that does not hold', async () => {
    const { bytes } = await bundleOf(test.group, france, { month: '2025-02' });
    const text = bytes.toString('latin1');
    const at = text.indexOf('"signature":"') + 20;
    const forged = Buffer.from(bytes);
    forged[at] = text[at] === 'A' ? 66 : 65;
    expect(await refusal(forged)).toMatchObject({ code: 'SIGNATURE_INVALID', unchanged: true });
  });

  it('names and values that no database stores, and logs them in a form that it does', async () => {
    const { bytes } = await bundleOf(test.group, france, { month: '2025-02' });
    const named = (await unpack(bytes)).map((entry) => ({
      ...entry,
      name: entry.name.replace('facts', 'fac\u0000ts'),
    }));
    expect((await refusal(await pack(named))).code).toBe('ARCHIVE_REFUSED');
    const cut = [fact({ domain_id: `${'x'.repeat(199)}😀` })];
    const long = await bundleOf(test.group, france, { month: '2025-02', facts: cut });
    expect((await refusal(long.bytes)).code).toBe('REFERENCE_UNKNOWN');
    const half = await resign(bytes, france.key, (m) => ({ ...m, generator: { name: '\ud83d', version: '1' } }));
    expect((await refusal(half)).code).toBe('MANIFEST_UNREADABLE');
    const logged = await listRefusals(test.group, { limit: 3 });
    expect(logged.map((entry) => entry.code)).toEqual(['MANIFEST_UNREADABLE', 'REFERENCE_UNKNOWN', 'ARCHIVE_REFUSED']);
    expect(logged.at(-1)?.message).toContain('fac\\u0000ts.parquet');
  });

  it('an unknown domain, naming it and its rows', async () => {
    const facts = [fact({ domain_id: 'Quantum' }), fact({ domain_id: 'Quantum', application_id: 'other' })];
    const { bytes } = await bundleOf(test.group, france, { month: '2025-02', facts });
    const { code, unchanged, detail } = await refusal(bytes);
    expect([code, unchanged]).toEqual(['REFERENCE_UNKNOWN', true]);
    expect(detail).toContain('The domain Quantum is no reference of the group; 2 rows name it');
  });

  it('another entity than the transport names', async () => {
    const { bytes } = await bundleOf(test.group, france, { month: '2025-02' });
    expect(await refusal(bytes, { entity: 'DE02' })).toMatchObject({ code: 'ENTITY_MISMATCH', unchanged: true });
  });

  it('a revoked key', async () => {
    const leaver = await enrolMember(test.group, 'IT07');
    const { bytes } = await bundleOf(test.group, leaver);
    await revokeKey(test.group, { kid: leaver.key.kid, reason: 'lost' });
    expect(await refusal(bytes)).toMatchObject({ code: 'KEY_REVOKED', unchanged: true });
  });

  it.each(['0001-01', '1989-12', '2199-12', '9999-12'])(
    'refuses the month %s, which would stretch every report',
    async (month) => {
      const { bytes } = await bundleOf(test.group, france, { month });
      expect(await refusal(bytes)).toMatchObject({
        code: 'SCHEMA_VIOLATION',
        unchanged: true,
        detail: expect.stringContaining(`The month ${month} is not between 1990-01 and`),
      });
    },
  );

  it('a month in which the entity is not active', async () => {
    const leaver = await enrolMember(test.group, 'ES08');
    const { bytes } = await bundleOf(test.group, leaver);
    await setEntityActivity(test.group, { entity: 'ES08', active_from: null, active_to: '2025-06' });
    expect(await refusal(bytes)).toMatchObject({ code: 'ENTITY_INACTIVE', unchanged: true });
  });

  it('a locked month', async () => {
    await lockMonth(test.group, { month: '2025-03', reason: 'audited' });
    const { bytes } = await bundleOf(test.group, france, { month: '2025-03' });
    expect(await refusal(bytes)).toMatchObject({ code: 'PERIOD_LOCKED', unchanged: true });
  });

  it('a skipped, a repeated, a superseded revision, and one that does not name the head', async () => {
    const first = await bundleOf(test.group, france, { month: '2025-04' });
    await receive(test.group, { file: first.bytes });
    const facts = [fact({ cost_effective: '1' })];
    const follow = (revision: number, supersedes: string | null) =>
      bundleOf(test.group, france, { month: '2025-04', revision, supersedes, facts });
    const digest = first.manifestDigest;
    const conflict = { code: 'REVISION_CONFLICT', unchanged: true };
    expect(await refusal((await follow(3, digest)).bytes)).toMatchObject(conflict);
    expect(await refusal((await follow(1, null)).bytes)).toMatchObject(conflict);
    expect(await refusal((await follow(2, 'ab'.repeat(32))).bytes)).toMatchObject(conflict);
    const second = await follow(2, digest);
    await receive(test.group, { file: second.bytes });
    expect(await refusal(first.bytes)).toMatchObject(conflict);
    // What comes too late for a locked month is told with the one that stands.
    await lockMonth(test.group, { month: '2025-04', reason: 'audited' });
    const late = await follow(3, second.manifestDigest);
    expect(await refusal(late.bytes)).toMatchObject({ code: 'PERIOD_LOCKED' });
    const published = await listPublications(test.group, { from: '2025-04', to: '2025-04', all_revisions: true });
    expect(published.map((row) => [row.revision, row.differs_revision])).toEqual([
      [1, null],
      [2, 3],
    ]);
  });

  it('a file that is larger than a bundle may be, having read no more of it', async () => {
    const { bytes } = await bundleOf(test.group, france, { month: '2025-02' });
    const outcome = receive(test.group, { file: bytes, limits: { archiveBytes: 1000 } });
    await expect(outcome).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED' });
  });

  it('what cannot be read, with its place', async () => {
    await expect(receive(test.group, { file: '/nowhere/bundle.zip' })).rejects.toMatchObject({
      code: 'BUNDLE_UNREADABLE',
    });
  });

  it('and keeps a log of it', async () => {
    const codes = await test.admin<{ code: string }>('SELECT DISTINCT code FROM intake_refusal');
    expect(codes.length).toBeGreaterThan(10);
  });
});
