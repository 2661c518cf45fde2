import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkRowSecurity, type RequestContext, type RlsFinding, scopeOf } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Books, openBooks } from '../testing/books.ts';
import { importFec } from './import-fec.ts';

let books: Books;
let dir: string;
beforeAll(async () => {
  books = await openBooks();
  dir = await mkdtemp(join(tmpdir(), 'prorata-fec-import-'));
});
afterAll(async () => {
  await books?.close();
  await rm(dir, { recursive: true, force: true });
});

const HEADER =
  'JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|' +
  'EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise';
let files = 0;

/** `number date account debit credit valid lettering label`, one line each. */
async function fec(...lines: readonly string[]): Promise<string> {
  const rows = lines.map((line) => {
    const [number, date, account, debit, credit, valid = '', lettering = '', label = 'Achat'] = line.split(' ');
    return `HA|Achats|${number}|${date}|${account}|Compte|||F${number}|${date}|${label}|${debit}|${credit}|${lettering}||${valid}||`;
  });
  files += 1;
  const path = join(dir, `${files}.txt`);
  await writeFile(path, [HEADER, ...rows, ''].join('\r\n'));
  return path;
}

const first = () =>
  fec(
    '1 20240105 606100 100,10 0 20240131',
    '1 20240105 401000 0 100,10 20240131',
    '2 20240106 606100 7,00 0',
    '2 20240106 401000 0 7,00',
  );

async function bring(context: RequestContext, path: string) {
  const [result] = await importFec({ db: books.db, context }, [path]);
  if (result === undefined) throw new Error('no result');
  return result;
}

/** What is really stored for a legal entity. */
async function stored(context: RequestContext) {
  const entries = await books.admin(
    `SELECT entry_number AS number, status, debit::text, version::int FROM gl_entry WHERE legal_entity_id = $1 ORDER BY 1`,
    [context.legalEntityId],
  );
  const [left] = await books.admin(
    `SELECT (SELECT count(*)::int FROM gl_entry_line WHERE legal_entity_id = $1) AS lines,
            (SELECT count(*)::int FROM audit_log WHERE legal_entity_id = $1) AS audit,
            (SELECT count(*)::int FROM outbox_event WHERE legal_entity_id = $1) AS events,
            (SELECT count(*)::int FROM gl_entry_staging) + (SELECT count(*)::int FROM gl_line_staging)
              + (SELECT count(*)::int FROM gl_entry_decision) AS staged`,
    [context.legalEntityId],
  );
  return { entries, lines: left?.lines, audit: left?.audit, events: left?.events, staged: left?.staged };
}

describe('a FEC import', () => {
  it('stores entries and lines, one audit row and one event, and says what it did', async () => {
    const context = await books.entity();
    const result = await bring(context, await first());
    expect(result).toMatchObject({
      replayed: false,
      lines: 4,
      entries: 2,
      new: 2,
      updated: 0,
      unchanged: 0,
      drafts: 1,
      currency: 'EUR',
      months: [{ month: '2024-01', entries: 2, debit: '107.1' }],
      totals: { debit: '107.1', credit: '107.1' },
      refused_lines: [],
      refused_entries: [],
    });
    expect(await stored(context)).toEqual({
      entries: [
        { number: '1', status: 'POSTED', debit: '100.1', version: 0 },
        { number: '2', status: 'DRAFT', debit: '7', version: 0 },
      ],
      lines: 4,
      audit: 1,
      events: 1,
      staged: 0,
    });
    const [event] = await books.admin(`SELECT event, payload FROM outbox_event WHERE legal_entity_id = $1`, [
      context.legalEntityId,
    ]);
    expect(event).toMatchObject({ event: 'LEDGER.FEC.IMPORTED', payload: { entries: 2, debit: '107.1' } });
  });

  it('answers the same file as the first time, without effect, whatever its name', async () => {
    const context = await books.entity();
    const answer = await bring(context, await first());
    const before = await stored(context);
    expect(await bring(context, await first())).toEqual({ ...answer, replayed: true });
    expect(await stored(context)).toEqual(before);
  });

  it('takes amounts finer than the currency as they stand, and says so', async () => {
    const context = await books.entity();
    const fine = () =>
      fec(
        '1 20240105 606100 5,005 0 20240131',
        '1 20240105 401000 0 5,0050 20240131',
        '2 20240106 606100 7,10 0 20240131',
        '2 20240106 401000 0 7,10 20240131',
      );
    expect(await bring(context, await fine())).toMatchObject({
      totals: { debit: '12.105', credit: '12.105' },
      remarks: expect.arrayContaining([
        '2 amounts have more than the 2 decimals of EUR, first 5,005 in line 2; they are taken as they stand, and rules cannot share out such a line',
      ]),
    });
    const remarksIn = async (currency: string) => {
      const [read] = await importFec({ db: books.db, context: await books.entity() }, [await fine()], { currency });
      return read?.remarks.filter((remark) => remark.includes(currency)).map((remark) => remark.split(' ')[0]);
    };
    expect(await remarksIn('JPY')).toEqual(['4']);
    expect(await remarksIn('TND')).toEqual([]);
  });

  it('gives one answer to the same file twenty times at once', async () => {
    const context = await books.entity();
    const path = await first();
    const answers = await Promise.all(Array.from({ length: 20 }, () => bring(context, path)));
    expect(new Set(answers.map(({ new: created, unchanged }) => `${created} ${unchanged}`))).toEqual(new Set(['2 0']));
    expect((await stored(context)).lines).toBe(4);
  });

  it('leaves what it knows, replaces drafts, and posts them', async () => {
    const context = await books.entity();
    await bring(context, await first());
    const [before] = await books.admin(`SELECT id FROM gl_entry WHERE legal_entity_id = $1 AND status = 'DRAFT'`, [
      context.legalEntityId,
    ]);
    // Lettering, the label of an account and the order of lines change after posting, and are not the entry.
    const result = await bring(
      context,
      await fec(
        '1 20240105 401000 0 100,10 20240131 AA',
        '1 20240105 606100 100,10 0 20240131',
        '2 20240106 606200 8,00 0 20240201',
        '2 20240106 401000 0 8,00 20240201',
        '3 20240201 606100 1 0 20240202',
        '3 20240201 401000 0 1 20240202',
      ),
    );
    expect(result).toMatchObject({ new: 1, updated: 1, unchanged: 1, drafts: 0, entries: 3 });
    expect((await stored(context)).entries).toEqual([
      { number: '1', status: 'POSTED', debit: '100.1', version: 0 },
      { number: '2', status: 'POSTED', debit: '8', version: 1 },
      { number: '3', status: 'POSTED', debit: '1', version: 0 },
    ]);
    const after = await books.admin(
      `SELECT e.id, l.account FROM gl_entry e JOIN gl_entry_line l ON l.entry_id = e.id
        WHERE e.legal_entity_id = $1 AND e.entry_number = '2' ORDER BY l.line_no`,
      [context.legalEntityId],
    );
    expect(after).toEqual([
      { id: before?.id, account: '606200' },
      { id: before?.id, account: '401000' },
    ]);
  });

  it('refuses and lists a posted entry that comes back otherwise, and takes the rest', async () => {
    const context = await books.entity();
    await bring(context, await first());
    const changed = await fec(
      '1 20240105 606100 100,11 0 20240131',
      '1 20240105 401000 0 100,11 20240131',
      '4 20240301 606100 1 0 20240331',
      '4 20240301 401000 0 1 20240331',
    );
    const result = await bring(context, changed);
    expect(result.refused_entries).toMatchObject([
      { number: '1', code: 'CONTENT_DIFFERS', first_line: 2, debit: '100.11' },
    ]);
    expect(result).toMatchObject({ new: 1, entries: 1, totals: { debit: '1' } });
    const draft = await bring(context, await fec('1 20240105 606100 100,10 0', '1 20240105 401000 0 100,10'));
    expect(draft.refused_entries).toMatchObject([{ code: 'BACK_TO_DRAFT' }]);
    expect((await stored(context)).entries[0]).toEqual({ number: '1', status: 'POSTED', debit: '100.1', version: 0 });
    // What was refused because of the state is looked at again: the state may have changed.
    expect(await bring(context, changed)).toMatchObject({
      replayed: false,
      new: 0,
      unchanged: 1,
      refused_entries_count: 1,
    });
  });

  it('keeps out what the file itself refuses, and lists it with the first answer too', async () => {
    const context = await books.entity();
    const path = await fec(
      '1 20240105 606100 x 0 20240131',
      '1 20240105 401000 0 5 20240131',
      '2 20240105 606100 5 0 20240131',
      '2 20240105 401000 0 4 20240131',
    );
    const result = await bring(context, path);
    expect(result).toMatchObject({ entries: 0, new: 0, refused_lines_count: 1, refused_entries_count: 2 });
    expect(result.refused_lines).toMatchObject([
      { line: 2, code: 'AMOUNT_UNREADABLE', column: 'Debit', value: 'x', entry: 'HA 1 2024-01-05' },
    ]);
    expect(result.refused_entries.map(({ number, code }) => [number, code])).toEqual([
      ['1', 'LINE_REFUSED'],
      ['2', 'UNBALANCED_ENTRY'],
    ]);
    expect(await bring(context, path)).toEqual({ ...result, replayed: true });
  });

  it('keeps texts that COPY would read otherwise', async () => {
    const context = await books.entity();
    await bring(context, await fec('1 20240105 606100 1 0 20240131  \\N\\tx\\', '1 20240105 401000 0 1 20240131'));
    const [line] = await books.admin('SELECT label FROM gl_entry_line WHERE legal_entity_id = $1 AND line_no = 1', [
      context.legalEntityId,
    ]);
    expect(line).toEqual({ label: '\\N\\tx\\' });
  });

  it('is refused for a legal entity that the node does not serve', async () => {
    const context = { ...(await books.entity()), legalEntityId: '01890000-0000-7000-8000-00000000dead' };
    await expect(bring(context, await first())).rejects.toMatchObject({ code: 'ENTITY_NOT_SERVED' });
    const { legalEntityId: _none, ...nobody } = context;
    await expect(bring(nobody, await first())).rejects.toMatchObject({ code: 'ENTITY_NOT_SERVED' });
  });
});

describe('the wall', () => {
  it('stands around every table', async () => {
    expect(await checkRowSecurity((sql) => books.admin(sql) as unknown as Promise<RlsFinding[]>)).toEqual([]);
  });

  it('keeps two legal entities of one tenant apart, and each may hold the same entry', async () => {
    const one = await books.entity();
    const two = await books.entity(one.tenantId);
    await bring(one, await first());
    const tables = ['gl_entry', 'gl_entry_line', 'gl_import', 'gl_period', 'gl_event', 'gl_reversal', 'ledger_config'];
    for (const table of tables) {
      expect(await books.as(two, (tx) => tx.query(`SELECT 1 FROM ${table}`))).toEqual([]);
    }
    expect(await bring(two, await first())).toMatchObject({ replayed: false, new: 2 });
    const nobody = await books.db.transaction({ tenantId: one.tenantId }, (tx) => tx.query('SELECT 1 FROM gl_entry'));
    expect(nobody).toEqual([]);
  });

  it('lets nobody write lines for another legal entity', async () => {
    const one = await books.entity();
    const two = await books.entity(one.tenantId);
    await bring(one, await first());
    const steal = books.db.transaction(
      scopeOf(two),
      (tx) => tx.execute(`UPDATE gl_entry SET legal_entity_id = $1`, [two.legalEntityId]),
      { role: 'intake' },
    );
    expect(await steal).toBe(0);
    const forge = books.db.transaction(
      scopeOf(two),
      (tx) =>
        tx.execute(
          `INSERT INTO gl_period (tenant_id, legal_entity_id, period_month, gl_state, changed_at, event_id)
           VALUES ($1, $2, '2024-01-01', 'LOCKED', now(), 'x')`,
          [one.tenantId, one.legalEntityId],
        ),
      { role: 'intake' },
    );
    await expect(forge).rejects.toThrow(/row-level security/);
  });

  it('holds for posted entries against the intake role itself', async () => {
    const context = await books.entity();
    await bring(context, await first());
    const change = (sql: string) => books.db.transaction(scopeOf(context), (tx) => tx.execute(sql), { role: 'intake' });
    await expect(change(`UPDATE gl_entry SET digest = sha256('x') WHERE status = 'POSTED'`)).rejects.toThrow(
      /IMMUTABLE_POSTED/,
    );
    await expect(change(`UPDATE gl_entry SET status = 'DRAFT' WHERE status = 'POSTED'`)).rejects.toThrow(
      /IMMUTABLE_POSTED/,
    );
    await expect(change('DELETE FROM gl_entry_line')).rejects.toThrow(/IMMUTABLE_POSTED/);
    await expect(change('UPDATE gl_entry_line SET debit = 1')).rejects.toThrow(/permission denied/);
    await expect(change('DELETE FROM gl_entry')).rejects.toThrow(/permission denied/);
    await expect(books.as(context, (tx) => tx.query('SELECT * FROM gl_entry_staging'))).rejects.toThrow(
      /permission denied/,
    );
  });
});
