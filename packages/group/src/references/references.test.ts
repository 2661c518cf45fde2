import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { readReferences } from './file.ts';
import { importReferences } from './references.ts';

let test: TestGroup;
beforeAll(async () => {
  test = await openTestGroup();
});
afterAll(() => test.close());

const standing = (version: number) =>
  test.admin<{ code: string; label: string; active: boolean }>(
    `SELECT code, label, active FROM ref_domain WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1) ORDER BY code`,
    [version],
  );

describe('references', () => {
  it('begin with the FOCUS service categories as version 1', async () => {
    const domains = await standing(1);
    expect(domains).toHaveLength(19);
    expect(domains.map((domain) => domain.code)).toContain('AI and Machine Learning');
  });

  it('are published as a whole: new, renamed and deactivated codes, with each version still readable', async () => {
    const before = await standing(1);
    const kept = before
      .filter((domain) => domain.code !== 'Web')
      .map(({ code, label }) => ({ code, label: code === 'Mobile' ? 'Phones' : label }));
    const text = JSON.stringify({ domains: [...kept, { code: 'Mainframe', label: 'Mainframe' }] });
    const result = await importReferences(test.group, { text, name: 'references.json' });
    expect(result).toEqual({ version: 2, changed: true, added: 1, updated: 1, deactivated: 1 });
    const after = await standing(2);
    expect(after.find((domain) => domain.code === 'Web')?.active).toBe(false);
    expect(after.find((domain) => domain.code === 'Mobile')?.label).toBe('Phones');
    expect(await standing(1)).toEqual(before);
    const again = await importReferences(test.group, { text, name: 'references.json' });
    expect(again).toEqual({ version: 2, changed: false, added: 0, updated: 0, deactivated: 0 });
  });

  it('can come as CSV, and leave the lists alone that are not in the file', async () => {
    const text =
      'kind,code,label,domain,family,unit\nproduct,VM,"Virtual machine, large",Compute,,Hours\nproduct,DISK,Disk,Storage,,GB\n';
    const result = await importReferences(test.group, { text, name: 'products.csv' });
    expect(result).toEqual({ version: 3, changed: true, added: 2, updated: 0, deactivated: 0 });
    const [row] = await test.admin('SELECT label, domain_code, unit FROM ref_product WHERE code = $1', ['VM']);
    expect(row).toEqual({ label: 'Virtual machine, large', domain_code: 'Compute', unit: 'Hours' });
    expect((await standing(3)).filter((domain) => domain.active)).toHaveLength(19);
  });

  it.each([
    ['{"domains":[]}', '/domains'],
    ['{"domain":[]}', '/'],
    ['{', '/'],
    ['{"domains":[{"code":"A"}]}', '/domains/0'],
    ['{"domains":[{"code":"A","label":"A"},{"code":"A","label":"B"}]}', '/domains/1/code'],
    [
      '{"domains":[{"code":"A","label":"A"}],"products":[{"code":"P","label":"P","domain":"B","unit":"GB"}]}',
      '/products/0/domain',
    ],
    ['kind,code,label\ndomaine,A,A', '/2/kind'],
    ['kind,code,label,colour\ndomain,A,A,red', '/1'],
    ['kind,code,label\ndomain,"A,A', '/2'],
    ['', '/1'],
  ])('refuse %j at %s', (text, pointer) => {
    expect(() => readReferences(text)).toThrow(
      expect.objectContaining({
        code: 'REFERENCES_INVALID',
        extensions: { errors: expect.arrayContaining([expect.objectContaining({ pointer })]) },
      }),
    );
  });
});
