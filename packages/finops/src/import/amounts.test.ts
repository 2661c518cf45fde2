import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longAmount, shortAmount } from './amounts.sql.ts';
import { readMoney, readNumber } from './amounts.ts';
import { openFileEngine, quoteText } from './duckdb.ts';
import { shortest } from './scan.ts';

describe('numbers', () => {
  it.each([
    ['0', '0'],
    ['-0.00', '0'],
    ['+5', '5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['007.10', '7.1'],
    ['2.5E-7', '0.00000025'],
    ['1e3', '1000'],
    ['-1.5e+2', '-150'],
    ['12.5e1', '125'],
    ['1E-18', '0.000000000000000001'],
    ['10E-19', '0.000000000000000001'],
    ['0e999', '0'],
  ])('%s is %s', (text, value) => {
    expect(readNumber(text)).toBe(value);
  });

  it.each([
    '',
    '.',
    '-',
    'e5',
    '1e',
    '1_000',
    '0x10',
    'NaN',
    'Infinity',
    '1,5',
    '1 000',
    '1E-19',
    '1e21',
    '--1',
    '1e1.5',
    '١',
  ])('%s is none', (text) => {
    expect(readNumber(text)).toBeUndefined();
  });

  it('writes any scientific notation out exactly', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: -18, max: 18 }),
        (units, decimals, exponent) => {
          const digits = String(units < 0n ? -units : units).padStart(decimals + 1, '0');
          const mantissa = `${digits.slice(0, digits.length - decimals)}.${digits.slice(digits.length - decimals)}`;
          const read = readNumber(`${units < 0n ? '-' : ''}${mantissa}e${exponent}`);
          // The value in units of 10^-40, where every case is a whole number.
          const value = units * 10n ** BigInt(40 - decimals + exponent);
          const finest = 10n ** 22n;
          const fits = value % finest === 0n && (value < 0n ? -value : value) < 10n ** 60n;
          expect(read !== undefined).toBe(fits);
          if (read === undefined) return;
          const [whole = '', fraction = ''] = read.replace('-', '').split('.');
          const back = BigInt(whole + fraction.padEnd(18, '0')) * finest;
          expect(read.startsWith('-') ? -back : back).toBe(value);
        },
      ),
    );
  });
});

describe('money', () => {
  it.each([
    ['$10,000.00', 'USD', '10000'],
    ['-$1,234,567.5', 'CAD', '-1234567.5'],
    ['$-2', 'USD', '-2'],
    ['£1,000', 'GBP', '1000'],
    ['€1,234.50', 'EUR', '1234.5'],
    ['€12', 'EUR', '12'],
    ['¥1,200', 'JPY', '1200'],
    ['1.5', 'EUR', '1.5'],
  ])('%s in %s is %s', (text, currency, value) => {
    expect(readMoney(text, currency)).toBe(value);
  });

  it.each([
    ['€1,234', 'EUR'],
    ['$5', 'EUR'],
    ['-$-5', 'USD'],
    ['$1,00', 'USD'],
    ['$10000,000', 'USD'],
    ['1,000.00', 'USD'],
    ['$', 'USD'],
    ['5$', 'USD'],
  ])('%s in %s is none', (text, currency) => {
    expect(readMoney(text, currency)).toBeUndefined();
  });
});

describe('amounts in the engine', () => {
  const digits = (most: number) => fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: most });
  const text = fc
    .tuple(fc.boolean(), digits(20), fc.option(digits(18), { nil: undefined }))
    .map(
      ([minus, whole, part]) => `${minus ? '-' : ''}${whole.join('')}${part === undefined ? '' : `.${part.join('')}`}`,
    );
  const odd = fc.constantFrom(
    '1_000',
    '1e3',
    '1E-19',
    '',
    '-',
    '.',
    '1.2.3',
    '0x10',
    '--1',
    '1,5',
    ' 1',
    '999999999999999999999',
  );

  it('are what is read digit by digit, and nothing where they are not plain', async () => {
    const texts = [...fc.sample(text, 3000), ...fc.sample(odd, 50), '99999999999999999999.999999999999999999'];
    const engine = await openFileEngine({ readable: [], spillDir: '' });
    const read = (sql: string) => `CAST(CAST(${sql} AS DECIMAL(38,18)) AS VARCHAR)`;
    const rows = await engine.rows(
      `SELECT t, ${read(shortAmount('t'))}, ${read(longAmount('t'))} FROM (VALUES ${texts.map((one) => `(${quoteText(one)})`).join(', ')}) AS v (t)`,
    );
    engine.close();
    expect(rows).toHaveLength(texts.length);
    for (const [found, short, long] of rows) {
      const exact = readNumber((found ?? '').trim());
      for (const one of [short, long])
        if (typeof one === 'string') expect([found, shortest(one)]).toEqual([found, exact]);
      if (/^-?\d{1,20}(\.\d{1,18})?$/.test(found ?? '')) expect([found, long]).not.toEqual([found, null]);
      else expect([found, long]).toEqual([found, null]);
    }
  });
});
