import type { Problem } from '@prorata/platform';
import { finopsProblem } from '../problems.ts';
import { AMOUNT_TYPE, AMOUNTS, isUnreadable, readOddAmounts } from './amounts.sql.ts';
import { CHARGE_CATEGORIES, type FocusColumn, REQUIRED_COLUMNS } from './columns.ts';
import { type FileEngine, quoteName, quoteText } from './duckdb.ts';
import type { FileLayout } from './layout.ts';

/** A value that the import does not take. `row` counts the rows below the header from 1. */
export interface Violation {
  readonly row: number;
  readonly column: FocusColumn;
  readonly value: string | null;
  readonly message: string;
}

/** What makes a value of a column unusable, as an SQL condition over the columns of the file. */
export interface ValueCheck {
  readonly column: FocusColumn;
  readonly bad: string;
  readonly message: string;
  /** The condition looks at an amount, which the groups do not hold. */
  readonly perRow: boolean;
}

/** Texts that are stored as they came: PostgreSQL holds no NUL. */
const KEPT_TEXTS = [
  ...(['ProviderName', 'BillingAccountId', 'ChargeClass', 'InvoiceId', 'SubAccountId', 'SubAccountName'] as const),
  ...(['RegionId', 'ServiceCategory', 'ServiceName', 'ConsumedUnit', 'Tags'] as const),
];

const LISTED = 100;

/** ISO 4217, as the runtime's own tables know it. */
const CURRENCIES = Intl.supportedValuesOf('currency');

/**
 * @param badBilling texts of BillingPeriodStart that are no timestamp
 * @param badCharge the same of ChargePeriodStart
 * @param exact columns that the file types as exact numbers
 */
export function valueChecks(
  badBilling: readonly string[],
  badCharge: readonly string[],
  exact: ReadonlyMap<FocusColumn, string>,
): ValueCheck[] {
  const among = (values: readonly string[]) => (values.length === 0 ? "('')" : `(${values.map(quoteText).join(', ')})`);
  const required = REQUIRED_COLUMNS.map(
    (column): ValueCheck => ({
      column,
      bad: `is_none(${quoteName(column)})`,
      message: 'a value is required',
      perRow: column === 'BilledCost' || column === 'EffectiveCost',
    }),
  );
  return [
    ...required,
    {
      column: 'BillingCurrency',
      bad: `NOT is_none("BillingCurrency") AND upper(text_or_null("BillingCurrency")) NOT IN ${among(CURRENCIES)}`,
      message: 'not a currency of ISO 4217',
      perRow: false,
    },
    {
      column: 'ChargeCategory',
      bad: `NOT is_none("ChargeCategory") AND lower(text_or_null("ChargeCategory")) NOT IN ${among(CHARGE_CATEGORIES.map((one) => one.toLowerCase()))}`,
      message: `not one of ${CHARGE_CATEGORIES.join(', ')}`,
      perRow: false,
    },
    {
      column: 'BillingPeriodStart',
      bad: `text_or_null("BillingPeriodStart") IN ${among(badBilling)}`,
      message: 'not a timestamp',
      perRow: false,
    },
    {
      column: 'ChargePeriodStart',
      // The groups hold only its month; whether one is bad was found by reading the distinct timestamps, or the months of typed ones.
      bad: `text_or_null("ChargePeriodStart") IN ${among(badCharge)} OR left(text_or_null("ChargePeriodStart"), 7) IN ${among(badCharge)}`,
      message: 'not a timestamp',
      perRow: true,
    },
    {
      column: 'Tags',
      bad: `NOT is_none("Tags") AND NOT CASE WHEN json_valid("Tags") THEN json_type("Tags") = 'OBJECT' ELSE false END`,
      message: 'not a JSON object',
      perRow: false,
    },
    ...KEPT_TEXTS.map(
      (column): ValueCheck => ({
        column,
        bad: `contains(${quoteName(column)}, chr(0))`,
        message: 'holds a NUL character',
        perRow: false,
      }),
    ),
    ...AMOUNTS.filter(({ column }) => !exact.has(column)).map(
      (amount): ValueCheck => ({
        column: amount.column,
        bad: `NOT is_none(${quoteName(amount.column)}) AND ${isUnreadable(amount)}`,
        message: `not an exact decimal of at most 18 decimals and 20 digits before the point (${AMOUNT_TYPE})`,
        perRow: true,
      }),
    ),
  ];
}

/** Reads the file again, slowly, to say which rows are wrong: the first hundred in the order of the file, and how many. */
export async function listViolations(
  engine: FileEngine,
  layout: FileLayout,
  checks: readonly ValueCheck[],
  name: string,
): Promise<Problem> {
  const [odd] = await engine.rows("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'odd_amount'");
  if (odd?.[0] === '0') await readOddAmounts(engine, layout);
  await engine.connection.run(
    'CREATE TEMP TABLE numbered AS SELECT row_number() OVER () AS row_number, * FROM rows_read',
  );
  const found = await engine.rows(
    `SELECT row_number, column_name, value, message, count(*) OVER () FROM (${checks.map(selection).join(' UNION ALL ')})
     ORDER BY row_number, column_name, message LIMIT ${LISTED}`,
  );
  const violations = found.map(
    ([row, column, value, message]): Violation => ({
      row: Number(row),
      column: column as FocusColumn,
      value: value === null || value === undefined ? null : value.slice(0, 200),
      message: message ?? '',
    }),
  );
  const count = Number(found[0]?.[4] ?? 0);
  const first = violations[0];
  const place =
    first === undefined
      ? ''
      : `; the first: row ${first.row}, ${first.column} ${JSON.stringify(first.value)} is ${first.message}`;
  return finopsProblem('ROWS_REFUSED', `${name} holds ${count} unusable values${place}`, {
    violations,
    violation_count: count,
  });
}

function selection(check: ValueCheck): string {
  const column = quoteName(check.column);
  return `SELECT row_number, ${quoteText(check.column)} AS column_name, ${column} AS value, ${quoteText(check.message)} AS message
    FROM numbered WHERE ${check.bad}`;
}
