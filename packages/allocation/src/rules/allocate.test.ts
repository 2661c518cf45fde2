import { describe, expect, it } from 'vitest';
import { formatDecimal } from '../arithmetic/decimal.ts';
import { explainLine } from '../explain/explain.ts';
import { AllocationError } from '../problems.ts';
import { type AllocatedLine, allocateEntry, distributeLine } from './allocate.ts';
import { type BoundPlan, bindPlan, type DriverWeights, usedWeights } from './bind.ts';
import { compileRuleOrThrow, type RuleContext } from './compile.ts';
import type { AllocationRule, AxisRule } from './rule.ts';

const context: RuleContext = {
  axes: new Map([
    ['COST_CENTER', ['CC-100', 'CC-200']],
    ['PROJECT', ['P3', 'P1', 'P2']],
    ['DEPARTMENT', ['D1', 'D2', 'D3']],
  ]),
  scale: 2,
};

const HEADCOUNT: DriverWeights = new Map([
  ['D1', '7'],
  ['D2', '3.5'],
]);

const costCenter: AxisRule = {
  axis: 'COST_CENTER',
  method: 'fixed',
  shares: [
    { dimension: 'CC-100', weight: '60' },
    { dimension: 'CC-200', weight: '40' },
  ],
};
const project: AxisRule = { axis: 'PROJECT', method: 'even', dimensions: 'all' };
const department: AxisRule = { axis: 'DEPARTMENT', method: 'driver', driver: 'HEADCOUNT', dimensions: 'all' };

const bind = (
  axes: readonly AxisRule[],
  more: Partial<AllocationRule> = {},
  drivers: ReadonlyMap<string, DriverWeights> = new Map([['HEADCOUNT', HEADCOUNT]]),
): BoundPlan => {
  const rule: AllocationRule = { schema: 'prorata.allocation-rule/1', axes, ...more };
  return bindPlan(compileRuleOrThrow(rule, context), '2026-10', drivers);
};

/** `P1 33.34` for each part of each axis of a line, fixed money included. */
const written = (line: AllocatedLine | undefined): string[] =>
  (line?.splits ?? []).flatMap(({ fixed, split, dimensions }) => [
    ...fixed.map(({ dimension, amount }) => `${dimension} fixed ${formatDecimal(amount, 2)}`),
    ...split.parts.map(({ amount }, index) => `${dimensions[index]?.join('/')} ${formatDecimal(amount, 2)}`),
  ]);

const refusal = (work: () => unknown): { code?: string; extensions?: object } => {
  try {
    work();
  } catch (error) {
    if (error instanceof AllocationError) return { code: error.code, extensions: error.extensions };
    throw error;
  }
  return {};
};

describe('a parallel rule', () => {
  it('splits the whole amount on each axis on its own', () => {
    const [line] = allocateEntry(bind([costCenter, project, department]), [{ line: '1', amount: 10_000n }]);
    expect(written(line)).toEqual([
      'CC-100 60.00',
      'CC-200 40.00',
      'P1 33.34',
      'P2 33.33',
      'P3 33.33',
      'D1 66.67',
      'D2 33.33',
      'D3 0.00',
    ]);
  });

  it('rounds each axis to the source amount, where one rounding over all axes would give 182.24 and 182.26', () => {
    const [line] = allocateEntry(bind([costCenter, project]), [{ line: '1', amount: 18_225n }]);
    for (const { split } of line?.splits ?? []) {
      expect(split.parts.reduce((sum, part) => sum + part.amount, 0n)).toBe(18_225n);
    }
  });

  it('splits each line of an entry, a reversal as the exact mirror', () => {
    const bound = bind([project]);
    const [cost, credit] = allocateEntry(bound, [
      { line: '1', amount: 10_001n },
      { line: '2', amount: -10_001n },
    ]);
    expect(written(cost)).toEqual(['P1 33.34', 'P2 33.34', 'P3 33.33']);
    expect(written(credit)).toEqual(['P1 -33.34', 'P2 -33.34', 'P3 -33.33']);
    expect(distributeLine(bound, 10_001n)).toEqual([[3334n, 3334n, 3333n]]);
  });

  it('rounds to a unit and by position where the rule says so', () => {
    const bound = bind(
      [
        {
          ...costCenter,
          shares: [
            { dimension: 'CC-200', weight: '1' },
            { dimension: 'CC-100', weight: '2' },
          ],
        },
      ],
      {
        rounding: { mode: 'floor-to-first', unit: 5 },
      },
    );
    expect(written(allocateEntry(bound, [{ line: '1', amount: 1_000n }])[0])).toEqual(['CC-200 3.35', 'CC-100 6.65']);
  });
});

describe('a cross rule', () => {
  it('gives one part a combination, rounded once for the line', () => {
    const bound = bind([costCenter, department], { combine: 'cross' });
    const [line] = allocateEntry(bound, [{ line: '1', amount: 100n }]);
    expect(written(line)).toEqual([
      'CC-100/D1 0.40',
      'CC-100/D2 0.20',
      'CC-100/D3 0.00',
      'CC-200/D1 0.27',
      'CC-200/D2 0.13',
      'CC-200/D3 0.00',
    ]);
  });

  it('is bounded also when the drivers are known', () => {
    const rule: AllocationRule = {
      schema: 'prorata.allocation-rule/1',
      axes: [costCenter, department],
      combine: 'cross',
    };
    const plan = compileRuleOrThrow(rule, context);
    const small = { ...plan, context: { ...context, maxCrossParts: 5 } };
    expect(refusal(() => bindPlan(small, '2026-10', new Map([['HEADCOUNT', HEADCOUNT]]))).code).toBe('CROSS_TOO_LARGE');
  });
});

describe('a driver', () => {
  it('that has no weight is refused by name and month, or goes to the fallback', () => {
    const none = refusal(() => bind([department], {}, new Map()));
    expect(none).toMatchObject({ code: 'DRIVER_MISSING', extensions: { driver: 'HEADCOUNT', month: '2026-10' } });
    const zero = new Map([['HEADCOUNT', new Map([['D1', '0']])]]);
    expect(refusal(() => bind([department], {}, zero)).code).toBe('DRIVER_ZERO');
    const bound = bind([{ ...department, fallback: 'D2' }], {}, zero);
    expect(written(allocateEntry(bound, [{ line: '1', amount: 100n }])[0])).toEqual(['D2 1.00']);
    expect(bound.axes[0]?.origins[0]).toMatchObject({ fallback: 'D2', month: '2026-10' });
  });

  it('may weigh only what the axis has, unless the rule lists dimensions', () => {
    const foreign = new Map([
      [
        'HEADCOUNT',
        new Map([
          ['D1', '1'],
          ['D9', '1'],
        ]),
      ],
    ]);
    expect(refusal(() => bind([department], {}, foreign))).toMatchObject({
      code: 'DRIVER_DIMENSION_UNKNOWN',
      extensions: { dimensions: ['D9'] },
    });
    const bound = bind([{ ...department, dimensions: ['D1', 'D2'] }], {}, foreign);
    expect(written(allocateEntry(bound, [{ line: '1', amount: 100n }])[0])).toEqual(['D1 1.00', 'D2 0.00']);
  });

  it('leaves the weights that were used, to be stored with the result', () => {
    expect(usedWeights(bind([department]))).toEqual([
      {
        axes: ['DEPARTMENT'],
        origins: [{ axis: 'DEPARTMENT', method: 'driver', driver: 'HEADCOUNT', month: '2026-10' }],
        weights: [
          { dimensions: ['D1'], weight: '7' },
          { dimensions: ['D2'], weight: '7/2' },
          { dimensions: ['D3'], weight: '0' },
        ],
      },
    ]);
  });
});

describe('fixed amounts', () => {
  const fixed: AxisRule = {
    axis: 'PROJECT',
    method: 'amount',
    amounts: [
      { dimension: 'P1', amount: '50.00' },
      { dimension: 'P2', amount: '20' },
    ],
    rest: { method: 'even', dimensions: ['P2', 'P3'] },
  };

  it('come first, the rest by the other method', () => {
    const [line] = allocateEntry(bind([fixed]), [{ line: '1', amount: 10_001n }]);
    expect(written(line)).toEqual(['P1 fixed 50.00', 'P2 fixed 20.00', 'P2 15.01', 'P3 15.00']);
  });

  it('are taken once from an entry of several lines, in the order of the line numbers', () => {
    const lines = [
      { line: '10', amount: 4_000n },
      { line: '2', amount: 6_000n },
      { line: '3', amount: -500n },
    ];
    const [ten, two, three] = allocateEntry(bind([fixed]), lines);
    expect(written(two)).toEqual(['P1 fixed 50.00', 'P2 fixed 10.00', 'P2 0.00', 'P3 0.00']);
    expect(written(ten)).toEqual(['P2 fixed 10.00', 'P2 15.00', 'P3 15.00']);
    expect(written(three)).toEqual(['P2 -2.50', 'P3 -2.50']);
  });

  it('mirror in a credit note', () => {
    const [line] = allocateEntry(bind([fixed]), [{ line: '1', amount: -10_001n }]);
    expect(written(line)).toEqual(['P1 fixed -50.00', 'P2 fixed -20.00', 'P2 -15.01', 'P3 -15.00']);
  });

  it('larger than the entry are refused', () => {
    const tooSmall = refusal(() => allocateEntry(bind([fixed]), [{ line: '1', amount: 6_999n }]));
    expect(tooSmall).toMatchObject({
      code: 'FIXED_AMOUNT_EXCEEDS_SOURCE',
      extensions: { fixed: '70.00', source: '69.99' },
    });
    expect(() => distributeLine(bind([fixed]), 10_000n)).toThrow(TypeError);
  });
});

describe('the explanation of a line', () => {
  const bound = bind([costCenter, { ...department, fallback: 'D1' }], { combine: 'cross' });

  it('names rule, axis, driver and month, weights, share, floor and rounding unit', () => {
    const [line] = allocateEntry(bound, [{ line: '4', amount: 100n }]);
    const words = line === undefined ? [] : explainLine(line, bound, { scale: 2, ruleVersion: '3' });
    expect(words.slice(0, 4)).toEqual([
      'Line 4: 1.00.',
      `Rule version 3, digest ${bound.plan.digest.slice(0, 12)}.`,
      'Axis COST_CENTER × DEPARTMENT, one part per combination, fixed weights, driver HEADCOUNT of 2026-10.',
      '  CC-100 × D1: 0.40 = weight 420 of 1050, exact',
    ]);
  });

  it('says in French where the fallback took over', () => {
    const empty = bind([{ ...department, fallback: 'D1' }], {}, new Map());
    const [line] = allocateEntry(empty, [{ line: '4', amount: 100n }]);
    const words = line === undefined ? [] : explainLine(line, empty, { scale: 2, ruleVersion: '3', language: 'fr' });
    expect(words[2]).toBe("Axe DEPARTMENT, l'inducteur HEADCOUNT n'a aucun poids en 2026-10 : tout à D1.");
    expect(words[3]).toBe('  D1 : 1,00 = poids 1 sur 1 ; exact');
  });
});
