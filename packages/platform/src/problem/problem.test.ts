import { describe, expect, it } from 'vitest';
import { platformProblem } from './platform-problems.ts';
import { defineProblems, Problem } from './problem.ts';

describe('Problem', () => {
  it('is a problem document with the code, the place and what to do next', () => {
    const document = platformProblem('NOT_FOUND', 'no entity XX99', { entity: 'XX99' }).toJSON();
    expect(document).toEqual({
      type: 'urn:prorata:problem:not-found',
      title: 'There is nothing at this address',
      status: 404,
      code: 'NOT_FOUND',
      detail: 'no entity XX99',
      next: expect.stringContaining('Check the address'),
      entity: 'XX99',
    });
  });

  it('lets no extension hide a standard member', () => {
    const problem = platformProblem('FORBIDDEN', 'role', { status: 200, code: 'OK', roles: ['a'] });
    expect(problem.toJSON()).toMatchObject({ status: 403, code: 'FORBIDDEN', roles: ['a'] });
  });

  it('keeps its cause for the log and out of the document', () => {
    const problem = platformProblem('INTERNAL', 'failed', {}, new Error('password=secret'));
    expect(problem.cause).toBeInstanceOf(Error);
    expect(JSON.stringify(problem)).not.toContain('secret');
  });

  it('comes back unchanged from its document', () => {
    const problem = platformProblem('FORBIDDEN', 'role', { roles: ['a'] });
    const again = Problem.fromDocument(JSON.parse(JSON.stringify(problem)));
    expect(again.toJSON()).toEqual(problem.toJSON());
  });
});

describe('defineProblems', () => {
  it('refuses a code or a status that no client could rely on', () => {
    const definition = { status: 400, title: 't', next: 'n' };
    expect(() => defineProblems({ notUpper: definition })).toThrow(RangeError);
    expect(() => defineProblems({ FINE: { ...definition, status: 200 } })).toThrow(RangeError);
    const gone = { FINE: { title: 't', next: 'n' }, GONE: { title: 't', next: 'n' } };
    expect(() => defineProblems({ FINE: definition }, gone)).toThrow(/GONE/);
  });

  it('says in every line what to do next', () => {
    for (const [code, definition] of Object.entries(platformProblem.table)) {
      expect(definition.next.length, code).toBeGreaterThan(20);
      expect(definition.title.endsWith('.'), code).toBe(false);
    }
  });
});
