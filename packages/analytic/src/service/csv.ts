import { analyticProblem } from '../problems.ts';

/** One record with the line of the file on which it starts, counted from 1 with the header. */
export interface CsvRecord {
  readonly line: number;
  /** undefined for a column that the file has not. */
  readonly values: readonly (string | undefined)[];
}

const MOST_ERRORS = 50;

export interface CsvFault {
  readonly line: number;
  readonly message: string;
}

/** @throws Problem `CSV_INVALID` when there are faults */
export function refuseFaults(faults: readonly CsvFault[]): void {
  const first = faults[0];
  if (first === undefined) return;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  throw analyticProblem('CSV_INVALID', `line ${first.line}: ${first.message}${more}`, {
    errors: faults.slice(0, MOST_ERRORS),
  });
}

function refusedLine(line: number, message: string) {
  return analyticProblem('CSV_INVALID', `line ${line}: ${message}`, { errors: [{ line, message }] });
}

/** What parts the values of a file: that one of the three which its header has most. */
type Separator = ',' | ';' | '\t';

function separatorOf(header: string): Separator {
  const most = (of: Separator) => header.split(of).length;
  return ([',', ';', '\t'] as const).reduce((best, next) => (most(next) > most(best) ? next : best));
}

/** Whether a decimal comma can stand unquoted in a file: spreadsheets that write it do not part values with commas. */
export function hasDecimalComma(text: string): boolean {
  return separatorOf(headerOf(text)) !== ',';
}

function headerOf(text: string): string {
  return /^\ufeff?([^\r\n]*)/.exec(text)?.[1] ?? '';
}

/**
 * Reads CSV (RFC 4180): commas, semicolons or tabs, as the header has them, double quotes, any line ends, an optional byte order mark.
 *
 * @param columns every column that the file must have, in any order
 * @param optional columns that it may have
 * @returns the records with the values of `columns`, then `optional`, in that order. @throws Problem `CSV_INVALID`
 */
export function readCsv(text: string, columns: readonly string[], optional: readonly string[] = []): CsvRecord[] {
  const content = text.replace(/^\ufeff/, '');
  const [head, ...records] = split(content, separatorOf(headerOf(content)));
  const names = head?.values.map((name) => (name ?? '').trim()) ?? [];
  const read = [...columns, ...optional];
  const places = read.map((column) => names.indexOf(column));
  const missing = columns.some((_, index) => places[index] === -1);
  if (missing || names.some((name) => !read.includes(name)) || new Set(names).size < names.length) {
    const more = optional.length === 0 ? '' : `, and may name ${optional.join(', ')}`;
    refuseFaults([{ line: 1, message: `the header must name ${columns.join(', ')}, each once${more}` }]);
  }
  const whole = records.filter(({ values }) => values.length > 1 || values[0] !== '');
  refuseFaults(
    whole
      .filter(({ values }) => values.length !== names.length)
      .map(({ line, values }) => ({ line, message: `${values.length} values for ${names.length} columns` })),
  );
  return whole.map(({ line, values }) => ({
    line,
    values: places.map((place) => (place === -1 ? undefined : (values[place] ?? '').trim())),
  }));
}

/** Takes one field at a time: quoted with doubled quotes inside, or plain up to the next separator or line end. */
function split(text: string, separator: Separator): CsvRecord[] {
  const field = new RegExp(`(?:"((?:[^"]|"")*)"|([^"\\r\\n${separator}]*))(${separator}|\\r\\n|\\r|\\n|$)`, 'y');
  const records: CsvRecord[] = [];
  let values: string[] = [];
  let [line, start] = [1, 1];
  while (field.lastIndex < text.length) {
    const match = field.exec(text);
    if (match === null) throw refusedLine(line, 'a quote is out of place');
    const [whole, quoted, plain = '', end] = match;
    values.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    line += whole.match(/\r\n|\r|\n/g)?.length ?? 0;
    if (end === separator) {
      if (field.lastIndex === text.length) values.push('');
      continue;
    }
    records.push({ line: start, values });
    values = [];
    start = line;
  }
  if (values.length > 0) records.push({ line: start, values });
  return records;
}

/** Writes CSV (RFC 4180); a value that a spreadsheet would take for a formula is quoted with a leading apostrophe. */
export function writeCsv(columns: readonly string[], rows: readonly (readonly (string | null)[])[]): string {
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** Blanks in front do not keep a spreadsheet from running it; a negative number is none. */
const FORMULA = /^\s*[=+@\t\r]|^\s*-(?!\d+(\.\d+)?$)/;

function cell(value: string | null): string {
  if (value === null) return '';
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
