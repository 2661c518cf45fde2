import { readUnits } from './amounts.ts';

export interface BudgetLine {
  readonly dimension: string;
  /** `YYYY-MM` */
  readonly month: string;
  readonly amount: bigint;
}

export interface LineFault {
  readonly line: number;
  readonly message: string;
}

/**
 * Reads `dimension,month,amount`, with commas, or with semicolons and decimal commas, in any order of columns.
 *
 * @returns the lines, and what is wrong with each that is not taken; a file with faults is refused as a whole
 */
export function readBudget(text: string): { readonly lines: BudgetLine[]; readonly faults: LineFault[] } {
  const [head = '', ...rows] = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  const separator = head.includes(';') ? ';' : ',';
  const names = cells(head, separator).map((name) => name.toLowerCase());
  const [dimension, month, amount] = ['dimension', 'month', 'amount'].map((name) => names.indexOf(name));
  if (
    dimension === undefined ||
    month === undefined ||
    amount === undefined ||
    Math.min(dimension, month, amount) < 0
  ) {
    return { lines: [], faults: [{ line: 1, message: 'the header must name dimension, month and amount' }] };
  }
  const lines: BudgetLine[] = [];
  const faults: LineFault[] = [];
  const seen = new Set<string>();
  for (const [index, row] of rows.entries()) {
    if (row.trim() === '') continue;
    const values = cells(row, separator);
    const read = readLine(values[dimension] ?? '', values[month] ?? '', values[amount] ?? '', separator === ';');
    const place = typeof read === 'string' ? '' : `${read.dimension} ${read.month}`;
    if (typeof read === 'string') faults.push({ line: index + 2, message: read });
    else if (seen.has(place)) faults.push({ line: index + 2, message: `${place} stands twice` });
    else lines.push(read);
    seen.add(place);
  }
  if (lines.length + faults.length === 0) faults.push({ line: 1, message: 'the file has a header and no lines' });
  return { lines, faults };
}

function cells(row: string, separator: string): string[] {
  return row.split(separator).map((value) => value.trim().replace(/^"(.*)"$/, '$1'));
}

function readLine(dimension: string, month: string, amount: string, decimalComma: boolean): BudgetLine | string {
  if (dimension === '') return 'the dimension is missing';
  if (!/^[12]\d{3}-(0[1-9]|1[0-2])$/.test(month)) return `${month} is no month (YYYY-MM)`;
  const units = readUnits(decimalComma ? amount.replace(',', '.') : amount);
  return units === undefined ? `${amount} is no exact amount` : { dimension, month, amount: units };
}
