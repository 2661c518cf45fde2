import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AllocationError } from '../problems.ts';
import { compileRule, compileRuleOrThrow, type RuleContext } from './compile.ts';

const context: RuleContext = {
  axes: new Map([
    ['COST_CENTER', ['CC-100', 'CC-200', 'CC-300']],
    ['PROJECT', ['P1', 'P2', 'P3']],
    ['DEPARTMENT', ['D1', 'D2']],
    ['REGION', []],
  ]),
  drivers: new Set(['HEADCOUNT']),
  scale: 2,
};

const rule = {
  schema: 'prorata.allocation-rule/1',
  match: { accounts: ['6*'], except: ['609*'], journals: ['ACH'] },
  axes: [
    {
      axis: 'COST_CENTER',
      method: 'fixed',
      total: '100',
      shares: [
        { dimension: 'CC-100', weight: '60' },
        { dimension: 'CC-200', weight: '40.0' },
      ],
    },
    { axis: 'PROJECT', method: 'even', dimensions: ['P1', 'P2', 'P3'] },
    { axis: 'DEPARTMENT', method: 'driver', driver: 'HEADCOUNT', dimensions: 'all', fallback: 'D1' },
  ],
  combine: 'parallel',
  rounding: { mode: 'largest-remainder', unit: 5 },
};

type Change = (draft: Record<string, unknown> & typeof rule) => unknown;

/** The rule with one thing changed, and the errors of that. */
const errorsOf = (change: Change): string[] => {
  const draft = structuredClone(rule) as Record<string, unknown> & typeof rule;
  const changed = change(draft);
  const compiled = compileRule(changed === undefined || changed === draft ? draft : changed, context);
  return compiled.ok ? [] : compiled.errors.map(({ pointer, code }) => `${pointer} ${code}`);
};

const set = (target: object, name: string, value: unknown): undefined => {
  Object.assign(target, { [name]: value });
};

const amountAxis = (rest: unknown, amount = '10.00') => ({
  axis: 'PROJECT',
  method: 'amount',
  amounts: [{ dimension: 'P1', amount }],
  rest,
});

const CASES: readonly [string[], Change][] = [
  [[], () => undefined],
  [['/schema SCHEMA_UNKNOWN'], (draft) => set(draft, 'schema', 'prorata.allocation-rule/2')],
  [['/schema SCHEMA_UNKNOWN', '/axes MEMBER_MISSING'], () => ({})],
  [[' TYPE_WRONG'], () => []],
  [['/combined MEMBER_UNKNOWN'], (draft) => set(draft, 'combined', 'cross')],
  [['/combine VALUE_NOT_ALLOWED'], (draft) => set(draft, 'combine', 'serial')],
  [['/axes LIST_EMPTY'], (draft) => set(draft, 'axes', [])],
  [['/axes/0/axis AXIS_UNKNOWN'], (draft) => set(draft.axes[0] ?? {}, 'axis', 'MOON')],
  [
    ['/axes/1/dimensions/0 DIMENSION_UNKNOWN', '/axes/1/axis AXIS_DUPLICATE'],
    (draft) => set(draft, 'axes', [draft.axes[1], { ...draft.axes[1], dimensions: ['X'] }]),
  ],
  [['/axes/1 TYPE_WRONG'], (draft) => set(draft.axes, '1', 'PROJECT')],
  [['/axes/1/method MEMBER_MISSING'], (draft) => set(draft.axes, '1', { axis: 'PROJECT' })],
  [['/axes/1/method VALUE_NOT_ALLOWED'], (draft) => set(draft.axes[1] ?? {}, 'method', 'evenly')],
  [['/axes/1/shares MEMBER_UNKNOWN'], (draft) => set(draft.axes[1] ?? {}, 'shares', [])],
  [['/axes/1/dimensions/2 DIMENSION_DUPLICATE'], (draft) => set(draft.axes[1] ?? {}, 'dimensions', ['P1', 'P2', 'P1'])],
  [['/axes/1/dimensions/0 DIMENSION_UNKNOWN'], (draft) => set(draft.axes[1] ?? {}, 'dimensions', ['P9'])],
  [['/axes/1/dimensions LIST_EMPTY'], (draft) => set(draft.axes[1] ?? {}, 'dimensions', [])],
  [['/axes/1/dimensions TYPE_WRONG'], (draft) => set(draft.axes[1] ?? {}, 'dimensions', 'every')],
  [
    ['/axes/1/dimensions AXIS_EMPTY'],
    (draft) => set(draft.axes, '1', { axis: 'REGION', method: 'even', dimensions: 'all' }),
  ],
  [['/axes/0/shares TOTAL_NOT_REACHED'], (draft) => set(draft.axes[0]?.shares?.[0] ?? {}, 'weight', '59.9')],
  [['/axes/0/total TOTAL_INVALID'], (draft) => set(draft.axes[0] ?? {}, 'total', '100%')],
  [['/axes/0/shares/1/weight WEIGHT_NEGATIVE'], (draft) => set(draft.axes[0]?.shares?.[1] ?? {}, 'weight', '-40')],
  [['/axes/0/shares/1/weight WEIGHT_INVALID'], (draft) => set(draft.axes[0]?.shares?.[1] ?? {}, 'weight', '4e1')],
  [['/axes/0/shares/1/weight TYPE_WRONG'], (draft) => set(draft.axes[0]?.shares?.[1] ?? {}, 'weight', 40)],
  [
    ['/axes/0/shares/1/dimension DIMENSION_DUPLICATE'],
    (draft) => set(draft.axes[0]?.shares?.[1] ?? {}, 'dimension', 'CC-100'),
  ],
  [
    ['/axes/0/shares WEIGHTS_ZERO'],
    (draft) =>
      set(draft.axes, '0', { axis: 'COST_CENTER', method: 'fixed', shares: [{ dimension: 'CC-100', weight: '0.0' }] }),
  ],
  [['/axes/2/driver DRIVER_UNKNOWN'], (draft) => set(draft.axes[2] ?? {}, 'driver', 'SEATS')],
  [['/axes/2/fallback DIMENSION_UNKNOWN'], (draft) => set(draft.axes[2] ?? {}, 'fallback', 'D9')],
  [[], (draft) => set(draft.axes, '1', amountAxis({ method: 'even', dimensions: 'all' }))],
  [['/axes/1/rest MEMBER_MISSING'], (draft) => set(draft.axes, '1', amountAxis(undefined))],
  [['/axes/1/rest/method VALUE_NOT_ALLOWED'], (draft) => set(draft.axes, '1', amountAxis({ method: 'amount' }))],
  [
    ['/axes/1/rest/dimensions/0 DIMENSION_UNKNOWN'],
    (draft) => set(draft.axes, '1', amountAxis({ method: 'even', dimensions: ['X'] })),
  ],
  [
    ['/axes/1/amounts/0/amount AMOUNT_INVALID'],
    (draft) => set(draft.axes, '1', amountAxis({ method: 'even', dimensions: 'all' }, '0.005')),
  ],
  [
    ['/axes/1/amounts/0/amount AMOUNT_INVALID'],
    (draft) => set(draft.axes, '1', amountAxis({ method: 'even', dimensions: 'all' }, '-1')),
  ],
  [
    ['/axes/1/method CROSS_WITH_AMOUNT'],
    (draft) =>
      set(set(draft, 'combine', 'cross') ?? draft.axes, '1', amountAxis({ method: 'even', dimensions: 'all' })),
  ],
  [['/match/accounts/0 MATCHES_EVERY_LINE'], (draft) => set(draft.match, 'accounts', ['*'])],
  [['/match/accounts/1 PATTERN_INVALID'], (draft) => set(draft.match, 'accounts', ['6*', '6*1'])],
  [['/match/journals LIST_EMPTY'], (draft) => set(draft.match, 'journals', [])],
  [['/match/account MEMBER_UNKNOWN'], (draft) => set(draft.match, 'account', ['6*'])],
  [['/rounding/unit VALUE_NOT_ALLOWED'], (draft) => set(draft.rounding, 'unit', 0)],
  [['/rounding/scale VALUE_NOT_ALLOWED'], (draft) => set(draft.rounding, 'scale', 19)],
  [['/rounding/mode VALUE_NOT_ALLOWED'], (draft) => set(draft.rounding, 'mode', 'half-up')],
  [['/constructor MEMBER_UNKNOWN'], (draft) => set(draft, 'constructor', {})],
];

describe('the compiler', () => {
  it.each(CASES)('answers %j', (expected, change) => {
    expect(errorsOf(change)).toEqual(expected);
  });

  it('reports everything at once', () => {
    const errors = errorsOf((draft) => {
      set(draft.axes[0]?.shares?.[0] ?? {}, 'weight', 'x');
      set(draft.axes[1] ?? {}, 'dimensions', []);
      set(draft.rounding, 'scale', -1);
    });
    expect(errors).toHaveLength(3);
  });

  it('bounds the combinations of a cross rule, and asks for accounts where there are no default ones', () => {
    const cross = { ...rule, combine: 'cross' };
    expect(compileRule(cross, { ...context, maxCrossParts: 12 }).ok).toBe(true);
    expect(compileRule(cross, { ...context, maxCrossParts: 11 })).toMatchObject({
      errors: [{ code: 'CROSS_TOO_LARGE' }],
    });
    const open = { ...rule, match: { except: ['609*'] } };
    expect(compileRule(open, context).ok).toBe(true);
    expect(compileRule(open, { ...context, hasDefaultAccounts: false })).toMatchObject({
      errors: [{ code: 'ACCOUNTS_MISSING' }],
    });
  });

  it('gives a plan with digest, scale, unit and the drivers to fetch', () => {
    const plan = compileRuleOrThrow(rule, context);
    expect(plan).toMatchObject({ scale: 2, unit: 5n, drivers: ['HEADCOUNT'] });
    expect(plan.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(() => compileRuleOrThrow({ ...rule, axes: [] }, context)).toThrow(AllocationError);
  });
});

describe('the JSON Schema', () => {
  const schema = JSON.parse(
    readFileSync(new URL('../../schema/allocation-rule-1.schema.json', import.meta.url), 'utf8'),
  );
  const accepts = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, strictTypes: false }).compile(
    schema,
  );

  /** What a schema cannot know: the legal entity's axes, and relations between values. */
  const BEYOND_THE_SCHEMA =
    /(AXIS|DIMENSION|DRIVER)_(UNKNOWN|DUPLICATE|EMPTY)|TOTAL_|WEIGHTS_ZERO|CROSS|AMOUNT_INVALID|EVERY/;

  it.each(CASES)('agrees with the compiler on %j', (expected, change) => {
    const draft = structuredClone(rule) as Record<string, unknown> & typeof rule;
    const changed = change(draft) ?? draft;
    const inSchema = expected.filter((error) => !BEYOND_THE_SCHEMA.test(error));
    if (inSchema.length > 0) expect(accepts(changed)).toBe(false);
    if (expected.length === 0) expect(accepts(changed), JSON.stringify(accepts.errors)).toBe(true);
  });

  it('accepts whatever the compiler accepts', () => {
    const weight = fc.constantFrom('1', '0', '0.5', '1/3', '-0', '007', '-1', '1/0', 'x', '', '1e2', '0/5');
    const dimension = fc.constantFrom('CC-100', 'CC-200', 'P1', '');
    const share = fc.record({ dimension, weight }, { requiredKeys: ['dimension'] });
    const dimensions = fc.oneof(fc.constant('all'), fc.array(dimension, { maxLength: 3 }));
    const weighted = fc.oneof(
      fc.record(
        { method: fc.constant('fixed'), shares: fc.array(share, { maxLength: 3 }), total: weight },
        { requiredKeys: ['method', 'shares'] },
      ),
      fc.record({ method: fc.constant('even'), dimensions }),
      fc.record(
        { method: fc.constant('driver'), driver: fc.constant('HEADCOUNT'), dimensions, fallback: dimension },
        { requiredKeys: ['method', 'driver'] },
      ),
    );
    const amount = fc.record({
      method: fc.constant('amount'),
      amounts: fc.array(fc.record({ dimension, amount: fc.constantFrom('1.00', '0', '-1', '1.005') }), {
        maxLength: 2,
      }),
      rest: weighted,
    });
    const axis = fc
      .tuple(fc.constantFrom('COST_CENTER', 'PROJECT'), fc.oneof(weighted, amount))
      .map(([code, method]) => ({ axis: code, ...method }));
    const anyRule = fc.record({
      schema: fc.constant(rule.schema),
      axes: fc.array(axis, { minLength: 1, maxLength: 2 }),
    });
    let accepted = 0;
    fc.assert(
      fc.property(anyRule, (candidate) => {
        const compiled = compileRule(candidate, context);
        const shaped = accepts(candidate);
        if (compiled.ok) {
          accepted += 1;
          expect(shaped, JSON.stringify(accepts.errors)).toBe(true);
        } else if (!shaped) {
          return;
        } else {
          // What the schema lets pass is refused only for what a schema cannot know.
          for (const { code } of compiled.errors) expect(code).toMatch(BEYOND_THE_SCHEMA);
        }
      }),
      { numRuns: 2000 },
    );

    expect(accepted).toBeGreaterThan(20);
  });
});
