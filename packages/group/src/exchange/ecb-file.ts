import { groupProblem } from '../problems.ts';
import type { MeanRate } from './multiplier.ts';

/** One month's mean of one currency, in units for one euro. */
export interface MonthlyRate extends MeanRate {
  /** `YYYY-MM`. */
  readonly month: string;
  readonly currency: string;
  /** The file does not show that it holds the whole month. */
  readonly provisional: boolean;
}

export interface RatesFile {
  /** First and last day in the file, `YYYY-MM-DD`. */
  readonly firstDay: string;
  readonly lastDay: string;
  readonly rates: readonly MonthlyRate[];
}

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const RATE = /^\d{1,12}(\.\d{1,12})?$/;
/** Easter and a weekend: no TARGET closing is longer, so a file that starts later in a month lacks days of it. */
const LONGEST_CLOSING_DAYS = 5;

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
  const sums = new Map<string, { units: bigint; days: number }>();
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
      if (!RATE.test(cell) || scaled(cell) === 0n)
        throw fault(index, cell, `is not a rate (column ${currencies[column]})`);
      const key = `${day.slice(0, 7)} ${currencies[column]}`;
      const sum = sums.get(key) ?? { units: 0n, days: 0 };
      sums.set(key, { units: sum.units + scaled(cell), days: sum.days + 1 });
    }
  }
  const days = [...seen].sort();
  const [firstDay, lastDay] = [days[0], days.at(-1)];
  if (firstDay === undefined || lastDay === undefined) throw fault(0, '', 'the file has no day');
  return { firstDay, lastDay, rates: means(sums, firstDay, lastDay) };
}

function means(
  sums: ReadonlyMap<string, { units: bigint; days: number }>,
  firstDay: string,
  lastDay: string,
): MonthlyRate[] {
  const partialStart = Number(firstDay.slice(8)) > LONGEST_CLOSING_DAYS ? firstDay.slice(0, 7) : undefined;
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { units, days }]) => {
      const [month = '', currency = ''] = key.split(' ');
      const provisional = month === lastDay.slice(0, 7) || month === partialStart;
      return { month, currency, sum: decimal(units), days, provisional };
    });
}

function readHeader(line: string): string[] {
  const [date, ...currencies] = cellsOf(line);
  if (date !== 'Date' || currencies.length === 0)
    throw fault(0, line.slice(0, 80), 'is not the header "Date,USD,JPY,…"');
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

function isCalendarDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

const DECIMALS = 12;

function scaled(rate: string): bigint {
  const [whole = '0', decimals = ''] = rate.split('.');
  return BigInt(whole + decimals.padEnd(DECIMALS, '0'));
}

function decimal(units: bigint): string {
  const digits = units.toString().padStart(DECIMALS + 1, '0');
  return `${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`.replace(/\.?0+$/, '');
}

function fault(index: number, value: string, what: string): Error {
  return groupProblem('RATES_INVALID', `line ${index + 1}: "${value}" ${what}`, { line: index + 1, value });
}
