import { allocate, dinero, EUR } from 'dinero.js/bigint';
import { distribute, prepareIntegers, prepareWeights, split, type Weight } from '../src/index.ts';
import { type BenchResult, ratesOf } from './measure.ts';

const SPLITS = 50_000;

/** Ten-way splits of many amounts: with the weights prepared once, prepared anew for each split, and with the trace. */
export function benchSplit(): BenchResult[] {
  const integers = [17n, 3n, 29n, 11n, 5n, 23n, 2n, 7n, 19n, 13n];
  const keys = integers.map((_, index) => `k${index}`);
  const amounts = Array.from({ length: SPLITS }, (_, index) => 1_000_003n + BigInt(index) * 7919n);
  const huge = amounts.map((amount) => amount * 10n ** 16n);
  const texts: Weight[] = integers.map((weight, index) => ({ key: `k${index}`, weight: `${weight}.${index}7` }));
  const prepared = prepareIntegers(keys, integers);
  const long = prepareWeights(texts.map(({ key, weight }) => ({ key, weight: `${weight}000000000001` })));

  const each = (all: readonly bigint[], work: (amount: bigint) => unknown) => (): void => {
    for (const amount of all) work(amount);
  };
  const rates = ratesOf(SPLITS, {
    dinero: each(amounts, (amount) => allocate(dinero({ amount, currency: EUR }), integers)),
    once: each(amounts, (amount) => distribute(amount, prepared)),
    anew: each(amounts, (amount) => distribute(amount, prepareIntegers(keys, integers))),
    texts: each(amounts, (amount) => distribute(amount, prepareWeights(texts))),
    traced: each(amounts, (amount) => split({ amount, weights: prepared })),
    dineroHuge: each(huge, (amount) => allocate(dinero({ amount, currency: EUR, scale: 18n }), integers)),
    huge: each(huge, (amount) => distribute(amount, prepared)),
    hugeLong: each(huge, (amount) => distribute(amount, long)),
  });
  const result = (name: string, value: number, floor: number, note: string): BenchResult => ({
    name,
    value,
    unit: 'splits/s',
    floor: { name: 'dinero.js/bigint allocate', value: floor, unit: 'splits/s' },
    ratio: value / floor,
    note,
  });
  return [
    result('split over 10 weights, prepared for each split', rates.anew, rates.dinero, 'goal: 5; same inputs a call'),
    result('split over 10 weights, prepared once', rates.once, rates.dinero, 'goal: 5; as a rule runs'),
    result('split over 10 weights with its trace', rates.traced, rates.dinero, 'dinero.js has no trace'),
    result('split over 10 decimal texts', rates.texts, rates.dinero, 'parsing included; dinero.js parses none'),
    result('split of amounts beyond 2^53', rates.huge, rates.dineroHuge, 'prepared once'),
    result(
      'split of amounts beyond 2^53, long weights',
      rates.hugeLong,
      rates.dineroHuge,
      '14 decimals a weight; all bigint',
    ),
  ];
}
