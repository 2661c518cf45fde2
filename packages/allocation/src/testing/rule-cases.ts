import type { RuleContext } from '../rules/compile.ts';

/** A legal entity's axes, one of them without dimensions. */
export const context: RuleContext = {
  axes: new Map([
    ['COST_CENTER', ['CC-100', 'CC-200', 'CC-300']],
    ['PROJECT', ['P1', 'P2', 'P3']],
    ['DEPARTMENT', ['D1', 'D2']],
    ['REGION', []],
  ]),
  drivers: new Set(['HEADCOUNT']),
  scale: 2,
};

/** A good rule of every weighted method. */
export const rule = {
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

export type Change = (draft: Record<string, unknown> & typeof rule) => unknown;

const set = (target: object, name: string, value: unknown): undefined => {
  Object.assign(target, { [name]: value });
};

const amountAxis = (rest: unknown, amount = '10.00') => ({
  axis: 'PROJECT',
  method: 'amount',
  amounts: [{ dimension: 'P1', amount }],
  rest,
});

/** Errors, and the change to the good rule that gives them; a change that answers a value replaces the rule. */
export const CASES: readonly [string[], Change][] = [
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

/** The good rule after one change. */
export function changed(change: Change): unknown {
  const draft = structuredClone(rule) as Record<string, unknown> & typeof rule;
  return change(draft) ?? draft;
}
