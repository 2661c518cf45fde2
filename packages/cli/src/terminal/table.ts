/** One column: what stands above it, and on which side its values line up. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

export interface TableOptions {
  /** Rows below a line of their own, such as totals. */
  readonly footer?: readonly (readonly string[])[];
  /** At most this many rows are shown; the last line says how many are not. */
  readonly most?: number;
}

/** Lays out rows as text: columns two blanks apart, numbers to the right, totals below a rule. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: TableOptions = {},
): string {
  const most = options.most ?? Number.POSITIVE_INFINITY;
  const shown = rows.length > most ? rows.slice(0, most) : rows;
  const footer = options.footer ?? [];
  const widths = columns.map((column, index) =>
    Math.max(
      ...[[column.title], ...shown.map((row) => [row[index] ?? '']), ...footer.map((row) => [row[index] ?? ''])]
        .flat()
        .map(width),
    ),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, index) => {
        const cell = cells[index] ?? '';
        const blank = ' '.repeat(Math.max(0, (widths[index] ?? 0) - width(cell)));
        return column.align === 'right' ? blank + cell : cell + blank;
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((size) => '─'.repeat(size)).join('  ');
  const lines = [line(columns.map((column) => column.title)), rule, ...shown.map(line)];
  if (shown.length < rows.length) lines.push(`… and ${rows.length - shown.length} more rows (--json has all of them)`);
  if (footer.length > 0) lines.push(rule, ...footer.map(line));
  return lines.join('\n');
}

/** Columns that a text takes on a terminal; combining marks take none. */
function width(text: string): number {
  return [...text.replace(/\p{Mark}/gu, '')].length;
}
