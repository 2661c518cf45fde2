import { expect, it } from 'vitest';
import { validatorCompiler } from './validation.ts';

it('refuses a body with more faults than a call takes arguments, counting all of them', () => {
  const schema = { type: 'object', properties: { values: { type: 'array', items: { type: 'string' } } } };
  const check = validatorCompiler({ schema, method: 'POST', url: '/', httpPart: 'body' });
  expect(check({ values: Array.from({ length: 300_000 }, () => 1) })).toMatchObject({
    error: {
      code: 'VALIDATION_FAILED',
      detail: expect.stringContaining('(and 299999 more)'),
      extensions: { errors: { length: 50 } },
    },
  });
});
