import { describe, expect, it } from 'vitest';
import { listedProblems, problemLines } from './problem-lines.ts';

describe('the lines of docs/errors.md', () => {
  const table = { A_B: { status: 400, title: 'a|b', next: 'Use <c>.' }, C: { status: 500, title: 'c', next: 'd' } };

  it('escape what Markdown would swallow', () => {
    expect(problemLines(table)).toEqual(['| `A_B` | 400 | a\\|b | Use &lt;c>. |', '| `C` | 500 | c | d |']);
  });

  it('are found again in a page that a formatter padded', () => {
    const page = `# Problems\n\n| code | status |\n| --- | --- |\n| \`A_B\`  | 400    | a\\|b | Use &lt;c>. |\n\n| \`C\` | 500 | c    | d |\n`;
    expect(listedProblems(page)).toEqual(problemLines(table));
  });
});
