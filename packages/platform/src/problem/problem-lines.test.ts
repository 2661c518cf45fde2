import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { databaseProblem } from '../database/problems.ts';
import { nodeProblem } from '../node/config.ts';
import { platformProblem } from './platform-problems.ts';
import { listedProblems, problemLines } from './problem-lines.ts';

describe('docs/errors.md', () => {
  it('lists the problems of the platform as the code has them, and no others', async () => {
    const document = await readFile(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
    const section = document.split(/^## /m).find((one) => one.startsWith('platform\n')) ?? '';
    const tables = [platformProblem.table, databaseProblem.table, nodeProblem.table];
    expect(listedProblems(section)).toEqual(tables.flatMap((table) => problemLines(table)));
  });

  it('escapes what Markdown would swallow', () => {
    expect(problemLines({ A_B: { status: 400, title: 'a|b', next: 'Use <c>.' } })).toEqual([
      '| `A_B` | 400 | a\\|b | Use &lt;c>. |',
    ]);
  });
});
