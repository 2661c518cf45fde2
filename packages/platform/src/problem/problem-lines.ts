import type { ProblemTable } from './problem.ts';

/**
 * The lines of docs/errors.md for a table, so that a test can compare the two in both directions.
 *
 * @returns one line of a Markdown table for each code, in the table's order
 */
export function problemLines(table: ProblemTable): string[] {
  return Object.entries(table).map(
    ([code, { status, title, next }]) => `| \`${code}\` | ${status} | ${escaped(title)} | ${escaped(next)} |`,
  );
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
