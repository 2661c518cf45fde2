import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { publicOf, thumbprint, verifyBundle } from '@prorata/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeMonth, reopenMonth } from '../closing/close.ts';
import { runMonth } from '../facts/run-month.ts';
import { importFocus } from '../import/import-focus.ts';
import { signingKeyOf } from '../node/entity.ts';
import { joinGroup } from '../node/join.ts';
import { publishMonth } from '../publish/publish-month.ts';
import { reportFacts } from '../report/reports.ts';
import { focusCsv } from '../testing/focus-csv.ts';
import { CATEGORIES, openTestEntity, type TestEntity, testGroup } from '../testing/test-entity.ts';
import { deactivateReference, mapReference, reactivateReference } from './change-reference.ts';
import { importReferences } from './import-references.ts';
import { listReferences, referenceChanges, unmappedReferences } from './list-references.ts';
import { type GroupReferencesDocument, pullReferences } from './pull-references.ts';

let test: TestEntity;
const group = testGroup();
beforeAll(async () => {
  test = await openTestEntity();
});
afterAll(() => test.close());

const HEAD = 'kind,code,label,domain,family,unit,valid_from,valid_to,group_code';
const GOOD = `${HEAD}
product,MIPS,Mainframe MIPS,Mainframe,Host,MIPS-hour,2025-01,,
family,Host,Host systems,Mainframe,,,,,
domain,Mainframe,Mainframe,,,,,,
application,  Core  BANKING ,Core Banking,,,,,,APP-001
`;

const take = async (name: string, text: string) =>
  await importReferences(test.entity, { path: await test.file(name, text) });
const references = async () => (await listReferences(test.entity)).rows;

describe('a file of references', () => {
  it('is taken whole, in any order of its lines, and once', async () => {
    const first = await take('one.csv', GOOD);
    expect(first).toMatchObject({ rows: 4, added: 4, changed: 0, kinds: { domain: 1, family: 1, product: 1 } });
    expect(await references()).toMatchObject([
      { kind: 'domain', code: 'Mainframe', origin: 'IMPORTED', version: 1 },
      { kind: 'family', code: 'Host', domain: 'Mainframe' },
      { kind: 'product', code: 'MIPS', domain: 'Mainframe', family: 'Host', unit: 'MIPS-hour', valid_from: '2025-01' },
      { kind: 'application', code: 'core banking', label: 'Core Banking', group_code: 'APP-001' },
    ]);
    expect(await take('again.csv', GOOD)).toMatchObject({ added: 0, changed: 0, unchanged: 4 });
  });

  it('changes what it names and leaves the rest, as YAML and as a table with semicolons and a byte order mark', async () => {
    const yaml = 'schema: prorata.references/1\nproducts: [ { code: MIPS, label: "MIPS, host" } ]\n';
    expect(await take('labels.yaml', yaml)).toMatchObject({ added: 0, changed: 1 });
    const excel = '\uFEFFKind;CODE;Label;Domain;Unit\r\nproduct;LIC;"Licence; named";Mainframe;seat\r\n';
    expect(await take('excel.csv', excel)).toMatchObject({ added: 1, changed: 0 });
    const products = (await references()).filter((one) => one.kind === 'product');
    expect(products.map((one) => one.label)).toEqual(['Licence; named', 'MIPS, host']);
    expect(products[1]).toMatchObject({ unit: 'MIPS-hour', family: 'Host', version: 2 });
    expect((await referenceChanges(test.entity, { kind: 'product', code: 'MIPS' })).rows).toMatchObject([
      { version: 2, before: { label: 'Mainframe MIPS' }, after: { label: 'MIPS, host' } },
      { version: 1, before: null },
    ]);
  });

  it.each([
    ['a kind that there is not', 'produkt,X,X,Mainframe,,h,,,', 'row 1', 'kind', 'not one of'],
    ['no code', 'domain,,X,,,,,,', 'row 1', 'code', 'required'],
    ['a product without unit', 'product,NEW,New,Mainframe,,,,,', 'row 1', 'unit', 'a product has a unit'],
    ['a second unit for a product', 'product,MIPS,,,,MSU,,,', 'row 1', 'unit', 'another unit is another product'],
    ['a product without domain', 'product,NEW,New,,,h,,,', 'row 1', 'domain', 'belongs to a domain'],
    ['a domain that is misspelt', 'product,NEW,New,Mainfrane,,h,,,', 'row 1', 'domain', 'did you mean "Mainframe"?'],
    ['a family of another domain', 'domain,Net,Net,,,,,,\nproduct,N,N,Net,Host,h,,,', 'row 2', 'family', 'Mainframe'],
    ['a family that leaves its products', 'domain,Net,Net,,,,,,\nfamily,Host,,Net,,,,,', 'row 2', 'domain', 'MIPS'],
    ['a unit for an application', 'application,a1,A,,,h,,,', 'row 1', 'unit', 'has no unit'],
    ['a line twice', 'domain,D,D,,,,,,\ndomain, D ,D,,,,,,', 'row 2', 'code', 'stands at row 1'],
    ['a reserved code', 'application,Unallocated,U,,,,,,', 'row 1', 'code', 'reserved'],
    ['the product of taxes', 'product,TAX,U,Mainframe,,h,,,', 'row 1', 'code', 'reserved'],
    ['a month that is none', 'domain,D,D,,,,2025-13,,', 'row 1', 'valid_from', 'not a month'],
    ['an end before the beginning', 'domain,D,D,,,,2025-06,2025-05,', 'row 1', 'valid_to', 'before the first month'],
  ])('is refused for %s, with its place, and leaves nothing', async (_what, lines, place, column, message) => {
    const before = await references();
    await expect(
      take('bad.csv', `${HEAD}\ndomain,Good,Good,,,,,,\n${lines}\n`.replace('domain,Good,Good,,,,,,\n', '')),
    ).rejects.toMatchObject({
      code: 'REFERENCES_FILE_INVALID',
      extensions: { errors: [expect.objectContaining({ place, column, message: expect.stringContaining(message) })] },
    });
    expect(await references()).toEqual(before);
  });

  it.each([
    ['bad.yaml', 'products: [ { code: X, colour: red } ]', 'REFERENCES_FILE_INVALID'],
    ['bad.json', '{"domains": [', 'REFERENCES_FILE_INVALID'],
    ['half.csv', `${HEAD}\ndomain,"Half,X`, 'CSV_MALFORMED'],
    ['empty.csv', `${HEAD}\n`, 'EMPTY_FILE'],
    ['other.csv', 'code,label\nA,B\n', 'COLUMNS_MISSING'],
  ])('%s is refused as a whole', async (name, text, code) => {
    await expect(take(name, text)).rejects.toMatchObject({ code });
  });
});

describe('a reference that ends', () => {
  const bill = (month: string) =>
    focusCsv([{ BillingPeriodStart: `${month}-01`, ChargePeriodStart: `${month}-02`, BillingAccountId: `A-${month}` }]);

  it('keeps its history, warns where a bill still names it, and can begin again', async () => {
    for (const month of ['2025-07', '2025-08']) {
      await importFocus(test.entity, { path: await test.file(`${month}.csv`, bill(month)) });
      await runMonth(test.entity, month);
    }
    const ended = await deactivateReference(test.entity, { kind: 'application', code: 'WEB shop' }, '2025-07');
    expect(ended).toMatchObject({ code: 'web shop', valid_to: '2025-07', version: 1 });
    const july = await runMonth(test.entity, '2025-07');
    expect(july.warnings).toEqual([]);
    const august = await runMonth(test.entity, '2025-08');
    expect(august.warnings).toMatchObject([
      { code: 'REFERENCE_INACTIVE', detail: expect.stringContaining('web shop') },
    ]);
    expect((await reportFacts(test.entity, { month: '2025-08' })).rows).toMatchObject([{ application_id: 'web shop' }]);
    expect((await listReferences(test.entity, { kind: 'application', month: '2025-08' })).rows).toHaveLength(2);
    await reactivateReference(test.entity, { kind: 'application', code: 'web shop' });
    expect((await runMonth(test.entity, '2025-08')).warnings).toEqual([]);
    expect((await referenceChanges(test.entity, { kind: 'application', code: 'web shop' })).rows).toHaveLength(2);
  });

  it.each([
    ['application', 'web shup', 'REFERENCE_NOT_FOUND', 'did you mean "web shop"?'],
    ['application', 'UNALLOCATED', 'REFERENCE_RESERVED', 'UNALLOCATED'],
    ['product', 'MIPS', 'MONTH_INVALID', 'before the first month'],
  ] as const)('is refused: %s %s', async (kind, code, problem, detail) => {
    await expect(deactivateReference(test.entity, { kind, code }, '2024-12')).rejects.toMatchObject({
      code: problem,
      detail: expect.stringContaining(detail),
    });
  });
});

describe('the references of the group', () => {
  it('come with the admission and by asking, each state readable, none older taken back', async () => {
    await expect(unmappedReferences(test.entity)).rejects.toMatchObject({ code: 'NOT_JOINED' });
    const domains = CATEGORIES.filter((one) => one !== 'Compute');
    await joinGroup(test.entity, await group.admit(test.entity, domains, '3'));
    expect(await unmappedReferences(test.entity, '2025-07')).toMatchObject({
      version: '3',
      rows: [{ kind: 'domain', code: 'Compute', facts: 1, consequence: 'REFUSES' }],
    });
    await expect(publishMonth(test.entity, '2025-07')).rejects.toMatchObject({ code: 'DOMAIN_UNMAPPED' });
    const asked: (string | undefined)[] = [];
    const answer: GroupReferencesDocument = {
      version: '4',
      domains: [{ code: 'CPU', label: 'Computing', active: true }],
      families: [],
      products: [{ code: 'VM-H', label: 'VM', domain: 'CPU', unit: 'Hours', active: true }],
    };
    const server = createServer((request, reply) => {
      asked.push(request.url);
      reply.writeHead(request.headers.authorization?.startsWith('Bearer ey') ? 200 : 401);
      reply.end(JSON.stringify(asked.length === 3 ? { ...answer, version: '2' } : answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // The first answer is the whole of it, so what the admission named and it does not is no longer active.
    expect(await pullReferences(test.entity, { url })).toMatchObject({ version: '4', added: 2, deactivated: 12 });
    expect(await pullReferences(test.entity, { url })).toMatchObject({ version: '4', added: 0, changed: 0 });
    expect(await pullReferences(test.entity, { url })).toMatchObject({ version: '4', added: 0 });
    expect(asked).toEqual(['/api/group/references', '/api/group/references?since=4', '/api/group/references?since=4']);
    await expect(pullReferences(test.entity, { url, token: 'none' })).rejects.toMatchObject({
      code: 'REFERENCES_PULL_REFUSED',
    });
    server.close();
    await joinGroup(test.entity, await group.admit(test.entity, domains, '3'));
    expect((await listReferences(test.entity)).group).toMatchObject({ version: '4', source: 'PULL' });
  });

  it('are what a bundle names, once the entity has mapped its codes to them', async () => {
    await expect(mapReference(test.entity, { kind: 'domain', code: 'Compute' }, 'CPV')).rejects.toMatchObject({
      code: 'GROUP_REFERENCE_UNKNOWN',
    });
    await mapReference(test.entity, { kind: 'domain', code: 'Compute' }, 'CPU');
    const product = (await references()).find((one) => one.code.startsWith('Compute/'))?.code ?? '';
    expect((await unmappedReferences(test.entity, '2025-07')).rows).toMatchObject([
      { code: product, consequence: 'COUNTED' },
    ]);
    await mapReference(test.entity, { kind: 'product', code: product }, 'VM-H');
    await mapReference(test.entity, { kind: 'application', code: 'Web Shop' }, 'APP-9');
    expect((await unmappedReferences(test.entity, '2025-07')).rows).toEqual([]);
    const published = await publishMonth(test.entity, '2025-07');
    expect(published.revision).toBe(1);
    const key = publicOf(await signingKeyOf(test.dir));
    const bundle = await verifyBundle(published.path, {
      resolveKey: (kid) => (kid === thumbprint(key) ? { publicJwk: key, entityCode: 'FR01' } : null),
      tenantId: group.tenant.id,
      deployment: 'prod',
    });
    expect(bundle.manifest.references).toEqual({ domains: '4', products: '4' });
    expect(await bundle.domains()).toEqual([{ domain_id: 'CPU', rows: 1 }]);
    expect(await bundle.products()).toMatchObject([{ product_id: product, reference_id: 'VM-H' }]);
    expect(await bundle.applications()).toMatchObject([{ application_id: 'web shop', reference_id: 'APP-9' }]);
    await bundle.close();
    await closeMonth(test.entity, '2025-07');
    const closed = await publishMonth(test.entity, '2025-07');
    await mapReference(test.entity, { kind: 'application', code: 'Web Shop' }, 'APP-10');
    await mapReference(test.entity, { kind: 'product', code: product }, null);
    await joinGroup(test.entity, await group.admit(test.entity, ['CPU'], '5'));
    const again = await publishMonth(test.entity, '2025-07');
    // What a closed month stands for stays as it was, whatever the entity maps or takes afterwards.
    expect(again).toMatchObject({ created: false, bundle_sha256: closed.bundle_sha256 });
    await reopenMonth(test.entity, '2025-07', 'test');
    await mapReference(test.entity, { kind: 'domain', code: 'Compute' }, null);
    await expect(publishMonth(test.entity, '2025-07')).rejects.toMatchObject({ code: 'DOMAIN_UNMAPPED' });
  });

  it('stay apart from those of any other entity', async () => {
    const rows = await test.database.db.transaction(
      { tenantId: test.entity.scope.tenantId, legalEntityId: '01900000-0000-7000-8000-000000000000' },
      (tx) =>
        tx.query(
          'SELECT 1 FROM group_reference UNION ALL SELECT 1 FROM reference_change UNION ALL SELECT 1 FROM dim_product',
        ),
    );
    expect(rows).toEqual([]);
  });
});
