import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { platformProblem } from '../problem/platform-problems.ts';
import { addSentences, toldSentence } from './sentences.ts';
import { toldProblem } from './told-problem.ts';

describe('a sentence in another language', () => {
  addSentences('xx', [
    ['{} has {} rows', '{2} rangs en {1}'],
    ['{} has {} rows, the list says {~}', '{}: {} rangs, la liste dit {}'],
    ['nothing', 'rien'],
    ['{.} is missing', '{} manque'],
    ['{}: {*}', '{} : {}'],
    ['the end', 'la fin'],
  ]);
  it.each([
    ['A has 3 rows', '3 rangs en A'],
    ['A has 3 rows, the list says 4', 'A: 3 rangs, la liste dit 4'],
    ['A has 3 rows, the list says nothing', 'A: 3 rangs, la liste dit rien'],
    ['f: the end', 'f : la fin'],
    ['f: g: the end', 'f : g : la fin'],
    ['code is missing', 'code manque'],
    // No half of a sentence: what is not known whole stays English.
    ['what nobody foresaw is missing', undefined],
    ['f: what nobody foresaw', undefined],
    [' has 3 rows', undefined],
    ['A has  rows', undefined],
    ['', undefined],
  ])('%j is told as %j', (english, told) => {
    expect(toldSentence('xx', english)).toBe(told);
  });

  it('keeps every value as it was, whatever it holds', () => {
    const value = fc.string({ minLength: 1 }).filter((text) => !text.includes('rows') && !text.includes('has'));
    fc.assert(
      fc.property(value, (name) => {
        expect(toldSentence('xx', `${name} has 3 rows`)).toBe(`3 rangs en ${name}`);
      }),
    );
  });

  it('is looked for in no text that is too long to be one', () => {
    expect(toldSentence('xx', `${'a has '.repeat(600)}3 rows`)).toMatch(/ en a$/);
    expect(toldSentence('xx', `${'a has '.repeat(700)}3 rows`)).toBeUndefined();
  });

  it('has the slots of its sentence', () => {
    expect(() => addSentences('xx', [['{} of {}', 'de {}']])).toThrow(RangeError);
    expect(() => addSentences('xx', [['{} of {}', '{1} de {1}']])).toThrow(RangeError);
  });
});

describe('a problem document', () => {
  const problem = platformProblem('VALIDATION_FAILED', 'body /count: must be integer, not "1" (and 1 more)', {
    errors: [
      { in: 'body', pointer: '/count', message: 'must be integer, not "1"' },
      { in: 'body', pointer: '/odd', message: 'must be odder' },
    ],
  });

  it('tells the case and its places in the language of title and next step, and says which it could not tell', () => {
    expect(toldProblem(problem, 'fr', undefined)).toMatchObject({
      language: 'fr',
      members: {
        detail: 'body /count : doit être un entier, et non "1" (et 1 de plus)',
        detail_language: 'fr',
        errors: [
          { pointer: '/count', message: 'doit être un entier, et non "1"', language: 'fr' },
          { pointer: '/odd', message: 'must be odder' },
        ],
      },
    });
    const untold = platformProblem('NOT_FOUND', 'GET /nowhere');
    expect(toldProblem(untold, 'fr', undefined).members).toMatchObject({
      detail: 'GET /nowhere',
      detail_language: 'en',
    });
  });

  it('is as it was raised for who reads English', () => {
    const { members } = toldProblem(problem, 'en', 'fr');
    expect(members).toMatchObject({ detail: problem.detail, detail_language: 'en', errors: problem.extensions.errors });
  });
});
