/** What a table hands out of a row: the exact text, not the rounded one of the screen. Null is an empty cell. */
export interface CsvColumn<Row> {
  readonly header: string;
  readonly value: (row: Row) => string | null;
}

const FORMULA = /^\s*[=+@\t\r]|^\s*-(?!\d+(\.\d+)?$)/;

/** A cell by RFC 4180. A text that a spreadsheet would run as a formula (OWASP, CSV injection) gets an apostrophe; numbers stay numbers. */
export function csvCell(value: string | null): string {
  if (value === null) return '';
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The rows as CSV: a line of headings, decimal points, empty for what is missing, lines ended as RFC 4180 says. */
export function csvText<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const line = (cells: readonly (string | null)[]) => `${cells.map(csvCell).join(',')}\r\n`;
  return (
    line(columns.map(({ header }) => header)) + rows.map((row) => line(columns.map(({ value }) => value(row)))).join('')
  );
}

/** A file name out of a title: letters and digits of any language, the rest as hyphens. */
export function csvName(title: string): string {
  const name = title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
  return `${name === '' ? 'prorata' : name.toLowerCase().slice(0, 80)}.csv`;
}
