import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ExactJson, JsonNumber, parseExactJson } from './exact-json.ts';

const plain = (value: ExactJson): unknown => {
  if (value instanceof JsonNumber) return Number(value.text);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, member]) => [name, plain(member)]));
  return value;
};

describe('exact JSON', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 1, '\t'), (text, indent) => {
        const written = JSON.stringify(JSON.parse(text), null, indent);
        expect(plain(parseExactJson(written))).toEqual(JSON.parse(written));
      }),
    );
  });

  it('keeps the digits of a number and the order of members', () => {
    const value = parseExactJson('{"2": 0.10000000000000000000000001, "1": -0.0}');
    expect(value).toEqual(
      new Map([
        ['2', new JsonNumber('0.10000000000000000000000001')],
        ['1', new JsonNumber('-0.0')],
      ]),
    );
    expect([...(value as Map<string, ExactJson>).keys()]).toEqual(['2', '1']);
  });

  it('takes the signs that RFC 8259 lets stand unescaped', () => {
    expect(parseExactJson('{"a\u007f\u0085":"\u2028"}')).toEqual(new Map([['a\u007f\u0085', '\u2028']]));
  });

  it.each([
    '',
    '{',
    '[1,]',
    '{"a":1,}',
    '{"a" 1}',
    '01',
    '1.',
    '.5',
    '+1',
    'NaN',
    'nul',
    '"\n"',
    '"\\x"',
    "'a'",
    '1 2',
    '[1',
    '{a:1}',
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '['.repeat(100),
  ])('refuses %j', (text) => {
    expect(() => parseExactJson(text)).toThrow('ALLOCATE_NOT_JSON');
  });
});
