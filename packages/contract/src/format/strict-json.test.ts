import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseStrictObject } from './strict-json.ts';

test.each([
  '{"a":1,"a":2}',
  '{"a":{"b":1,"b":1}}',
  '[{"a":1}]',
  '{"a":[{"x":1},{"y":1,"y":2}]}',
  '{"\\u0061":1,"a":2}',
  '{"__proto__":{}}',
  '{"a":"\\ud83d"}',
  '{"\\ude00":[]}',
  '"text"',
  'null',
  '{"a":1',
])('%s is refused', (text) => {
  expect(() => parseStrictObject(text)).toThrow(SyntaxError);
});

test('what looks like a doubled member inside a text or in two objects is none', () => {
  expect(parseStrictObject('{"a":"{\\"a\\":1,\\"a\\":2}","b":[{"a":1},{"a":1}],"c":{"a":{"a":1}}}')).toHaveProperty(
    'c',
  );
});

test('takes every object that JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const text = JSON.stringify(value);
      fc.pre(!text.includes('"__proto__"'));
      expect(parseStrictObject(text)).toEqual(JSON.parse(text));
    }),
  );
});

test('refuses every object with one member repeated', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (value, pick) => {
      const names = Object.keys(value);
      const again = `{${JSON.stringify(names[pick % names.length])}:0,${JSON.stringify(value).slice(1)}`;
      expect(() => parseStrictObject(again)).toThrow(SyntaxError);
    }),
  );
});
