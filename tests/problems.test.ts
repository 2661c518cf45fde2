import { readFile } from 'node:fs/promises';
import { listedProblems, problemLines, problemTitle } from '@prorata/platform';
import { describe, expect, it } from 'vitest';
import { loadFrenchTitles } from '../packages/cli/src/terminal/french-titles.ts';
import { PROBLEM_PAGE, SECTIONS } from '../scripts/problem-page.ts';

describe('docs/errors.md', () => {
  it('lists the problems of all packages as the code has them, and no others (`node scripts/problem-page.ts` writes it)', async () => {
    const page = await readFile(PROBLEM_PAGE, 'utf8');
    expect(listedProblems(page)).toEqual(SECTIONS.flatMap(({ table }) => problemLines(table)));
  });

  it('gives each code one meaning: tables that share one answer with the same status', () => {
    const seen = new Map<string, number>();
    const other: string[] = [];
    for (const { title, table } of SECTIONS) {
      for (const [code, { status }] of Object.entries(table)) {
        if ((seen.get(code) ?? status) !== status)
          other.push(`${code} in ${title} is ${status}, was ${seen.get(code)}`);
        seen.set(code, status);
      }
    }
    expect(other).toEqual([]);
  });

  it('has a French title for each code', async () => {
    await loadFrenchTitles();
    const codes = SECTIONS.flatMap(({ table }) => Object.keys(table));
    expect(codes.filter((code) => problemTitle('fr', code) === undefined)).toEqual([]);
  });
});
