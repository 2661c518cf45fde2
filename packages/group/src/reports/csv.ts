/** A value of a row as JSON has it; lists go into one cell, their members apart by blanks. */
type Value = string | number | boolean | null | undefined | readonly string[];

/**
 * A line of CSV (RFC 4180, decimal points, empty for none). A spreadsheet would run a text that begins like a formula (OWASP, CSV
 * injection): an apostrophe makes it a text again. Numbers, negative ones too, stay as they are.
 */
export function csvLine(values: readonly Value[]): string {
  return `${values.map(cell).join(',')}\r\n`;
}

const FORMULA = /^\s*[=+@\t\r]|^\s*-(?!\d+(\.\d+)?$)/;

function cell(value: Value): string {
  if (value === null || value === undefined) return '';
  const plain = typeof value === 'object' ? value.join(' ') : String(value);
  const text = FORMULA.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The lines of some rows, each with the same columns in the same order. */
export function csvRows(columns: readonly string[], rows: readonly object[]): string {
  return rows.map((row) => csvLine(columns.map((name) => (row as Record<string, Value>)[name]))).join('');
}
