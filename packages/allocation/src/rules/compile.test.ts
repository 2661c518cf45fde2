import { describe, expect, it } from 'vitest';
import { AllocationError } from '../problems.ts';
import { CASES, type Change, changed, context, rule } from '../testing/rule-cases.ts';
import { compileRule, compileRuleOrThrow } from './compile.ts';

const errorsOf = (change: Change): string[] => {
  const compiled = compileRule(changed(change), context);
  return compiled.ok ? [] : compiled.errors.map(({ pointer, code }) => `${pointer} ${code}`);
};

const set = (target: object, name: string, value: unknown): undefined => {
  Object.assign(target, { [name]: value });
};

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

  it('refuses weights whose sum takes longer to write than to read, and that quickly', () => {
    const dimensions = Array.from({ length: 300 }, (_, index) => `D${index}`);
    const shares = dimensions.map((dimension, index) => ({ dimension, weight: `1/${10n ** 199n + BigInt(index)}` }));
    const fine = { ...rule, axes: [{ axis: 'A', method: 'fixed', total: '100', shares }] };
    const start = process.cpuUsage();
    expect(compileRule(fine, { axes: new Map([['A', dimensions]]), scale: 2 })).toMatchObject({
      errors: [{ pointer: '/axes/0/shares', code: 'WEIGHT_INVALID' }],
    });
    expect(process.cpuUsage(start).user).toBeLessThan(1_000_000);
  });

  it('gives a plan with digest, scale, unit and the drivers to fetch', () => {
    const plan = compileRuleOrThrow(rule, context);
    expect(plan).toMatchObject({ scale: 2, unit: 5n, drivers: ['HEADCOUNT'] });
    expect(plan.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(() => compileRuleOrThrow({ ...rule, axes: [] }, context)).toThrow(AllocationError);
  });
});
