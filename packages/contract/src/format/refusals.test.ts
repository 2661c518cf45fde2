import fc from 'fast-check';
import { expect, test } from 'vitest';
import { violation } from './refusals.ts';

test('a violation shows control characters and quotes nothing that is no Unicode', () => {
  const { message, value } = violation('SCHEMA_VIOLATION', 'a\u0000b\u001b[2Jc', { value: `${'x'.repeat(199)}😀y` });
  expect(message).toBe('a\\u0000b\\u001b[2Jc');
  expect(value).toBe(`${'x'.repeat(199)}…`);
});

test('whatever is quoted can be stored and printed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(300), (text, at) => {
      const quoted = `${text.slice(0, at)}\ud800${text.slice(at)}`;
      for (const said of Object.values(violation('SCHEMA_VIOLATION', quoted, { value: quoted }))) {
        if (said === null) continue;
        expect(String(said).isWellFormed()).toBe(true);
        expect(String(said)).not.toMatch(/\p{Cc}/u);
      }
    }),
  );
});
