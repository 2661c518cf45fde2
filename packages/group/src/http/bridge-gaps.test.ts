import type { App } from '@prorata/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importRates } from '../exchange/rate-sets.ts';
import { fact, plantFacts } from '../testing/facts.ts';
import { readerToken } from '../testing/reader-token.ts';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { buildGroupApp } from './server.ts';

// Two euros a pound in July.
const RATES = `Date,GBP,
2025-09-01,0.5,
2025-08-29,0.5,
2025-08-01,0.5,
2025-07-31,0.5,
2025-07-01,0.5,
`;

let test: TestGroup;
let app: App;
let authorization: string;

beforeAll(async () => {
  test = await openTestGroup();
  await importRates(test.group, { text: RATES, name: 'rates.csv' });
  const vm = { product_id: 'VM', unit: 'Hours' };
  await plantFacts(test.group, [
    fact({ ...vm, quantity: '12', cost_effective: '132', environment: 'non_prod', family_id: 'Servers' }),
  ]);
  await plantFacts(test.group, [
    fact({ entity_id: 'GB03', currency: 'GBP', ...vm, quantity: '20', cost_effective: '80' }),
  ]);
  app = await buildGroupApp(test.group, { log: false });
  authorization = `Bearer ${await readerToken(test)}`;
});
afterAll(async () => {
  await app.close();
  await test.close();
});

async function get(path: string) {
  const answer = await app.inject({ url: `/api/group/${path}`, headers: { authorization } });
  return { status: answer.statusCode, body: answer.json() };
}

describe('a bridge to what has no figure', () => {
  it('is refused where nobody has published the month', async () => {
    expect(await get('bridge?from_month=2025-07&to_month=2025-12')).toMatchObject({
      status: 400,
      body: { code: 'BRIDGE_INVALID', empty: ['2025-12'] },
    });
  });

  it('tells no price of what has no rate', async () => {
    const vm = {
      product_id: 'VM',
      unit: 'Hours',
      quantity: '12',
      environment: 'non_prod',
      family_id: 'Servers',
    } as const;
    await plantFacts(test.group, [
      fact({ period_month: '2025-08', ...vm, currency: 'XAU', cost_effective: '1' }),
      fact({ period_month: '2025-08', ...vm, application_id: 'crm', cost_effective: '30' }),
    ]);
    for (const [path, difference, sides] of [
      ['from_month=2025-07&to_month=2025-08&product=VM', '-262', ['292', '30']],
      ['from_month=2025-08&to_month=2025-07&product=VM', '262', ['30', '292']],
    ] as const) {
      const { body } = await get(`bridge?${path}`);
      expect([body.side_from.cost, body.side_to.cost]).toEqual(sides);
      expect([body.difference, body.complete]).toEqual([difference, false]);
      expect(body.missing).toEqual([{ period_month: '2025-08', currency: 'XAU' }]);
      const { unmeasured, new: came, ended, exchange, ...others } = body.lines;
      expect(others).toEqual({ volume: '0', mix: '0', price: '0', indirect: '0', tax: '0' });
      // 132 to what could be converted of it, 30; GB03's 160 are there in July alone.
      expect(unmeasured).toBe(difference === '262' ? '102' : '-102');
      expect(Number(came) + Number(ended) + Number(exchange)).toBe(difference === '262' ? 160 : -160);
    }
  });
});
