import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Company, openTestService, type TestService } from '../testing/test-service.ts';

let test: TestService;
let company: Company;
beforeAll(async () => {
  test = await openTestService();
  company = await test.company();
});
afterAll(() => test.close());

interface Listed {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly description: string;
}

const listed = async (claims: { roles?: string[]; locale?: string }, query = '') =>
  (await company.ask('GET', `/copilot/intents${query}`, undefined, { claims })).body.rows as unknown as Listed[];

describe('intents', () => {
  it('are routes of the service and change nothing', async () => {
    const openapi = (await test.app.inject({ url: '/openapi.json' })).json();
    for (const { method, path } of await listed({})) {
      expect(Object.keys(openapi.paths[path] ?? {})).toContain(method.toLowerCase());
      expect(method === 'GET' || path.endsWith('/preview')).toBe(true);
    }
  });

  it('are those that the roles allow, in the language of the caller', async () => {
    const reader = await listed({ roles: ['analytic.reader'], locale: 'en' });
    expect(reader.map(({ name }) => name)).toEqual(['balance', 'find_postings', 'explain_posting']);
    expect(reader[0]?.description).toMatch(/^What an axis bears/);
    expect((await listed({ locale: 'fr-CH' }))[0]?.description).toMatch(/^Ce que porte un axe/);
    expect((await listed({ locale: 'de' })).length).toBe(4);
    expect((await listed({ locale: 'en' }, '?lang=fr'))[0]?.description).toMatch(/^Ce que porte un axe/);
  });
});
