import { expect, it } from 'vitest';
import { credentialOf, safeNext } from './sign-in.ts';

it('tells a token from a one-time code', () => {
  expect(credentialOf('aaa.bbb.ccc')).toEqual({ token: 'aaa.bbb.ccc' });
  expect(credentialOf('m3yI0jE4')).toEqual({ code: 'm3yI0jE4' });
});

it('goes on only within this site', () => {
  expect(safeNext('/drilldown?entity=FR01')).toBe('/drilldown?entity=FR01');
  for (const foreign of [
    'https://example.org',
    '//example.org',
    '/\\example.org',
    'javascript:alert(1)',
    '/sign-in?next=/',
    undefined,
  ]) {
    expect(safeNext(foreign)).toBe('/');
  }
});
