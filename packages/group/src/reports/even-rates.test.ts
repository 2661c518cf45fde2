import { describe, expect, it } from 'vitest';
import { evenRates } from './even-rates.ts';

const [may, june, july, august] = ['2025-05-01', '2025-06-01', '2025-07-01', '2025-08-01'] as const;
const rest = { missing: [], provisional: [], rates: new Map(), rateSets: [] };

function conversion(rates: readonly (readonly [string, string, string | null])[]) {
  return {
    ...rest,
    months: rates.map(([month]) => month),
    currencies: rates.map(([, currency]) => currency),
    multipliers: rates.map(([, , multiplier]) => multiplier),
  };
}

const linesOf = ({ months, currencies, multipliers, even }: ReturnType<typeof evenRates>) => ({
  even,
  lines: months.map((month, index) => [month, currencies[index], multipliers[index]]),
});

describe('even rates', () => {
  it('let the first month of a period stand for all, also where it has no cost', () => {
    const found = evenRates(
      conversion([
        [june, 'EUR', '1'],
        [july, 'EUR', '1'],
        [august, 'EUR', '1'],
      ]),
      [
        [july, august],
        [may, june],
      ],
    );
    expect(linesOf(found)).toEqual({
      even: ['EUR'],
      lines: [
        [july, 'EUR', '1'],
        [may, 'EUR', '1'],
      ],
    });
  });

  it.each([
    [
      'differ',
      [
        [july, 'USD', '0.9'],
        [august, 'USD', '0.8'],
      ],
    ],
    [
      'are missing',
      [
        [july, 'USD', null],
        [august, 'USD', null],
      ],
    ],
    [
      'are missing in part',
      [
        [july, 'USD', '0.9'],
        [august, 'USD', null],
      ],
    ],
  ] as const)('leave months apart whose rates %s', (_how, rates) => {
    const found = evenRates(conversion([...rates, [july, 'EUR', '1'], [august, 'EUR', '1']]), [[july, august]]);
    expect(linesOf(found)).toEqual({ even: ['EUR'], lines: [...rates, [july, 'EUR', '1']] });
  });

  it('may be others in the period before', () => {
    const rates = [
      [may, 'USD', '0.7'],
      [june, 'USD', '0.7'],
      [july, 'USD', '0.9'],
      [august, 'USD', '0.9'],
    ] as const;
    const found = evenRates(conversion(rates), [
      [july, august],
      [may, june],
    ]);
    expect(linesOf(found)).toEqual({
      even: ['USD'],
      lines: [
        [july, 'USD', '0.9'],
        [may, 'USD', '0.7'],
      ],
    });
  });

  it.each([
    ['one month each', [[july], [june]]],
    [
      'a month in two periods',
      [
        [june, july],
        [may, june],
      ],
    ],
    ['no month', [[], []]],
  ])('change nothing for %s', (_what, periods) => {
    const rates = [
      [june, 'EUR', '1'],
      [july, 'EUR', '1'],
    ] as const;
    expect(linesOf(evenRates(conversion(rates), periods))).toEqual({ even: [], lines: [...rates] });
  });
});
