import type { ProblemTable } from './problem.ts';

/**
 * The lines of docs/errors.md for a table, so that a test can compare the two in both directions; see `listedProblems`.
 *
 * @returns one line of a Markdown table for each code, in the table's order
 */
export function problemLines(table: ProblemTable): string[] {
  return Object.entries(table).map(
    ([code, { status, title, next }]) => `| \`${code}\` | ${status} | ${escaped(title)} | ${escaped(next)} |`,
  );
}

/** The lines of a Markdown text that list problems, as `problemLines` writes them: the formatter's padding is left out. */
export function listedProblems(markdown: string): string[] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.replace(/ +\|/g, ' |'));
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
