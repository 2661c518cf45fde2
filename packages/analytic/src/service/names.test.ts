import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putEntry } from '../testing/books.ts';
import { type Company, openTestService, type TestService } from '../testing/test-service.ts';

let test: TestService;
let company: Company;
let id: string;
let key: string;
const BASE = '/api/platform/translations';
beforeAll(async () => {
  test = await openTestService();
  company = await test.company();
  const made = await company.ask('POST', 'axes', { code: 'CENTER', name_source: 'Centres' });
  [id, key] = [String(made.body.id), String(made.body.name_i18n_key)];
});
afterAll(() => test.close());

const nameIn = async (language?: string, locale = 'en') => {
  const headers: Record<string, string> = language === undefined ? {} : { 'accept-language': language };
  const claims = { locale, supported_locales: ['de', 'fr', 'en'] };
  const one = await company.ask('GET', `axes/${id}`, undefined, { headers, claims });
  const all = await company.ask('GET', 'axes', undefined, { headers, claims });
  expect(all.body.rows).toMatchObject([{ name: one.body.name }]);
  return one.body.name;
};

describe('names', () => {
  it('are what the author typed until somebody translates them', async () => {
    expect(await nameIn('fr')).toBe('Centres');
  });

  it('are read in the first language of the chain: asked for, of the token, of the tenant, then the source', async () => {
    const put = (locale: string, text: string) => company.ask('PUT', `${BASE}/${key}/${locale}`, { text });
    expect((await put('fr', 'Centres de coûts')).body).toMatchObject({ key, locale: 'fr', version: 1 });
    await put('en', 'Cost centres');
    expect(await nameIn('fr-CH,en;q=0.5')).toBe('Centres de coûts');
    expect(await nameIn('it')).toBe('Cost centres');
    expect(await nameIn('it', 'fr')).toBe('Centres de coûts');
    expect(await nameIn('it', 'it')).toBe('Centres');
    await put('de', 'Kostenstellen');
    expect(await nameIn('it', 'it')).toBe('Kostenstellen');
    expect((await put('fr', 'Centres de frais')).body).toMatchObject({ version: 2 });
    expect((await put('fr', 'Centres de frais')).body).toMatchObject({ version: 2 });
    expect(await nameIn('fr')).toBe('Centres de frais');
  });

  it('are those of the reader in the balance and its file, and for descriptions of rules', async () => {
    const own = await test.company();
    const axis = await own.ask('POST', 'axes', { code: 'CENTER' });
    const made = await own.ask('POST', 'dimensions', { axis_id: axis.body.id, code: 'C1', name_source: 'Atelier' });
    const rule = {
      schema: 'prorata.allocation-rule/1',
      axes: [{ axis: 'CENTER', method: 'even', dimensions: 'all' }],
    };
    const input = { rule_code: 'EVEN', description_source: 'Parts égales', rule };
    const ruled = await own.ask('POST', 'allocation-rules', input);
    const put = (of: unknown, text: string) => own.ask('PUT', `${BASE}/${of}/en`, { text });
    await put(made.body.name_i18n_key, 'Workshop');
    await put(ruled.body.description_i18n_key, 'Even shares');
    await own.ask('POST', `allocation-rules/${ruled.body.id}/post`);
    const entry = await putEntry(test, own, { lines: [['606100', '8.00']] });
    await own.ask('POST', 'allocations/run', { sourceEntryId: entry, allocationRuleId: ruled.body.id });
    const read = (path: string, language: string) =>
      own.ask('GET', path, undefined, { headers: { 'accept-language': language } });
    for (const [language, name, description] of [
      ['fr', 'Atelier', 'Parts égales'],
      ['en', 'Workshop', 'Even shares'],
    ] as const) {
      const balance = await read('balance?axis=CENTER&from=2026-10&to=2026-10', language);
      const row = (balance.body.rows as unknown as object[]).find(
        (one) => 'dimension' in one && one.dimension === 'C1',
      );
      expect(row).toMatchObject({ name_source: 'Atelier', name });
      const csv = await read('balance?axis=CENTER&from=2026-10&to=2026-10&format=csv', language);
      expect(csv.text).toContain(`,${name},`);
      const one = await read(`allocation-rules/${ruled.body.id}`, language);
      expect(one.body).toMatchObject({ description_source: 'Parts égales', description });
      expect((await read('allocation-rules', language)).body.rows).toMatchObject([{ description }]);
    }
  });

  it('are not hidden by the version of the thing that they name', async () => {
    const headers = { 'if-none-match': '"1"', 'accept-language': 'fr' };
    expect((await company.ask('GET', `axes/${id}`, undefined, { headers })).status).toBe(200);
  });

  it('are translated by who may, in their own legal entity', async () => {
    for (const stranger of [await test.company(), await test.company({ tenantId: company.tenantId })]) {
      expect((await stranger.ask('GET', BASE)).body.rows).toEqual([]);
      expect((await stranger.ask('DELETE', `${BASE}/${key}/fr`)).status).toBe(404);
      await stranger.ask('PUT', `${BASE}/${key}/fr`, { text: 'stolen' });
    }
    expect(await nameIn('fr')).toBe('Centres de frais');
    const reader = { claims: { roles: ['analytic.reader'] } };
    expect((await company.ask('PUT', `${BASE}/${key}/fr`, { text: 'x' }, reader)).status).toBe(403);
    const listed = await company.ask('GET', `${BASE}?limit=2`, undefined, reader);
    expect(listed.body.rows).toMatchObject([{ locale: 'de' }, { locale: 'en' }]);
    const rest = await company.ask('GET', `${BASE}?limit=2&after=${listed.body.next}`);
    expect(rest.body).toMatchObject({ rows: [{ locale: 'fr' }], next: null });
    expect((await company.ask('GET', `${BASE}?locale=fr&prefix=erp.analytic.axis.`)).body.rows).toHaveLength(1);
    for (const [path, body] of [
      [`${BASE}/${key}/french!`, { text: 'x' }],
      [`${BASE}/${key}/fr`, { text: '' }],
      [`${BASE}/${key}/fr`, { text: 'x', tenant_id: company.tenantId }],
    ] as const) {
      expect((await company.ask('PUT', path, body)).status).toBe(400);
    }
    expect((await company.ask('DELETE', `${BASE}/${key}/fr`)).body).toMatchObject({ text: 'Centres de frais' });
    expect(await nameIn('fr')).toBe('Cost centres');
  });
});

describe('problems', () => {
  it('are titled in the language of the reader, under the same code', async () => {
    const twice = (language: string) =>
      company.ask('POST', 'axes', { code: 'CENTER' }, { headers: { 'accept-language': language } });
    const [french, english] = [await twice('fr'), await twice('en')];
    expect(french.body).toMatchObject({ code: 'CODE_TAKEN', title: 'Le code est déjà pris' });
    expect(english.body).toMatchObject({ code: 'CODE_TAKEN', title: 'The code is taken' });
    expect(french.headers['content-language']).toBe('fr');
  });
});
