import { groupProblem } from '../problems.ts';
import { isCalendarDay, meansOf, RateSums, type RatesFile } from './rate-sums.ts';

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/**
 * Reads the European Central Bank's history of euro reference rates: a header `Date,USD,…` and one line a TARGET day, in any order,
 * a comma at the end of each line, `N/A` where there is no rate. The month's rate is the mean of the days that have one.
 *
 * @throws Problem `RATES_INVALID` with line and value
 */
export function readEcbFile(text: string): RatesFile {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const currencies = readHeader(lines[0] ?? '');
  const seen = new Set<string>();
  const sums = new RateSums();
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === '') continue;
    const [day = '', ...cells] = cellsOf(line);
    if (!DAY.test(day) || !isCalendarDay(day)) throw fault(index, day, 'is not a date');
    if (seen.has(day)) throw fault(index, day, 'is there twice');
    seen.add(day);
    if (cells.length !== currencies.length)
      throw fault(index, day, `has ${cells.length} rates, the header ${currencies.length}`);
    for (const [column, cell] of cells.entries()) {
      if (cell === 'N/A' || cell === '') continue;
      const added = sums.add(day.slice(0, 7), currencies[column] ?? '', cell);
      if (!added) throw fault(index, cell, `is not a rate (column ${currencies[column]})`);
    }
  }
  const days = [...seen].sort();
  const [firstDay, lastDay] = [days[0], days.at(-1)];
  if (firstDay === undefined || lastDay === undefined) throw fault(0, '', 'the file has no day');
  return { firstDay, lastDay, rates: meansOf(sums, firstDay, lastDay) };
}

function readHeader(line: string): string[] {
  const [date, ...currencies] = cellsOf(line);
  if (date !== 'Date' || currencies.length === 0)
    throw fault(
      0,
      line.slice(0, 80),
      'is not the header "Date,USD,JPY,…"; a CSV of another source needs its name (source)',
    );
  const wrong = currencies.find((currency) => !/^[A-Z]{3}$/.test(currency));
  if (wrong !== undefined) throw fault(0, wrong, 'is not a currency');
  const doubled = currencies.find((currency, index) => currencies.indexOf(currency) !== index);
  if (doubled !== undefined) throw fault(0, doubled, 'is there twice');
  return currencies;
}

/** The comma at the end of a line makes one empty cell that means nothing. */
function cellsOf(line: string): string[] {
  const cells = line.split(',').map((cell) => cell.trim());
  if (cells.at(-1) === '') cells.pop();
  return cells;
}

function fault(index: number, value: string, what: string): Error {
  return groupProblem('RATES_INVALID', `line ${index + 1}: "${value}" ${what}`, { line: index + 1, value });
}
