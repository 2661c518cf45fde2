import { groupProblem } from '../problems.ts';
import { isCalendarDay, meansOf, RateSums, type RatesFile } from './rate-sums.ts';

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const MONTH = /^(19|20|21)\d\d-(0[1-9]|1[0-2])$/;
const MOST_LINES = 500_000;

/**
 * Reads rates of another source than the European Central Bank: one line a rate, units of the currency for one unit of the base.
 * Either `month,currency,rate[,provisional]`, the month's mean as the source gives it, or `date,currency,rate`, days that are averaged
 * here; columns in any order.
 *
 * @param base what one unit of is quoted, ISO 4217; it has no rate itself
 * @throws Problem `RATES_INVALID` with line and value
 */
export function readRatesCsv(text: string, base: string): RatesFile {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (lines.length > MOST_LINES) throw fault(MOST_LINES, '', `a file has at most ${MOST_LINES} lines`);
  const columns = readHeader(lines[0] ?? '');
  const daily = columns.includes('date');
  const sums = new RateSums();
  const seen = new Set<string>();
  const provisional = new Set<string>();
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === '') continue;
    const cells = line.split(',').map((cell) => cell.trim());
    if (cells.length !== columns.length) {
      throw fault(index, line.slice(0, 80), `has ${cells.length} cells, the header ${columns.length}`);
    }
    const cell = (name: string) => cells[columns.indexOf(name)] ?? '';
    const [when, currency] = [cell(daily ? 'date' : 'month'), cell('currency')];
    if (daily ? !DAY.test(when) || !isCalendarDay(when) : !MONTH.test(when)) {
      throw fault(index, when, daily ? 'is not a date' : 'is not a month');
    }
    if (!/^[A-Z]{3}$/.test(currency)) throw fault(index, currency, 'is not a currency');
    if (currency === base) throw fault(index, currency, 'is the base, which has no rate against itself');
    if (seen.has(`${when} ${currency}`)) throw fault(index, `${when} ${currency}`, 'is there twice');
    seen.add(`${when} ${currency}`);
    const added = sums.add(when.slice(0, 7), currency, cell('rate'));
    if (!added) throw fault(index, cell('rate'), 'is not a rate above zero with at most 12 decimals');
    if (isTrue(index, cell('provisional'))) provisional.add(`${when} ${currency}`);
  }
  const days = [...seen].map((key) => key.split(' ')[0] ?? '').sort();
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) throw fault(0, '', 'the file has no rate');
  if (daily) return { firstDay: first, lastDay: last, rates: meansOf(sums, first, last) };
  const rates = sums.means((month, currency) => provisional.has(`${month} ${currency}`));
  return { firstDay: `${first}-01`, lastDay: `${last}-01`, rates };
}

function readHeader(line: string): string[] {
  const columns = line.split(',').map((name) => name.trim().toLowerCase());
  const forms = [
    ['date', 'currency', 'rate'],
    ['month', 'currency', 'rate'],
    ['month', 'currency', 'rate', 'provisional'],
  ];
  const same = (form: readonly string[]) =>
    form.length === columns.length && form.every((name) => columns.includes(name));
  if (forms.some(same)) return columns;
  throw fault(0, line.slice(0, 80), 'is not the header "month,currency,rate[,provisional]" or "date,currency,rate"');
}

function isTrue(index: number, cell: string): boolean {
  if (cell === 'true') return true;
  if (cell === '' || cell === 'false') return false;
  throw fault(index, cell, 'is not true or false (column provisional)');
}

function fault(index: number, value: string, what: string): Error {
  return groupProblem('RATES_INVALID', `line ${index + 1}: "${value}" ${what}`, { line: index + 1, value });
}
