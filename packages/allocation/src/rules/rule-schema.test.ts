import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CASES, changed, context, rule } from '../testing/rule-cases.ts';
import { compileRule } from './compile.ts';

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
    const candidate = changed(change);
    const inSchema = expected.filter((error) => !BEYOND_THE_SCHEMA.test(error));
    if (inSchema.length > 0) expect(accepts(candidate)).toBe(false);
    if (expected.length === 0) expect(accepts(candidate), JSON.stringify(accepts.errors)).toBe(true);
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
