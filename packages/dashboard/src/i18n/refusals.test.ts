import { expect, it } from 'vitest';
import { readProblem } from '../api/problem.ts';
import { nodeSaid, refusalWords } from './refusals.ts';

const told = {
  code: 'PERIOD_LOCKED',
  title: 'Le groupe a verrouillé ce mois',
  detail: 'FR01 2025-01 is locked',
  detail_language: 'en',
  next: 'Portez la correction dans le premier mois ouvert.',
};

it('says a refusal as the node told it, and marks what is in another language than the page', () => {
  const problem = readProblem(409, told, 'fr');
  expect(refusalWords(problem, 'fr')).toEqual({
    title: { text: told.title },
    detail: { text: told.detail, lang: 'en' },
    next: { text: told.next },
  });
  // Told before the reader chose the other language.
  expect(refusalWords(problem, 'en')).toEqual({
    title: { text: told.title, lang: 'fr' },
    detail: { text: told.detail },
    next: { text: told.next, lang: 'fr' },
  });
});

it('takes what says nothing about its language for English, and invents no next step', () => {
  const unknown = readProblem(418, { code: 'TEAPOT', title: 'No coffee', detail: 'short and stout' });
  expect(refusalWords(unknown, 'fr')).toEqual({
    title: { text: 'No coffee', lang: 'en' },
    detail: { text: 'short and stout', lang: 'en' },
    next: undefined,
  });
  expect(nodeSaid('row 3', undefined, 'en')).toEqual({ text: 'row 3' });
});
