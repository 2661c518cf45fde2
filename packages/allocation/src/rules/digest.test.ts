import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, ruleDigest } from './digest.ts';

describe('canonical JSON (RFC 8785)', () => {
  it('writes the example of section 3.2.3', () => {
    const input = JSON.parse(
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
    );
    expect(canonicalJson(input)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('sorts members by UTF-16 code units', () => {
    // Section 3.2.3: the euro sign, a Hebrew letter and an emoji (two units from U+D83D) in this order.
    expect(canonicalJson({ '\u20ac': 1, '\ufb33': 2, '\ud83d\ude00': 3, '1': 4, '\r': 5 })).toBe(
      '{"\\r":5,"1":4,"€":1,"😀":3,"\ufb33":2}',
    );
  });

  it('is the same for any order of members and parses back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(ruleDigest({ b: 1, a: [2] })).toBe(ruleDigest({ a: [2], b: 1 }));
    expect(ruleDigest({ a: 1 })).not.toBe(ruleDigest({ a: 2 }));
  });

  it('is known for one rule, so that stored digests stay comparable', () => {
    expect(ruleDigest({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
  });

  it.each([[Number.NaN], [1n], [undefined], ['\ud800'], [() => 1], [{ a: [Number.POSITIVE_INFINITY] }]])(
    'refuses %s',
    (value) => {
      expect(() => canonicalJson(value)).toThrow();
    },
  );
});
