import { ledgerProblem } from '../problems.ts';
import { columnOf, FEC_COLUMNS, type FecColumn, NEEDED, TRIMMABLE } from './columns.ts';

export type Separator = '\t' | '|' | ';';

/** How the lines of one file are read: which column stands where, and how amounts are given. */
export interface FecLayout {
  readonly separator: Separator;
  /** Values stand in double quotes, which the law does not ask for and spreadsheets add. */
  readonly quoted: boolean;
  readonly amounts: 'DEBIT_CREDIT' | 'AMOUNT_AND_SIDE';
  /** Names of the header in their order; a column that is no field of a FEC is undefined and never read. */
  readonly columns: readonly (FecColumn | undefined)[];
  /** Columns of the header with the empty ones at its end, which trailing separators leave. */
  readonly width: number;
  /** Fewest columns that a line may have: what follows may be trimmed. */
  readonly fewest: number;
  readonly position: Readonly<Partial<Record<FecColumn, number>>>;
  readonly missing: readonly FecColumn[];
  readonly unknown: readonly string[];
}

const SEPARATORS: readonly Separator[] = ['\t', '|', ';'];

/**
 * Reads the header line. The separator is the one that gives the most known columns.
 *
 * @throws Problem `FEC_HEADER_UNKNOWN`, `FEC_COLUMN_TWICE`, `FEC_COLUMNS_MISSING`
 */
export function readLayout(header: string): FecLayout {
  const known = (separator: Separator) =>
    splitHeader(header, separator).filter((name) => columnOf(name) !== undefined).length;
  const separator = SEPARATORS.reduce((best, next) => (known(next) > known(best) ? next : best));
  const names = splitHeader(header, separator);
  if (known(separator) < 4) {
    throw ledgerProblem('FEC_HEADER_UNKNOWN', `the first line is ${JSON.stringify(header.slice(0, 200))}`);
  }
  const width = names.length;
  while (names.at(-1) === '') names.pop();
  const columns = names.map(columnOf);
  const position = positions(names, columns);
  const amounts = position.Debit !== undefined || position.Credit !== undefined ? 'DEBIT_CREDIT' : 'AMOUNT_AND_SIDE';
  const pair: readonly FecColumn[] = amounts === 'DEBIT_CREDIT' ? ['Debit', 'Credit'] : ['Montant', 'Sens'];
  const lacking = [...NEEDED, ...pair].filter((column) => position[column] === undefined);
  if (lacking.length > 0) {
    throw ledgerProblem('FEC_COLUMNS_MISSING', `the header lacks ${lacking.join(', ')}`, { missing: lacking });
  }
  let fewest = columns.length;
  for (let last = columns[fewest - 1]; last === undefined || TRIMMABLE.has(last); last = columns[fewest - 1])
    fewest -= 1;
  return {
    separator,
    quoted: isQuoted(header, separator),
    amounts,
    columns,
    width,
    fewest,
    position,
    missing: FEC_COLUMNS.slice(0, 18).filter((column) => {
      return (
        position[column] === undefined &&
        !(amounts === 'AMOUNT_AND_SIDE' && (column === 'Debit' || column === 'Credit'))
      );
    }),
    unknown: names.filter((_name, index) => columns[index] === undefined),
  };
}

function positions(
  names: readonly string[],
  columns: readonly (FecColumn | undefined)[],
): Partial<Record<FecColumn, number>> {
  const position: Partial<Record<FecColumn, number>> = {};
  const twice: string[] = [];
  for (const [index, column] of columns.entries()) {
    if (column === undefined) continue;
    if (position[column] !== undefined) twice.push(names[index] ?? column);
    position[column] ??= index;
  }
  const both = position.Montant !== undefined && (position.Debit !== undefined || position.Credit !== undefined);
  if (both) twice.push('Montant');
  if (twice.length > 0) {
    const detail = both ? 'amounts stand as Debit and Credit and as Montant' : `twice: ${twice.join(', ')}`;
    throw ledgerProblem('FEC_COLUMN_TWICE', detail, { columns: twice });
  }
  return position;
}

function isQuoted(header: string, separator: Separator): boolean {
  const names = header.split(separator).filter((name) => name.trim() !== '');
  return names.every((name) => /^\s*".*"\s*$/.test(name));
}

function splitHeader(header: string, separator: Separator): string[] {
  return header.split(separator).map((name) =>
    name
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim(),
  );
}

/** The values of a line, without the blanks that pad them. */
export function splitLine(line: string, layout: FecLayout): string[] {
  const values = layout.quoted ? splitQuoted(line, layout.separator) : line.split(layout.separator);
  for (let index = 0; index < values.length; index += 1) values[index] = (values[index] ?? '').trim();
  return values;
}

/** RFC 4180 with another separator: a quote inside quotes is doubled. */
function splitQuoted(line: string, separator: Separator): string[] {
  const values: string[] = [];
  let value = '';
  let inside = false;
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index];
    if (character === '"' && inside && line[index + 1] === '"') {
      value += '"';
      index += 1;
    } else if (character === '"') {
      inside = !inside;
    } else if (character === separator && !inside) {
      values.push(value);
      value = '';
    } else {
      value += character;
    }
  }
  values.push(value);
  return values;
}
