import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAxis } from '../testing/axes.ts';
import { type Company, openTestService, type TestService } from '../testing/test-service.ts';
import { importDimensionRows } from './import-dimensions.ts';

let test: TestService;
let company: Company;
beforeAll(async () => {
  test = await openTestService();
  company = await test.company();
});
afterAll(() => test.close());

describe('dimensions', () => {
  it('stand on an axis of their own legal entity, once by code', async () => {
    const axis = await makeAxis(company, 'COST_CENTER', ['CC-1']);
    const twice = await company.ask('POST', 'dimensions', { axis_id: axis.id, code: 'CC-1' });
    expect([twice.status, twice.body.code]).toEqual([409, 'CODE_TAKEN']);
    const stranger = await test.company();
    const stolen = await stranger.ask('POST', 'dimensions', { axis_id: axis.id, code: 'CC-2' });
    expect([stolen.status, stolen.body.code]).toEqual([422, 'REFERENCE_UNKNOWN']);
    const listed = await company.ask('GET', `dimensions?axis_id=${axis.id}`);
    expect(listed.body.rows).toMatchObject([{ code: 'CC-1', parent_id: null }]);
    const id = axis.dimensions.get('CC-1') ?? '';
    const events = await test.admin('SELECT event, payload FROM outbox_event WHERE entity_id = $1', [id]);
    const name_key = `erp.analytic.dimension.${id}.name`;
    const payload = { axis_id: axis.id, code: 'CC-1', name_key, parent_id: null };
    expect(events).toEqual([{ event: 'ANALYTIC.DIMENSION.CREATED', payload }]);
  });

  it('are refused on an inactive axis', async () => {
    const axis = await makeAxis(company, 'OLD', []);
    await company.ask('PATCH', `axes/${axis.id}`, { is_active: false });
    const answer = await company.ask('POST', 'dimensions', { axis_id: axis.id, code: 'X' });
    expect([answer.status, answer.body.code]).toEqual([409, 'REFERENCE_INACTIVE']);
  });

  it('refuse a parent on another axis, themselves, and whatever lies below them', async () => {
    const tree = await makeAxis(company, 'TREE', ['ROOT', 'ROOT>MID', 'MID>LEAF']);
    const other = await makeAxis(company, 'OTHER', ['X']);
    const root = `dimensions/${tree.dimensions.get('ROOT')}`;
    for (const parent of [other.dimensions.get('X'), tree.dimensions.get('ROOT'), tree.dimensions.get('LEAF')]) {
      const answer = await company.ask('PATCH', root, { parent_id: parent });
      expect([answer.status, answer.body.code]).toEqual([409, 'DIMENSION_TREE_INVALID']);
    }
    const moved = await company.ask('PATCH', `dimensions/${tree.dimensions.get('LEAF')}`, { parent_id: null });
    expect([moved.status, moved.body.parent_id, moved.body.version]).toEqual([200, null, 2]);
  });

  it('stay a tree whatever moves are asked for, at once too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(3), fc.option(fc.nat(3))), { minLength: 1, maxLength: 8 }),
        async (moves) => {
          const own = await test.company();
          const axis = await makeAxis(own, 'A', ['N0', 'N1', 'N2', 'N3']);
          const id = (n: number | null) => (n === null ? null : axis.dimensions.get(`N${n}`));
          await Promise.all(moves.map(([n, to]) => own.ask('PATCH', `dimensions/${id(n)}`, { parent_id: id(to) })));
          const rows = await test.admin<{ id: string; parent_id: string | null }>(
            'SELECT id, parent_id FROM ana_dimension WHERE axis_id = $1',
            [axis.id],
          );
          const parents = new Map(rows.map((row) => [row.id, row.parent_id]));
          for (const row of rows) {
            let above: string | null | undefined = row.parent_id;
            for (let steps = 0; above != null; steps += 1) {
              expect(steps).toBeLessThan(4);
              above = parents.get(above);
            }
          }
        },
      ),
      { numRuns: 8 },
    );
  });
});

describe('a file of dimensions', () => {
  const caller = () => ({ context: company.context, method: 'IMPORT', route: 'analytic/dimensions' });
  const row = (line: number, axis: string, code: string, parent?: string | null, name?: string) => ({
    ...{ line, axis, code, parent, name },
  });

  it('creates, changes and leaves, whatever the order of its rows, and changes nothing when it comes again', async () => {
    const axis = await makeAxis(company, 'ORG', ['ROOT', 'OLD']);
    const rows = [
      row(2, 'ORG', 'LEAF', 'BRANCH', 'A leaf'),
      row(3, 'ORG', 'BRANCH', 'ROOT'),
      row(4, 'ORG', 'OLD', 'LEAF'),
      row(5, 'ORG', 'ROOT', null),
    ];
    const first = await importDimensionRows(test.node, caller(), rows);
    expect(first.body).toEqual({ rows: 4, axes: [{ axis: 'ORG', created: 2, changed: 1, unchanged: 1 }] });
    const again = await importDimensionRows(test.node, caller(), rows);
    expect(again.body.axes).toEqual([{ axis: 'ORG', created: 0, changed: 0, unchanged: 4 }]);
    const stored = await test.admin(
      `SELECT d.code, p.code AS parent, d.name_source AS name FROM ana_dimension d LEFT JOIN ana_dimension p ON p.id = d.parent_id
        WHERE d.axis_id = $1 ORDER BY 1`,
      [axis.id],
    );
    expect(stored).toEqual([
      { code: 'BRANCH', parent: 'ROOT', name: null },
      { code: 'LEAF', parent: 'BRANCH', name: 'A leaf' },
      { code: 'OLD', parent: 'LEAF', name: null },
      { code: 'ROOT', parent: null, name: null },
    ]);
    // What the file does not say stays: no parent column, no name column.
    await importDimensionRows(test.node, caller(), [row(2, 'ORG', 'LEAF')]);
    expect(
      await test.admin('SELECT name_source FROM ana_dimension WHERE axis_id = $1 AND code = $2', [axis.id, 'LEAF']),
    ).toEqual([{ name_source: 'A leaf' }]);
  });

  it('comes over HTTP as CSV too, once for a key, with every row at fault', async () => {
    const own = await test.company();
    const axis = await makeAxis(own, 'SITE', ['FR']);
    const key = randomUUID();
    const csv = '\ufeffcode;axis;parent;name\r\nLYON;SITE;FR;Lyon\r\nPARIS;SITE;FR;"Paris; ""QG"""\r\n';
    const first = await own.ask('POST', 'dimensions/import', csv, { key });
    expect([first.status, first.body]).toEqual([
      200,
      { rows: 2, axes: [{ axis: 'SITE', created: 2, changed: 0, unchanged: 0 }] },
    ]);
    const again = await own.ask('POST', 'dimensions/import', csv, { key });
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
    const next = await own.ask('POST', 'dimensions/import', 'axis,code,parent\nSITE,PARIS,\nSITE,LYON,PARIS\n');
    expect(next.body.axes).toEqual([{ axis: 'SITE', created: 0, changed: 2, unchanged: 0 }]);
    const stored = await test.admin(
      `SELECT d.code, p.code AS parent, d.name_source AS name FROM ana_dimension d LEFT JOIN ana_dimension p ON p.id = d.parent_id
        WHERE d.axis_id = $1 ORDER BY 1`,
      [axis.id],
    );
    expect(stored).toEqual([
      { code: 'FR', parent: null, name: null },
      { code: 'LYON', parent: 'PARIS', name: 'Lyon' },
      { code: 'PARIS', parent: null, name: 'Paris; "QG"' },
    ]);
    for (const [refused, line] of [
      ['axis,code\nSITE,A\nNOWHERE,B\n', 3],
      ['axis,code,colour\nSITE,A,red\n', 1],
      ['axis,code\n', 2],
      ['', 1],
    ] as const) {
      const answer = await own.ask('POST', 'dimensions/import', refused);
      expect([answer.status, answer.body.code, answer.body.errors?.[0]?.line]).toEqual([400, 'CSV_INVALID', line]);
    }
    expect((await own.ask('POST', 'dimensions/import', { axis: 'SITE' })).status).toBe(415);
  });

  it('reads the names of a file as the spreadsheet wrote them, in whatever encoding, and replaces no letter', async () => {
    const own = await test.company();
    const axis = await makeAxis(own, 'SITE', []);
    const text = (code: string) => `axis;code;name\nSITE;${code};Si\u00e8ge \u20ac\n`;
    const windows = Buffer.from(text('A').replace('\u20ac', '\x80'), 'latin1');
    const latin9 = Buffer.from(text('C').replace('\u20ac', '\xa4'), 'latin1');
    const sent = [
      await own.ask('POST', 'dimensions/import', windows),
      await own.ask('POST', 'dimensions/import', Buffer.from(`\ufeff${text('B').replaceAll(';', '\t')}`, 'utf16le')),
      await own.ask('POST', 'dimensions/import', latin9, {
        headers: { 'content-type': 'text/csv; charset=iso-8859-15' },
      }),
    ];
    expect(sent.map(({ status }) => status)).toEqual([200, 200, 200]);
    const names = await test.admin(
      'SELECT code, name_source AS name FROM ana_dimension WHERE axis_id = $1 ORDER BY 1',
      [axis.id],
    );
    expect(names).toEqual(['A', 'B', 'C'].map((code) => ({ code, name: 'Si\u00e8ge \u20ac' })));
    const wrong = await own.ask('POST', 'dimensions/import', windows, {
      headers: { 'content-type': 'text/csv; charset=utf-8' },
    });
    expect([wrong.status, wrong.body.code, wrong.body.errors?.[0]?.line]).toEqual([400, 'CSV_INVALID', 1]);
  });

  it.each([
    ['an axis that is not there', [row(2, 'NOWHERE', 'X')], 2, 'no axis NOWHERE'],
    ['a parent that is not there', [row(2, 'TREE', 'N1'), row(3, 'TREE', 'N2', 'NOBODY')], 3, 'no dimension NOBODY'],
    ['a code that is none', [row(2, 'TREE', 'two words')], 2, 'is no code'],
    ['a code twice', [row(2, 'TREE', 'N1'), row(3, 'TREE', 'N1')], 2, 'stands twice'],
    ['a ring in the file', [row(2, 'TREE', 'N1', 'N2'), row(3, 'TREE', 'N2', 'N1')], 2, 'below itself'],
    ['a ring with what is there', [row(2, 'TREE', 'TOP', 'LOW')], 2, 'below itself'],
  ])('with %s is refused with its rows, and nothing is stored', async (_name, rows, line, message) => {
    const own = await test.company();
    const axis = await makeAxis(own, 'TREE', ['TOP', 'TOP>LOW']);
    const asked = { context: own.context, method: 'IMPORT', route: 'analytic/dimensions' };
    await expect(importDimensionRows(test.node, asked, rows)).rejects.toMatchObject({
      code: 'CSV_INVALID',
      extensions: { errors: expect.arrayContaining([{ line, message: expect.stringContaining(message) }]) },
    });
    expect(await test.admin('SELECT count(*)::int AS n FROM ana_dimension WHERE axis_id = $1', [axis.id])).toEqual([
      { n: 2 },
    ]);
  });
});
