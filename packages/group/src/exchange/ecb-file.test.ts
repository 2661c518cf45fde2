import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestGroup, type TestGroup } from '../testing/test-group.ts';
import { readEcbFile } from './ecb-file.ts';
import { importRates } from './rate-sets.ts';

const HEADER = 'Date,USD,GBP,';

describe("the European Central Bank's file", () => {
  it('gives the mean of the days that have a rate, in any order of lines', () => {
    const { rates } = readEcbFile(`${HEADER}\n2025-08-01,1.1,0.8,\n2025-07-31,1.2,N/A,\n2025-07-01,1.3,0.9,\n`);
    expect(rates).toEqual([
      { month: '2025-07', currency: 'GBP', sum: '0.9', days: 1, provisional: false },
      { month: '2025-07', currency: 'USD', sum: '2.5', days: 2, provisional: false },
      { month: '2025-08', currency: 'GBP', sum: '0.8', days: 1, provisional: true },
      { month: '2025-08', currency: 'USD', sum: '1.1', days: 1, provisional: true },
    ]);
  });

  it('is provisional for a first month that the file does not hold from its start', () => {
    const { rates } = readEcbFile(`${HEADER}\n2025-07-15,1.1,0.8,\n2025-08-01,1.1,0.8,\n2025-09-01,1.1,0.8,\n`);
    expect(rates.filter((rate) => rate.currency === 'USD').map((rate) => rate.provisional)).toEqual([
      true,
      false,
      true,
    ]);
  });

  it.each([
    ['', 1],
    ['Datum,USD,\n2025-07-01,1,', 1],
    ['Date,USD,EURO,\n', 1],
    ['Date,USD,USD,\n', 1],
    [`${HEADER}\n`, 1],
    [`${HEADER}\n2025-07-32,1,1,`, 2],
    [`${HEADER}\n2025-02-30,1,1,`, 2],
    [`${HEADER}\n2025-07-01,1,1,\n2025-07-01,1,1,`, 3],
    [`${HEADER}\n2025-07-01,1,`, 2],
    [`${HEADER}\n2025-07-01,0,1,`, 2],
    [`${HEADER}\n2025-07-01,-1,1,`, 2],
    [`${HEADER}\n2025-07-01,"1,2",1,`, 2],
    [`${HEADER}\n2025-07-01,1e2,1,`, 2],
  ])('is refused for %j at line %i', (text, line) => {
    expect(() => readEcbFile(text)).toThrow(
      expect.objectContaining({ code: 'RATES_INVALID', extensions: expect.objectContaining({ line }) }),
    );
  });
});

describe('a rate set', () => {
  let test: TestGroup;
  beforeAll(async () => {
    test = await openTestGroup({ currency: 'USD' });
  });
  afterAll(() => test.close());

  it('is made once a file, and a new file makes the next one', async () => {
    const text = `${HEADER}\n2025-07-01,1.25,0.8,\n2025-08-01,1.25,0.8,\n`;
    expect(await importRates(test.group, { text, name: 'a.csv' })).toMatchObject({
      rate_set: 1,
      replayed: false,
      provisional: ['2025-08'],
    });
    expect(await importRates(test.group, { text, name: 'b.csv' })).toMatchObject({ rate_set: 1, replayed: true });
    expect(await importRates(test.group, { text: `${text}2025-09-01,1,1,\n`, name: 'c.csv' })).toMatchObject({
      rate_set: 2,
    });
  });

  it('stores the multiplier into the currency of the group, and none where that has no rate', async () => {
    await importRates(test.group, { text: `${HEADER}\n2025-07-01,1.25,0.8,\n2025-08-01,N/A,0.8,\n`, name: 'd.csv' });
    const rows = await test.admin(
      'SELECT period_month::text, currency, multiplier::text FROM fx_rate WHERE rate_set = 3 ORDER BY 1, 2',
    );
    expect(rows).toEqual([
      { period_month: '2025-07-01', currency: 'GBP', multiplier: '1.562500000000' },
      { period_month: '2025-07-01', currency: 'USD', multiplier: '1.000000000000' },
      { period_month: '2025-08-01', currency: 'GBP', multiplier: null },
    ]);
  });

  it('can complete another one, for a currency that the bank does not quote, and tells what it loses otherwise', async () => {
    const bank = await importRates(test.group, {
      text: `${HEADER}\n2025-07-01,1.25,0.8,\n2025-08-01,1.25,0.8,\n2025-10-01,1.25,0.8,\n`,
      name: 'bank.csv',
    });
    const tunis = { text: 'month,currency,rate\n2025-07,TND,3.4\n2025-08,GBP,0.9\n', name: 'tnd.csv', source: 'BCT' };
    const alone = await importRates(test.group, tunis);
    expect(alone.lost).toEqual({ currencies: ['USD'], months: ['2025-10'] });
    const completed = await importRates(test.group, { ...tunis, onto: bank.rate_set });
    expect(completed).toMatchObject({ replayed: false, first_month: '2025-07', last_month: '2025-10' });
    // 1.25 / 3.4 and 1.25 / 0.9, half to even at 12 decimals; what the file does not hold is as the bank gave it.
    const rows = `SELECT period_month::text, currency, multiplier::text, provisional FROM fx_rate
      WHERE rate_set = ${completed.rate_set} AND currency <> 'USD' ORDER BY 1, 2`;
    expect((await test.admin(rows)).map(Object.values)).toEqual([
      ['2025-07-01', 'GBP', '1.562500000000', false],
      ['2025-07-01', 'TND', '0.367647058824', false],
      ['2025-08-01', 'GBP', '1.388888888889', false],
      ['2025-10-01', 'GBP', '1.562500000000', true],
    ]);
    // Once more, onto what it made itself: there is nothing new to say.
    expect(await importRates(test.group, { ...tunis, onto: 'latest' })).toMatchObject({
      rate_set: completed.rate_set,
      replayed: true,
    });
    await expect(importRates(test.group, { ...tunis, base: 'USD', onto: 'latest' })).rejects.toMatchObject({
      code: 'RATES_INVALID',
      detail: expect.stringContaining('quoted for one EUR, the file for one USD'),
    });
    await expect(importRates(test.group, { ...tunis, onto: 99 })).rejects.toMatchObject({ code: 'RATE_SET_UNKNOWN' });
  });
});

const SHARED = fileURLToPath(new URL('../../../../../shared/data/fx/eurofxref-hist.csv', import.meta.url));

describe('the shared history of rates', () => {
  if (!existsSync(SHARED)) {
    it('is not there, so that this test has nothing to read', ({ skip }) => skip(`${SHARED} does not exist`));
    return;
  }

  it('gives the means that long division by hand gives', () => {
    const text = readFileSync(SHARED, 'utf8');
    const { rates, lastDay } = readEcbFile(text);
    expect(lastDay).toBe('2026-03-05');
    const [header = '', ...lines] = text.trim().split('\n');
    const column = header.split(',').indexOf('CHF');
    const cells = lines.filter((line) => line.startsWith('2025-07')).map((line) => line.split(',')[column] ?? '');
    const total = cells.reduce(
      (sum, cell) => sum + BigInt(cell.replace('.', '').padEnd(cell.indexOf('.') === -1 ? 5 : 5, '0')),
      0n,
    );
    const rate = rates.find((one) => one.month === '2025-07' && one.currency === 'CHF');
    expect(rate).toMatchObject({ days: cells.length, provisional: false });
    expect(BigInt((Number(rate?.sum) * 10_000).toFixed(0))).toBe(total);
    expect(rates.filter((one) => one.provisional).every((one) => one.month === '2026-03')).toBe(true);
  });
});
