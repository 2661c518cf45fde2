import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pluginProblem } from '../plugins/problems.ts';
import { platformProblem } from '../problem/platform-problems.ts';
import { acceptedLanguages, localeChain } from './locales.ts';
import { problemTitle, titleFor } from './problem-titles.ts';

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

describe('titles of problems', () => {
  it('are there in French for each code of the platform and of its plugins', () => {
    const codes = [...Object.keys(platformProblem.table), ...Object.keys(pluginProblem.table)];
    expect(codes.filter((code) => problemTitle('fr', code) === undefined)).toEqual([]);
  });

  it('follow the header, then the token; what is not known stays English', () => {
    const title = (header?: string, locale?: string) => titleFor('NOT_FOUND', 'English', header, locale);
    expect(title('fr-FR,en;q=0.5')).toMatchObject({ language: 'fr', title: expect.stringContaining('adresse') });
    expect(title('en,fr')).toEqual({ language: 'en', title: 'English' });
    expect(title('de,fr;q=0.5')).toMatchObject({ language: 'fr' });
    expect(title(undefined, 'fr-CH')).toMatchObject({ language: 'fr' });
    expect(title('de', 'fr')).toEqual({ language: 'en', title: 'English' });
    expect(titleFor('NOBODY', 'English', 'fr', 'fr')).toEqual({ language: 'en', title: 'English' });
  });
});
