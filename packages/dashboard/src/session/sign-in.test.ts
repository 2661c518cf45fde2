import { expect, it } from 'vitest';
import { credentialOf, providerLink, safeNext } from './sign-in.ts';

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

it('asks the provider to send the reader back to where the work was, and nowhere else', () => {
  expect(providerLink('/session/oidc', undefined)).toBe('/session/oidc');
  expect(providerLink('/session/oidc', '/entities?month=2025-03&lang=fr')).toBe(
    '/session/oidc?return_to=%2Fentities%3Fmonth%3D2025-03%26lang%3Dfr',
  );
  expect(providerLink('/session/oidc', '//example.org')).toBe('/session/oidc');
});
