import { describe, expect, it } from 'vitest';
import type { Problem } from '../problem/problem.ts';
import { patternWords } from './pattern-words.ts';
import { validatorCompiler } from './validation.ts';

const MONTH = '^[0-9]{4}-(0[1-9]|1[0-2])$';
const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    month: { type: 'string', pattern: MONTH },
    kind: { type: 'string', enum: ['A', 'B'] },
    limit: { type: 'integer', minimum: 1 },
    rows: { type: 'array', items: { type: 'string', maxLength: 3 } },
    secret: { type: 'string', pattern: '^whsec_' },
    once: { type: 'string', maxLength: 3, writeOnly: true },
    url: { type: 'string', maxLength: 10 },
  },
};

function messages(body: unknown, part = 'body'): string[] {
  const check = validatorCompiler({ schema, method: 'POST', url: '/', httpPart: part });
  const { error } = check(body) as { error?: Problem };
  return ((error?.extensions.errors ?? []) as { message: string }[]).map(({ message }) => message);
}

describe('a value that is refused', () => {
  it.each([
    [{ month: '2026-13' }, 'must be a month such as 2026-10 (YYYY-MM), not "2026-13"'],
    [{ kind: 'C' }, 'must be equal to one of the allowed values: A, B, not "C"'],
    [{ limit: 0 }, 'must be >= 1, not 0'],
    [{ limit: null }, 'must be integer, not null'],
    [{ rows: ['ok', 'too long'] }, 'must NOT have more than 3 characters, not "too long"'],
    [{ rows: ['\u0007😀'.repeat(90)] }, `must NOT have more than 3 characters, not "${'\\u0007😀'.repeat(30)}"…`],
    [{ month: { a: 'b' } }, 'must be string'],
    ['eyJhbGciOi', 'must be object'],
    [{ secret: 'hunter2' }, 'must match pattern "^whsec_"'],
    [{ once: 'hunter2' }, 'must NOT have more than 3 characters'],
    [{ url: `https://${['me', 'hunter2'].join(':')}@example.com/` }, 'must NOT have more than 10 characters'],
  ])('%j', (body, message) => {
    expect(messages(body)).toEqual([message]);
  });

  it('is told of a query, and of no header', () => {
    expect(messages({ limit: 'x' }, 'querystring')).toEqual(['must be integer, not "x"']);
    expect(messages({ kind: 'Bearer abc' }, 'headers')).toEqual(['must be equal to one of the allowed values: A, B']);
  });
});

describe('a pattern', () => {
  it.each([
    ['^[A-Z0-9][A-Z0-9_-]{0,31}$', '1 to 32 of capitals digits _ -, the first one of capitals digits'],
    ['^[0-9A-Za-z]{1,64}$', '1 to 64 of digits capitals small letters'],
    ['^[A-Za-z0-9_-]{43}$', '43 of capitals small letters digits _ -'],
    ['^-?(0|[1-9][0-9]*)([.][0-9]+)?$', 'a decimal number as text such as -12.50'],
    ['^(a|b)+$', undefined],
  ])('%s in words', (pattern, words) => {
    expect(patternWords(pattern)).toBe(words);
  });
});
