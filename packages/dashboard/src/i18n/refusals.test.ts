import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readProblem } from '../api/problem.ts';
import { refusalsFr } from './fr-refusals.ts';
import { refusalWords } from './refusals.ts';

const PAGE = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');

/** Codes of sections of docs/errors.md, which a test keeps equal to the code. */
function codesOf(...sections: readonly string[]): readonly string[] {
  return sections.flatMap((section) => {
    const text = PAGE.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? '';
    return [...text.matchAll(/^\| `(\w+)`/gm)].map((match) => match[1] ?? '');
  });
}

const problem = readProblem(409, {
  code: 'PERIOD_LOCKED',
  title: 'The group has locked this month',
  detail: 'FR01 2025-01 is locked',
  next: 'Book the correction in the first open month.',
});

it('says a refusal in French, and marks as English what the node told about this one case', () => {
  expect(refusalWords(problem, 'fr')).toEqual({
    title: { text: 'Le groupe a verrouillé ce mois' },
    detail: { text: 'FR01 2025-01 is locked', lang: 'en' },
    next: { text: 'La correction va dans le premier mois ouvert ; ou rouvrez ce mois.' },
  });
});

it('leaves the words of the node to whoever reads English', () => {
  expect(refusalWords(problem, 'en')).toEqual({
    title: { text: problem.title },
    detail: { text: problem.detail },
    next: { text: problem.next },
  });
});

it('marks all of a refusal that has no French yet, and invents no next step', () => {
  const unknown = readProblem(418, { code: 'TEAPOT', title: 'No coffee', detail: 'short and stout' });
  expect(refusalWords(unknown, 'fr')).toEqual({
    title: { text: 'No coffee', lang: 'en' },
    detail: { text: 'short and stout', lang: 'en' },
    next: undefined,
  });
});

it('has French for every reason to refuse a bundle, and for no code that does not exist', () => {
  const french = Object.keys(refusalsFr);
  expect(codesOf('contract').filter((code) => !french.includes(code))).toEqual([]);
  const known = codesOf('platform', 'contract', 'group');
  expect(known.length).toBeGreaterThan(80);
  expect(french.filter((code) => !known.includes(code))).toEqual([]);
});
