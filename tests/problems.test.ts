import { readFile } from 'node:fs/promises';
import { listedProblems, problemLines, problemWords } from '@prorata/platform';
import { describe, expect, it } from 'vitest';
import { PROBLEM_PAGE, SECTIONS } from '../scripts/problem-page.ts';

/** Without the quotes that two packages may set otherwise. */
const plain = (text: string) => text.replace(/["`]/g, '');

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

  it('is told in French too: a title and a next step of its own for each code', () => {
    const told = SECTIONS.flatMap(({ title: section, table }) =>
      Object.entries(table).map(([code, english]) => {
        const words = problemWords('fr', { code, ...english });
        return { where: `${section} ${code}`, english, words };
      }),
    );
    expect(told.length).toBeGreaterThan(250);
    expect(told.filter(({ words }) => words === undefined)).toEqual([]);
    // A next step of another package's code would send the reader elsewhere.
    const steps = new Map(told.map(({ english, words }) => [words?.next, plain(english.next)]));
    for (const { where, english, words } of told) expect(steps.get(words?.next), where).toBe(plain(english.next));
  });

  it('follows the typography of French: no straight apostrophe, a space before double signs, an end to each sentence', () => {
    for (const { table } of SECTIONS) {
      for (const [code, english] of Object.entries(table)) {
        const { title = '', next = '' } = problemWords('fr', { code, ...english }) ?? {};
        const prose = `${title}. ${next}`.replace(/« [^»]+ »|`[^`]+`|https?:\S+/g, 'x');
        expect(prose, code).not.toMatch(/'|[^\s ][;!?»]|«[^\s ]|[^\s ]:(?!\d)/);
        expect(title, code).not.toMatch(/\.$/);
        expect(next, code).toMatch(/[.]$|https:\S+$/);
      }
    }
  });
});
