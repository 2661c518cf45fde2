import { expect, it } from 'vitest';
import { formatCountry } from './countries.ts';

it('names a country in the language of the reader', () => {
  expect(formatCountry('DE', 'en')).toBe('Germany');
  expect(formatCountry('DE', 'fr')).toBe('Allemagne');
  expect(formatCountry('n/a', 'fr')).toBe('n/a');
});
