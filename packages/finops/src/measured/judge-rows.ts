import { formatDecimal, parseDecimal } from '@prorata/allocation';
import { numberFault, RowFaults, readTableNumber, type TableDialect, type TableRow } from '../import/table-file.ts';
import { type Environment, UNALLOCATED } from '../mapping/apply.ts';
import { fold, tidy } from '../mapping/fold.ts';
import { didYouMean } from '../mapping/near.ts';
import { holdsIn, isReserved, referenceCode } from '../references/kinds.ts';
import type { ReferenceBook } from '../references/merge-references.ts';

export const MEASURED_SHAPE = {
  required: ['month', 'application', 'product', 'quantity', 'environment'],
  optional: ['unit', 'currency', 'charge_month'],
} as const;

export type MeasuredColumn = (typeof MEASURED_SHAPE.required)[number] | (typeof MEASURED_SHAPE.optional)[number];

/** One measurement that can be stored. Months are YYYY-MM, the quantity is an exact decimal text. */
export interface Measurement {
  readonly row: number;
  readonly month: string;
  /** The month that the measurement concerns; before `month` for a correction. */
  readonly charge_month: string;
  readonly application: string;
  readonly product: string;
  readonly unit: string;
  readonly environment: Environment;
  readonly currency: string;
  readonly quantity: string;
}

/** Control total: quantities are added within one product and unit only. */
export interface QuantityTotal {
  readonly product_id: string;
  readonly unit: string;
  readonly rows: number;
  readonly quantity: string;
}

export interface JudgeOptions {
  readonly file: string;
  readonly dialect: TableDialect;
  /** Currency of rows that name none: the entity's own. */
  readonly currency: string;
  readonly references: ReferenceBook;
  /** Words for environments beside the four codes, folded. */
  readonly environments: ReadonlyMap<string, Environment>;
}

const MONTH = /^2[01]\d\d-(0[1-9]|1[0-2])$/;
const ENVIRONMENTS: ReadonlyMap<string, Environment> = new Map([
  ['prod', 'prod'],
  ['non_prod', 'non_prod'],
  ['unknown', 'unknown'],
  ['n_a', 'n_a'],
]);
const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));
const SCALE = 18;

/** What a file measures, added up while its rows are judged, so that none of them has to be kept. */
export interface MeasuredSums {
  rows: number;
  /** Rows that correct an earlier month. */
  corrections: number;
  /** Whether a row names the reserved application. */
  unallocated: boolean;
  /** Rows by month. */
  readonly months: Map<string, number>;
  readonly products: Map<string, ProductSum>;
}

interface ProductSum {
  readonly unit: string;
  rows: number;
  quantity: bigint;
}

/**
 * Judges the rows of a file of measurements against the references, a batch at a time: all of them can be stored, or none. What it
 * keeps of a row is what tells whether it comes twice.
 */
export class RowJudge {
  readonly sums: MeasuredSums = { rows: 0, corrections: 0, unallocated: false, months: new Map(), products: new Map() };
  readonly #options: JudgeOptions;
  readonly #faults = new RowFaults();
  readonly #seen = new Map<string, number>();
  /** Codes by number: a million grains of short numbers fit where as many texts do not. */
  readonly #codes = new Map<string, number>();

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  /** Adds a batch to the sums; what is wrong is gathered. */
  add(rows: readonly TableRow<MeasuredColumn>[]): void {
    for (const row of rows) {
      this.sums.rows += 1;
      const measurement = judgeRow(row, this.#options, this.#faults);
      if (measurement !== undefined) this.#count(measurement);
    }
  }

  #count(one: Measurement): void {
    const { sums } = this;
    const grain = [one.month, one.charge_month, one.application, one.product, one.environment, one.currency]
      .map((code) => this.#numberOf(code))
      .join('.');
    const earlier = this.#seen.get(grain);
    if (earlier !== undefined) {
      const fault = `the same month, application, product and environment stand in row ${earlier}`;
      this.#faults.add(one.row, 'product', one.product, fault);
    } else this.#seen.set(grain, one.row);
    if (one.charge_month < one.month) sums.corrections += 1;
    if (one.application === UNALLOCATED) sums.unallocated = true;
    sums.months.set(one.month, (sums.months.get(one.month) ?? 0) + 1);
    const product = sums.products.get(one.product) ?? { unit: one.unit, rows: 0, quantity: 0n };
    product.rows += 1;
    product.quantity += parseDecimal(one.quantity, SCALE);
    sums.products.set(one.product, product);
  }

  #numberOf(code: string): string {
    const known = this.#codes.get(code) ?? this.#codes.size;
    this.#codes.set(code, known);
    return known.toString(36);
  }

  /** @throws Problem `ROWS_REFUSED` with each fault, its row, column and value */
  refuse(): void {
    this.#faults.refuse(this.#options.file);
  }

  /** The measurements of rows that were added and found to be right. */
  measurements(rows: readonly TableRow<MeasuredColumn>[]): Measurement[] {
    return rows.flatMap((row) => judgeRow(row, this.#options, this.#faults) ?? []);
  }
}

function judgeRow(
  { row, values }: TableRow<MeasuredColumn>,
  options: JudgeOptions,
  faults: RowFaults,
): Measurement | undefined {
  const before = faults.count;
  const refuse = (column: MeasuredColumn, message: string) => faults.add(row, column, values[column] ?? null, message);
  for (const column of MEASURED_SHAPE.required) {
    if (column !== 'environment' && values[column] === null) refuse(column, 'a value is required');
  }
  const month = values.month ?? '';
  const charge_month = values.charge_month ?? month;
  for (const column of ['month', 'charge_month'] as const) {
    const value = values[column];
    if (value !== null && value !== undefined && !MONTH.test(value)) refuse(column, 'not a month; write YYYY-MM');
  }
  if (charge_month > month && MONTH.test(charge_month)) refuse('charge_month', `after the month ${month}`);
  const quantity = quantityOf(values.quantity, options.dialect, charge_month < month, refuse);
  const application = applicationOf(values.application, month, options, refuse);
  const { product, unit } = productOf(values.product, values.unit ?? null, month, options, refuse);
  const environment = environmentOf(values.environment, options, refuse);
  const currency = (values.currency ?? options.currency).toUpperCase();
  if (!CURRENCIES.has(currency)) refuse('currency', 'not a currency of ISO 4217');
  if (faults.count > before) return undefined;
  return { row, month, charge_month, application, product, unit, environment, currency, quantity };
}

type Refuse = (column: MeasuredColumn, message: string) => void;

function quantityOf(text: string | null, dialect: TableDialect, correction: boolean, refuse: Refuse): string {
  if (text === null) return '0';
  const quantity = readTableNumber(text, dialect);
  if (quantity === undefined) refuse('quantity', numberFault(dialect));
  else if (quantity.startsWith('-') && !correction) {
    refuse('quantity', 'below zero; only a correction may be, and its charge_month is a month before');
  }
  return quantity ?? '0';
}

function applicationOf(text: string | null, month: string, { references }: JudgeOptions, refuse: Refuse): string {
  if (text === null) return '';
  const code = referenceCode('application', text);
  if (code === UNALLOCATED) return code;
  const found = references.application.get(code);
  if (found === undefined)
    refuse('application', `no such application${didYouMean(code, references.application.keys())}`);
  else if (!holdsIn(found, month)) refuse('application', outside(month, found));
  return code;
}

function productOf(
  text: string | null,
  unit: string | null,
  month: string,
  { references }: JudgeOptions,
  refuse: Refuse,
): { readonly product: string; readonly unit: string } {
  if (text === null) return { product: '', unit: '' };
  const code = referenceCode('product', text);
  const found = references.product.get(code);
  if (isReserved('product', code)) refuse('product', 'the product is reserved');
  else if (found === undefined) refuse('product', `no such product${didYouMean(code, references.product.keys())}`);
  else if (!holdsIn(found, month)) refuse('product', outside(month, found));
  else if (unit !== null && tidy(unit) !== found.unit) refuse('unit', `the product is measured in ${found.unit}`);
  return { product: code, unit: found?.unit ?? '' };
}

function outside(
  month: string,
  { valid_from, valid_to }: { valid_from: string | null; valid_to: string | null },
): string {
  return `does not hold in ${month}, only from ${valid_from ?? 'the beginning'} to ${valid_to ?? 'further notice'}`;
}

function environmentOf(text: string | null, { environments }: JudgeOptions, refuse: Refuse): Environment {
  if (text === null) return 'unknown';
  const found = ENVIRONMENTS.get(fold(text)) ?? environments.get(fold(text));
  if (found === undefined) refuse('environment', 'not prod, non_prod, unknown or n_a, nor listed in mapping.yaml');
  return found ?? 'unknown';
}

/** Control totals in the order of the codes. */
export function totalsOf(sums: MeasuredSums): QuantityTotal[] {
  return [...sums.products]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([product_id, { unit, rows, quantity }]) => ({
      product_id,
      unit,
      rows,
      quantity: trimmed(formatDecimal(quantity, SCALE)),
    }));
}

function trimmed(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}
