import { expect, it } from 'vitest';
import { needsSignIn, readProblem } from './problem.ts';

it('reads a problem document', () => {
  const problem = readProblem(400, {
    code: 'VALIDATION_FAILED',
    title: 'The request is not valid',
    detail: 'month is 2025-13',
    next: 'Give a month as YYYY-MM.',
    correlation_id: 'c1',
    errors: [{ pointer: '/products/3/unit', message: 'must be a string' }, null, { in: 'body' }],
  });
  expect(problem).toMatchObject({ status: 400, code: 'VALIDATION_FAILED', next: 'Give a month as YYYY-MM.' });
  expect(problem.correlationId).toBe('c1');
  expect(problem.faults).toEqual([{ text: '/products/3/unit: must be a string', language: 'en' }]);
  expect(needsSignIn(problem)).toBe(false);
});

it('makes a problem of an answer that is none', () => {
  expect(readProblem(502, '<html>')).toMatchObject({ status: 502, code: 'HTTP_502', detail: '' });
  expect(needsSignIn(readProblem(401, undefined))).toBe(true);
});
