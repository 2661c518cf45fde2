import { join } from 'node:path';
import { type GeneratedInput, generateInput } from '@prorata/cli';
import { openGroup } from '@prorata/group';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEntityNode } from '../../packages/cli/src/entity/open.ts';
import { amount, answer, answerInProcess, inProcess, prorata, refusalInProcess, scratch } from './process.ts';

/** The walk of the README through the shell: one group, one company, two months; what writes or signs is a process of its own. */
let folder: Awaited<ReturnType<typeof scratch>>;
let input: GeneratedInput;
let group: string;
let entity: string;
let fingerprint: string;
/** Once made, a node is kept open here: its database then stays up between commands, as it does beside a serving node. */
const open: { close(): Promise<void> }[] = [];

const MONTH = '2025-02';

function bill(month: string) {
  const file = input.files.find((candidate) => candidate.month === month);
  if (file === undefined) throw new Error(`no bill of ${month}`);
  return file;
}

beforeAll(async () => {
  folder = await scratch('walk');
  group = join(folder.dir, 'G');
  entity = join(folder.dir, 'E');
  const months = ['2025-01', MONTH];
  input = await generateInput({ dir: join(folder.dir, 'bills'), months, entities: ['CH05'], rows: 60 });
});

afterAll(async () => {
  for (const node of open) await node.close();
  await folder.remove();
});

describe('from a bill to the group, through the shell', () => {
  it('makes a group and gives it exchange rates', async () => {
    const made = await answer('group', 'init', '--dir', group, '--tenant', 'ACME', '--currency', 'EUR');
    expect(made).toMatchObject({ currency: 'EUR', deployment: 'prod', tenant: { code: 'ACME' } });
    open.push(await openGroup(group));
    const rates = await answer('group', 'fx', 'import', input.rates, '--dir', group);
    expect(rates).toMatchObject({ rate_set: 1, replayed: false, provisional: ['2026-01'] });
    expect(await answerInProcess('group', 'fx', 'import', input.rates, '--dir', group)).toMatchObject({
      replayed: true,
    });
    const again = await refusalInProcess('group', 'init', '--dir', group, '--tenant', 'ACME', '--currency', 'EUR');
    expect(again).toMatchObject({ code: 'NODE_EXISTS', status: 409 });
  });

  it('enrols an entity only under the fingerprint that its operator reads out', async () => {
    const words = ['--code', 'CH05', '--label', 'Acme Suisse', '--country', 'CH', '--currency', 'CHF'];
    const made = await answer('entity', 'init', '--dir', entity, ...words);
    open.push(await openEntityNode(entity));
    fingerprint = String(made.fingerprint);
    expect(fingerprint).toMatch(/^[A-Z2-7-]{40,}$/);
    const enrolment = join(entity, 'enrolment.json');
    const wrong = fingerprint.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
    expect(
      await refusalInProcess('group', 'enrol', '--dir', group, '--entity', enrolment, '--fingerprint', wrong),
    ).toMatchObject({ code: 'FINGERPRINT_MISMATCH' });
    const enrolled = await answer(
      'group',
      'enrol',
      '--dir',
      group,
      '--entity',
      enrolment,
      '--fingerprint',
      fingerprint,
    );
    expect(enrolled).toMatchObject({ entity: 'CH05', path: join(group, 'admissions', 'CH05.jws') });
    const joined = await answerInProcess('entity', 'join', String(enrolled.path), '--dir', entity);
    expect(joined).toMatchObject({ entity: 'CH05', tenant: { code: 'ACME' } });
  });

  it('imports bills once, whatever how often they come, with their exact totals', async () => {
    const [first, second] = [bill('2025-01'), bill(MONTH)];
    const both = await answer('entity', 'import', 'focus', first.path, second.path, '--dir', entity);
    expect(both).toMatchObject({ rows: first.rows + second.rows, totals: [{ currency: 'CHF' }] });
    const again = await answerInProcess('entity', 'import', 'focus', second.path, '--dir', entity);
    expect(again).toMatchObject({ imported: false, rows: second.rows });
    const [total] = Array.isArray(again.totals) ? again.totals : [];
    expect(amount(total.billed_cost)).toBe(amount(second.billed_cost));
    expect(amount(total.effective_cost)).toBe(amount(second.effective_cost));
  });

  it('runs the month, and its facts hold the money of the bill', async () => {
    expect(await answer('entity', 'run', MONTH, '--dir', entity)).toMatchObject({ status: 'COMPLETED' });
    const report = await answerInProcess('entity', 'report', 'facts', MONTH, '--dir', entity);
    expect(report).toMatchObject({ conservation: { equal: true } });
    const rows = Array.isArray(report.rows) ? report.rows : [];
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) expect(typeof row.cost_effective).toBe('string');
    const coverage = await inProcess('entity', 'report', 'coverage', MONTH, '--dir', entity);
    expect(coverage.stdout).toMatch(/UNALLOCATED +tax/);
  });

  it('publishes a bundle that conforms, and the same revision while nothing changes', async () => {
    const out = join(folder.dir, 'out.zip');
    const published = await answer('entity', 'publish', MONTH, '--dir', entity, '--out', out);
    expect(published).toMatchObject({ revision: 1, created: true, file: `CH05_${MONTH}_r1.zip`, path: out });
    const check = await answer('contract', 'check', out, '--keys', join(entity, 'enrolment.json'));
    expect(check).toMatchObject({ violations: [], signature: 'valid' });
    expect(await answerInProcess('entity', 'publish', MONTH, '--dir', entity)).toMatchObject({
      revision: 1,
      created: false,
    });
  });

  it('receives it once, and the group answers in its own currency', async () => {
    const bundle = join(folder.dir, 'out.zip');
    expect(await answer('group', 'receive', bundle, '--dir', group)).toMatchObject({ replayed: false, revision: 1 });
    expect(await answerInProcess('group', 'receive', bundle, '--dir', group)).toMatchObject({
      replayed: true,
      revision: 1,
    });
    const months = await answer('group', 'report', 'months', '--dir', group);
    expect(months.rows).toEqual([expect.objectContaining({ period_month: MONTH, currency: 'EUR' })]);
    const entities = await answerInProcess('group', 'report', 'entities', '--dir', group, '--month', MONTH);
    const [row] = Array.isArray(entities.rows) ? entities.rows : [];
    expect(row).toMatchObject({ entity: 'CH05', local_currency: 'CHF', rank: 1, period_month: MONTH });
    expect(amount(row.local_cost)).toBe(amount(bill(MONTH).effective_cost));
    const billed = await answerInProcess('group', 'report', 'entities', '--dir', group, '--measure', 'cost_billed');
    expect(billed.rows).toEqual([expect.objectContaining({ local_cost: expect.any(String) })]);
  });

  it('drills down with equal totals and lists what is complete', async () => {
    const matrix = await answerInProcess('group', 'report', 'matrix', '--dir', group);
    expect(matrix.rows).toContainEqual(expect.objectContaining({ entity: 'CH05', domain: 'Compute' }));
    const shown = await prorata('group', 'report', 'drilldown', '--dir', group, '--entity', 'CH05');
    expect(shown.stdout).toContain('ACME › Acme Suisse');
    const completeness = await answerInProcess('group', 'report', 'completeness', '--dir', group);
    expect(completeness.rows).toEqual([
      expect.objectContaining({ entity: 'CH05', period_month: MONTH, revision: 1, status: 'OPEN' }),
    ]);
    expect(await answerInProcess('group', 'verify', '--dir', group)).toMatchObject({ consistent: true });
  });

  it('locks a month with a reason, and opens it again with one', async () => {
    const words = [MONTH, '--reason', 'test', '--dir', group];
    expect(await answerInProcess('group', 'lock', ...words)).toMatchObject({ status: 'LOCKED', publications: 1 });
    const { rows } = await answerInProcess('group', 'report', 'comparison', '--month', MONTH, '--dir', group);
    expect(rows).toEqual(
      expect.arrayContaining([expect.objectContaining({ entity: 'CH05', unit: expect.any(String) })]),
    );
    expect(await answerInProcess('group', 'reopen', ...words)).toMatchObject({ status: 'OPEN' });
  });

  it('hands over to a new key, and a revoked one signs nothing any more', async () => {
    const rotated = await answer('entity', 'keys', 'rotate', '--dir', entity);
    expect(rotated.kid).not.toBe(rotated.old_kid);
    await answerInProcess('entity', 'run', '2025-01', '--dir', entity);
    const { path } = await answerInProcess('entity', 'publish', '2025-01', '--dir', entity);
    const bundle = String(path);
    expect(await refusalInProcess('group', 'receive', bundle, '--dir', group)).toMatchObject({ code: 'KEY_UNKNOWN' });
    const taken = await answer('group', 'keys', 'rotate', String(rotated.statement), '--dir', group);
    expect(taken).toMatchObject({ entity: 'CH05', kid: rotated.kid, fingerprint: rotated.fingerprint });
    expect(await answerInProcess('group', 'receive', bundle, '--dir', group)).toMatchObject({
      revision: 1,
      kid: rotated.kid,
    });
    await answerInProcess(
      'group',
      'keys',
      'revoke',
      String(rotated.kid),
      '--reason',
      'end of the test',
      '--dir',
      group,
    );
    expect(await refusalInProcess('group', 'receive', bundle, '--dir', group)).toMatchObject({ code: 'KEY_REVOKED' });
  });

  it('is sound: audit chains, file modes, roles, walls', async () => {
    expect(await answerInProcess('audit', 'verify', '--dir', entity)).toMatchObject({ sound: true });
    expect(await answer('doctor', '--dir', group)).toMatchObject({ sound: true });
    const token = await answerInProcess(
      'token',
      '--dir',
      group,
      '--role',
      'entity.publisher',
      '--legal-entity',
      'CH05',
    );
    expect(String(token.token).split('.')).toHaveLength(3);
  });
});
