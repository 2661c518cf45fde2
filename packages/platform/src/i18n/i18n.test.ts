import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { platformProblem } from '../problem/platform-problems.ts';
import { addProblemWords } from '../problem/problem-words.ts';
import { acceptedLanguages, localeChain } from './locales.ts';
import { toldWords } from './told-problem.ts';

describe('Accept-Language', () => {
  it.each([
    ['fr', ['fr']],
    ['de;q=0.5, FR-ch, en;q=0.9', ['fr-CH', 'en', 'de']],
    ['*, fr;q=0', []],
    ['en;q=0.300,fr;q=0.3', ['en', 'fr']],
    ['fr;q=2, ;;, <script>', []],
    [undefined, []],
    ['', []],
  ])('%j is read as %j', (header, languages) => {
    expect(acceptedLanguages(header)).toEqual(languages);
  });

  it('is read whatever it holds, and never gives more than ten', () => {
    fc.assert(fc.property(fc.string({ maxLength: 3000 }), (header) => acceptedLanguages(header).length <= 10));
    expect(acceptedLanguages(Array.from({ length: 50 }, (_, n) => `a${'b'.repeat(n % 7)}`).join())).toHaveLength(10);
  });

  it('comes before the language of the token, and that before the own one of the tenant', () => {
    const context = { locale: 'en', supportedLocales: ['de-AT', 'en'] };
    expect(localeChain('fr-CH', context)).toEqual(['fr-CH', 'fr', 'en', 'de-AT', 'de']);
    expect(localeChain(undefined, context)).toEqual(['en', 'de-AT', 'de']);
  });
});

describe('a problem', () => {
  it('is told by the header, then by the token; what is not known stays English', () => {
    const problem = platformProblem('NOT_FOUND', 'no entity XX99');
    const told = (header?: string, locale?: string) => toldWords(problem, header, locale);
    const english = { title: problem.title, next: problem.next, language: 'en' };
    expect(told('fr-FR,en;q=0.5')).toEqual({
      language: 'fr',
      title: expect.stringContaining('adresse'),
      next: expect.stringContaining('Vérifiez'),
    });
    expect(told('en,fr')).toEqual(english);
    expect(told('de,fr;q=0.5')).toMatchObject({ language: 'fr' });
    expect(told(undefined, 'fr-CH')).toMatchObject({ language: 'fr' });
    expect(told('de', 'fr')).toEqual(english);
    const nobodys = { code: 'NOBODYS', title: 'Title', next: 'Next' };
    expect(toldWords(nobodys, 'fr', 'fr')).toEqual({ title: 'Title', next: 'Next', language: 'en' });
  });

  it('whose code is that of two packages is told by what it says in English, also when it was stored by an older version', () => {
    const [one, other] = [
      { title: 'One', next: 'Do this.' },
      { title: 'Other', next: 'Do that.' },
    ];
    addProblemWords('fr', { SHARED_CODE: one }, { SHARED_CODE: { title: 'Un', next: 'Faites ceci.' } });
    addProblemWords('fr', { SHARED_CODE: other }, { SHARED_CODE: { title: 'Autre', next: 'Faites cela.' } });
    const next = (english: { title: string; next: string }) =>
      toldWords({ code: 'SHARED_CODE', ...english }, 'fr', undefined).next;
    expect(next(one)).toBe('Faites ceci.');
    expect(next(other)).toBe('Faites cela.');
    expect(next({ title: 'Other', next: 'Do what the version before said.' })).toBe('Faites cela.');
    expect(next({ title: 'Gone', next: 'Gone.' })).toBe('Faites ceci.');
  });
});
