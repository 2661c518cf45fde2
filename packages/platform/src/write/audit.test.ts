import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PLATFORM_MIGRATIONS } from '../database/sets.ts';
import type { RequestContext } from '../identity/context.ts';
import { openIssuer } from '../identity/issuer.ts';
import { openTestDatabase, type TestDatabase } from '../testing/index.ts';
import { someContext } from '../testing/some-context.ts';
import { type AuditCheckpoint, auditHead, verifyAuditLog } from './audit.ts';
import { auditNode, readCheckpoints } from './checkpoint-file.ts';
import { recordOf } from './keyed-write.ts';
import { sealAudit } from './seal.ts';
import { writePath } from './write-path.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await openTestDatabase([PLATFORM_MIGRATIONS]);
});
afterAll(() => test.close());

let context: RequestContext;
beforeEach(async () => {
  context = someContext();
  for (let row = 1; row <= 5; row += 1) await write(row);
  await seal();
});

const seal = () => sealAudit(test.db, { tenantId: context.tenantId, legalEntityId: context.legalEntityId ?? '' });

async function write(row: number, who = context): Promise<void> {
  const request = { action: 'thing.change', method: 'POST', route: '/things', payload: null };
  await writePath(test.db, who, request, async (_tx, record) => {
    record.audit({ subject: 'thing', subjectId: `t${row}`, details: { row, text: 'é"\\\u0001\u007f\u2028\n😀' } });
    return { status: 200, body: null };
  });
}

/** A database owner can switch the trigger off: what he does then must show. */
async function tamper(sql: string): Promise<void> {
  await test.admin('ALTER TABLE audit_log DISABLE TRIGGER USER');
  await test.admin(sql.replaceAll('$t', `tenant_id = '${context.tenantId}'`));
  await test.admin('ALTER TABLE audit_log ENABLE TRIGGER USER');
}

async function faults(checkpoints: AuditCheckpoint[] = []) {
  const reports = await verifyAuditLog(test.db, context.tenantId, checkpoints);
  return reports.flatMap((report) => report.faults.map(({ code, seq }) => ({ code, seq })));
}

const head = () =>
  test.db.transaction({ tenantId: context.tenantId, legalEntityId: context.legalEntityId ?? '' }, (tx) =>
    auditHead(tx, context.tenantId, context.legalEntityId),
  );

describe('the audit chain', () => {
  it('is sound, one chain a legal entity and one for the tenant as a whole', async () => {
    const { legalEntityId: _none, ...whole } = context;
    await write(1, whole);
    await write(1, { ...context, legalEntityId: randomUUID() });
    const reports = await verifyAuditLog(test.db, context.tenantId, [await head()]);
    expect(reports.map((report) => report.count).sort()).toEqual(['1', '1', '5']);
    expect(reports.flatMap((report) => report.faults)).toEqual([]);
    expect(reports.filter((report) => report.legal_entity_id === null)).toHaveLength(1);
  });

  it('stays in order when many write at once', async () => {
    await Promise.all(Array.from({ length: 60 }, (_one, row) => write(row)));
    const [report] = await verifyAuditLog(test.db, context.tenantId);
    expect(report).toMatchObject({ count: '65', faults: [] });
  });

  it.each(['action', 'subject', 'subject_id', 'details', 'at', 'user_id', 'correlation_id', 'id'])(
    'shows a changed %s',
    async (column) => {
      const value: Record<string, string> = { details: `'{"row":4}'`, at: "at + interval '1 microsecond'" };
      const uuid = `'${randomUUID()}'`;
      const to = value[column] ?? (column.endsWith('id') && column !== 'subject_id' ? uuid : "'other'");
      await tamper(`UPDATE audit_log SET ${column} = ${to} WHERE $t AND seq = 3`);
      expect(await faults()).toEqual([{ code: 'ROW_CHANGED', seq: '3' }]);
    },
  );

  it('shows a changed row whose hash was made to fit', async () => {
    await tamper(
      `UPDATE audit_log SET action = 'other', row_hash = sha256(convert_to(audit_text(position, id, tenant_id, legal_entity_id, at,
         user_id, correlation_id, 'other', subject, subject_id, details::text), 'UTF8')) WHERE $t AND seq = 3`,
    );
    expect(await faults()).toEqual([{ code: 'ROW_CHANGED', seq: '3' }]);
    await tamper(`UPDATE audit_log SET curr_hash = audit_link(seq, row_hash, prev_hash) WHERE $t AND seq = 3`);
    expect(await faults()).toEqual([{ code: 'LINK_BROKEN', seq: '4' }]);
  });

  it('shows a removed row', async () => {
    await tamper('DELETE FROM audit_log WHERE $t AND seq = 3');
    expect(await faults()).toEqual([{ code: 'ROW_MISSING', seq: '3' }]);
  });

  it('shows the first row removed', async () => {
    await tamper('DELETE FROM audit_log WHERE $t AND seq = 1');
    expect(await faults()).toEqual([{ code: 'ROW_MISSING', seq: '1' }]);
  });

  it('shows a row moved to another company, in both chains', async () => {
    await tamper(`UPDATE audit_log SET legal_entity_id = '${randomUUID()}' WHERE $t AND seq = 3`);
    expect((await faults()).map((fault) => fault.code).sort()).toEqual(['ROW_CHANGED', 'ROW_MISSING', 'ROW_MISSING']);
  });

  it('shows two rows that changed places', async () => {
    await tamper('UPDATE audit_log SET seq = seq + 100 WHERE $t AND seq IN (2, 3)');
    await tamper('UPDATE audit_log SET seq = CASE seq WHEN 102 THEN 3 ELSE 2 END WHERE $t AND seq > 100');
    expect((await faults()).map((fault) => fault.seq)).toEqual(expect.arrayContaining(['2', '3']));
  });

  it('shows an inserted row', async () => {
    await tamper('UPDATE audit_log SET seq = seq + 101 WHERE $t AND seq >= 3');
    await tamper('UPDATE audit_log SET seq = seq - 100 WHERE $t AND seq >= 100');
    await tamper(
      `INSERT INTO audit_log SELECT tenant_id, legal_entity_id, nextval('audit_log_position'), '${randomUUID()}', at, user_id,
         correlation_id, action, subject, subject_id, details, row_hash, 3, curr_hash, curr_hash FROM audit_log WHERE $t AND seq = 2`,
    );
    expect((await faults())[0]).toEqual({ code: 'ROW_CHANGED', seq: '3' });
  });

  it('shows a removed tail and a removed chain, against a checkpoint', async () => {
    const checkpoint = await head();
    await tamper('DELETE FROM audit_log WHERE $t AND seq > 3');
    expect(await faults()).toEqual([]);
    expect(await faults([checkpoint])).toEqual([{ code: 'TAIL_REMOVED', seq: '4' }]);
    await tamper('DELETE FROM audit_log WHERE $t');
    expect(await faults([checkpoint])).toEqual([{ code: 'TAIL_REMOVED', seq: '1' }]);
  });

  it('shows a chain that was recomputed from end to end, against a checkpoint', async () => {
    const checkpoint = await head();
    await tamper('DELETE FROM audit_log WHERE $t');
    for (let row = 1; row <= 6; row += 1) await write(row);
    expect(await faults()).toEqual([]);
    expect(await faults([checkpoint])).toEqual([{ code: 'CHAIN_RECOMPUTED', seq: '5' }]);
  });
});

describe('the tail that is not sealed yet', () => {
  const sealed = () => faults().then((found) => found.length);
  const tail = async () => {
    const scope = { tenantId: context.tenantId };
    const rows = (sql: string) => test.db.transaction(scope, (tx) => tx.query(sql), { role: 'relay' });
    return rows('SELECT id FROM audit_log WHERE seq IS NULL');
  };

  it('is sealed within seconds without being asked for', async () => {
    await write(6);
    expect(await tail()).toHaveLength(1);
    await expect.poll(async () => (await tail()).length, { timeout: 5_000 }).toBe(0);
  });

  it('blocks no writer, and takes a row whose transaction commits late at the next sealing', async () => {
    const late = Promise.withResolvers<void>();
    const inserted = Promise.withResolvers<void>();
    const asked = { action: 'thing.change', method: 'POST', route: '/things', payload: null };
    const who = { user_id: context.userId, correlation_id: context.correlationId };
    const row = { ...who, id: randomUUID(), action: 'late', subject: 's', subject_id: 'i', details: '{}' };
    const { sql, values } = recordOf(context, { events: [], answers: [], audit: [row] });
    const open = writePath(test.db, context, asked, async (tx) => {
      await tx.query(sql, values);
      inserted.resolve();
      await late.promise;
      return { status: 200, body: null };
    });
    await inserted.promise;
    await write(6);
    expect(await seal()).toBe(1);
    const before = await head();
    late.resolve();
    await open;
    expect(await seal()).toBe(2);
    expect(await faults([before])).toEqual([]);
    const rows = await test.admin<{ action: string }>(
      'SELECT action FROM audit_log WHERE tenant_id = $1 ORDER BY seq',
      [context.tenantId],
    );
    expect(rows.map((row) => row.action)).toEqual([...Array(6).fill('thing.change'), 'late', 'thing.change']);
  });

  it('is sealed in the order of writing, whatever sealers run at once', async () => {
    await Promise.all(Array.from({ length: 30 }, (_one, row) => Promise.all([write(row), seal()])));
    await seal();
    const [order] = await test.admin<{ ok: boolean; count: number }>(
      `SELECT count(DISTINCT seq)::int AS count, max(seq) = count(*) AS ok FROM audit_log WHERE tenant_id = $1`,
      [context.tenantId],
    );
    expect(order).toEqual({ ok: true, count: 35 });
    expect(await sealed()).toBe(0);
  });

  it('shows a changed row, before it is sealed and after', async () => {
    await write(6);
    await tamper("UPDATE audit_log SET details = '{}' WHERE $t AND seq IS NULL");
    expect(await faults()).toEqual([{ code: 'ROW_CHANGED', seq: '6' }]);
  });

  it('shows rows that changed places before they were sealed', async () => {
    await write(6);
    await write(7);
    await tamper('UPDATE audit_log SET position = -position WHERE $t AND seq IS NULL');
    expect((await faults()).map((fault) => fault.code)).toEqual(['ROW_CHANGED', 'ROW_CHANGED']);
  });

  it('shows a removed row by the event that its write left', async () => {
    const other = { ...context, correlationId: randomUUID() };
    const asked = { action: 'thing.change', method: 'POST', route: '/things', payload: null };
    await writePath(test.db, other, asked, async (_tx, record) => {
      record.emit({ event: 'THING.CHANGED', entity_id: 't', payload: {} });
      return { status: 200, body: null };
    });
    expect(await sealed()).toBe(0);
    await tamper(`DELETE FROM audit_log WHERE $t AND correlation_id = '${other.correlationId}'`);
    expect(await faults()).toEqual([{ code: 'ROW_MISSING', seq: 'unsealed' }]);
  });
});

describe('sealing', () => {
  it('is open to nobody but the function, once a row', async () => {
    await write(6);
    const scope = { tenantId: context.tenantId, legalEntityId: context.legalEntityId ?? '' };
    const forge = `UPDATE audit_log SET seq = 9, prev_hash = row_hash, curr_hash = row_hash WHERE seq IS NULL`;
    const insert = 'INSERT INTO audit_log SELECT * FROM audit_log';
    for (const role of ['app', 'intake', 'relay', 'reader'] as const) {
      for (const sql of [forge, insert, 'DELETE FROM audit_log']) {
        await expect(test.db.transaction(scope, (tx) => tx.query(sql), { role })).rejects.toThrow(/permission denied/);
      }
    }
    await seal();
    for (const sql of ['SET seq = seq + 1', 'SET seq = NULL, prev_hash = NULL, curr_hash = NULL', "SET action = 'x'"]) {
      await expect(test.admin(`UPDATE audit_log ${sql}`)).rejects.toThrow(/append-only/);
    }
  });

  it('reaches no chain of another tenant', async () => {
    await write(6);
    const mine = { tenantId: randomUUID() };
    const foreign = 'SELECT seal_audit($1, $2, 10) AS sealed';
    const rows = await test.db.transaction(mine, (tx) => tx.query(foreign, [context.tenantId, context.legalEntityId]), {
      role: 'relay',
    });
    expect(rows).toEqual([{ sealed: 0 }]);
  });
});

describe('kept checkpoints', () => {
  it('are all kept when several audits end at the same time', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'prorata-audit-'));
    const issuer = await openIssuer({ dir, nodeId: randomUUID() });
    const tenants = Array.from({ length: 12 }, () => ({ ...context, tenantId: randomUUID() }));
    for (const one of tenants) await write(1, one);
    await Promise.all(tenants.map(({ tenantId }) => auditNode({ db: test.db, dir, issuer, tenantId })));
    const kept = await readCheckpoints(dir, issuer);
    expect(kept.map((checkpoint) => checkpoint.tenant_id).sort()).toEqual(tenants.map((one) => one.tenantId).sort());
    await rm(dir, { recursive: true });
  });

  it('are signed, kept outside of the database, and show what the chain alone cannot', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'prorata-audit-'));
    const issuer = await openIssuer({ dir, nodeId: randomUUID() });
    const audit = async () => {
      const reports = await auditNode({ db: test.db, dir, issuer, tenantId: context.tenantId });
      return reports.flatMap((report) => report.faults.map((fault) => fault.code));
    };
    expect(await audit()).toEqual([]);
    await write(6);
    expect(await audit()).toEqual([]);
    expect(await audit()).toEqual([]);
    expect((await readCheckpoints(dir, issuer)).map((checkpoint) => checkpoint.count)).toEqual(['5', '6']);

    const file = join(dir, 'audit', 'checkpoints.jws');
    await appendFile(file, 'cut off');
    expect(await readCheckpoints(dir, issuer)).toHaveLength(2);
    await write(7);
    expect(await audit()).toEqual([]);
    expect(await readCheckpoints(dir, issuer)).toHaveLength(3);
    await tamper('DELETE FROM audit_log WHERE $t AND seq > 4');
    expect(await audit()).toEqual(['TAIL_REMOVED']);
    expect(await readCheckpoints(dir, issuer)).toHaveLength(3);

    const forged = await issuer.issueToken({
      tenant_id: context.tenantId,
      tenant_mode: 'POOLED',
      country_code: 'FR',
      locale: 'fr',
      supported_locales: ['fr'],
      billing_status: 'ACTIVE',
      enabled_modules: [],
      roles: [],
      user_id: randomUUID(),
      deployment: 'prod',
    });
    const text = await readFile(file, 'utf8');
    for (const line of [forged, 'nonsense', `${text.split('\n')[0]?.slice(0, -4)}AAAA`]) {
      await writeFile(file, `${line}\n`);
      await expect(readCheckpoints(dir, issuer)).rejects.toMatchObject({ code: 'AUDIT_CHECKPOINT_INVALID' });
    }
    await rm(dir, { recursive: true });
  });
});
