import { expect, it } from 'vitest';
import { isOwnAddress, viewAddress } from './saved-views.ts';

it('follows no view to another host', () => {
  for (const address of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '',
    '/a b',
  ]) {
    expect(isOwnAddress({ address }), address).toBe(false);
  }
  expect(isOwnAddress({ address: '/domains/Storage?entity=ES04' })).toBe(true);
});

it('keeps everything of an address but the language', () => {
  expect(viewAddress('/domains?month=2025-03&lang=fr&entity=A&entity=B')).toBe(
    '/domains?month=2025-03&entity=A&entity=B',
  );
  expect(viewAddress('/?lang=fr')).toBe('/');
});
