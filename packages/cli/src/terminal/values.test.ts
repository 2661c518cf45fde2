import { expect, it } from 'vitest';
import { readLimit } from './values.ts';

it.each(['1', '20', '100000'])('takes %s as a number of rows', (text) => {
  expect(readLimit(text)).toBe(Number(text));
});

it.each(['0', '-1', '1.5', '1e3', ' 5', '', '100001', '999999'])(
  'refuses %j, of which a page holds no such number',
  (text) => {
    expect(() => readLimit(text)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  },
);
