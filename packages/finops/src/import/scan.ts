import { finopsProblem } from '../problems.ts';
import {
  AMOUNT_TYPE,
  AMOUNTS,
  type Amount,
  joinOddAmount,
  longAmount,
  oddKey,
  readOddAmounts,
  shortAmount,
  TEXT_MACROS,
} from './amounts.sql.ts';
import type { FocusColumn } from './columns.ts';
import { type FileEngine, quoteName, quoteText } from './duckdb.ts';
import { type FileLayout, layOutFile, type Notice } from './layout.ts';
import { resolvePeriods } from './periods.ts';
import { readFault } from './read-faults.ts';
import type { SourceFile } from './source-file.ts';
import { keptTags } from './tags.sql.ts';
import { listViolations, valueChecks } from './violations.ts';

/** Sums of the rows of one currency, as exact decimal texts. */
export interface CurrencyTotal {
  readonly currency: string;
  readonly rows: number;
  readonly billed_cost: string;
  readonly effective_cost: string;
}

/** One provider, billing account and billing period: what an import adds and what a restatement replaces. */
export interface ScopeTotal extends CurrencyTotal {
  readonly provider: string;
  readonly billing_account: string;
  readonly period_month: string;
}

export interface ScannedFile {
  readonly rows: number;
  readonly totals: readonly CurrencyTotal[];
  /** One line a scope and currency. */
  readonly scopes: readonly ScopeTotal[];
  readonly notices: readonly Notice[];
  /** The groups in the text format of PostgreSQL's COPY, in the order of `COPY_COLUMNS`. */
  copyText(): AsyncIterable<string>;
}

const KEYS: readonly FocusColumn[] = [
  'ProviderName',
  'BillingAccountId',
  'BillingPeriodStart',
  'BillingCurrency',
  'ChargeCategory',
  'ChargeClass',
  'CommitmentDiscountStatus',
  'InvoiceId',
  'SubAccountId',
  'SubAccountName',
  'RegionId',
  'ServiceCategory',
  'ServiceName',
  'ConsumedUnit',
  'Tags',
];

// 29 February is left to the reader of timestamps, which knows leap years, and so are years before 1970, which nobody was billed in; the
// month of all others is in the text.
const DAYS = String.raw`((0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)`;
const PLAIN_UTC = String.raw`(19[7-9]\d|[2-9]\d{3})-${DAYS}([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?Z?)?`;

/**
 * Reads a file once and groups it by everything that a mapping can look at. Nothing is stored; what cannot be taken
 * exactly refuses the whole file, with the rows.
 *
 * @throws Problem `COLUMNS_MISSING`, `COLUMNS_DUPLICATED`, `ROWS_REFUSED`, `CSV_MALFORMED`, `DATES_AMBIGUOUS`,
 *   `EMPTY_FILE`, `FILE_UNREADABLE`
 */
export async function scanFile(engine: FileEngine, file: SourceFile): Promise<ScannedFile> {
  try {
    const layout = await layOutFile(file, engine);
    for (const macro of TEXT_MACROS) await engine.connection.run(macro);
    const columns = [...layout.text].map(([column, sql]) => `${sql} AS ${quoteName(column)}`);
    const exact = [...layout.exact].map(([column, sql]) => `${sql} AS ${quoteName(`${column} exact`)}`);
    const days = [...layout.days].map(([column, sql]) => `${sql} AS ${quoteName(`${column} day`)}`);
    await engine.connection.run(
      `CREATE VIEW rows_read AS SELECT ${[...columns, ...exact, ...days].join(', ')} FROM ${layout.source}`,
    );
    await engine.connection.run(groupingStatement(layout, 'plain'));
    if (await hasUnread(engine)) {
      await engine.connection.run('DROP TABLE scanned');
      await readOddAmounts(engine, layout);
      await engine.connection.run(groupingStatement(layout, 'any'));
    }
    return await judgeGroups(engine, layout, file.name);
  } catch (error) {
    throw readFault(error, file.name);
  }
}

/** Whether amounts are left that only a closer look can take or refuse. */
async function hasUnread(engine: FileEngine): Promise<boolean> {
  const [counted] = await engine.rows('SELECT sum(billed_bad), sum(effective_bad), sum(quantity_bad) FROM scanned');
  return (counted ?? []).some((count) => Number(count ?? 0) > 0);
}

/**
 * One pass over the file. `plain` reads decimals without exponent, sign of currency or surplus digits, which is all that
 * most files hold; `any` takes the others from the table of odd amounts, which has to be there.
 */
function groupingStatement(layout: FileLayout, forms: 'plain' | 'any'): string {
  const keys = KEYS.map(quoteName).join(', ');
  const texts = AMOUNTS.filter(({ column }) => !layout.exact.has(column));
  const short = AMOUNTS.map(({ column, name }) => {
    const sql = layout.exact.has(column) ? quoteName(`${column} exact`) : shortAmount(quoteName(column));
    return `${sql} AS ${name}_short`;
  });
  const odd = forms === 'any' ? texts : [];
  const wide = texts.map((amount) => `${wideAmount(amount, odd.includes(amount))} AS ${amount.name}_wide`);
  const bad = texts.map((amount) => `${isBad(amount)} AS ${amount.name}_bad`);
  const sums = AMOUNTS.map((amount) => (texts.includes(amount) ? textSums(amount) : exactSums(amount)));
  const dayKeys = KEYS.map((column) => {
    const name = quoteName(column);
    return layout.days.has(column) ? `${quoteName(`${column} day`)} AS ${name}` : name;
  });
  return `CREATE TEMP TABLE scanned AS SELECT * ${asTexts(layout)} FROM (
    SELECT ${keys}, charge_start, count(*) AS row_count, ${sums.join(', ')}
    FROM (SELECT ${['*', ...bad].join(', ')} FROM (
      SELECT ${['read.*', ...wide].join(', ')} FROM (
        SELECT ${dayKeys.join(', ')}, "BilledCost", "EffectiveCost", "ConsumedQuantity",
          ${[...short, ...odd.map(oddKey)].join(', ')}, ${chargeStart(layout)} AS charge_start
        FROM rows_read) AS read ${odd.map(joinOddAmount).join(' ')}))
    GROUP BY ${keys}, charge_start)`;
}

/** The month of a charge where its text or type gives it at once; otherwise the text, for the reader of timestamps. */
function chargeStart(layout: FileLayout): string {
  if (layout.days.has('ChargePeriodStart')) return `date_trunc('month', "ChargePeriodStart day")`;
  return `CASE WHEN regexp_full_match("ChargePeriodStart", '${PLAIN_UTC}') THEN left("ChargePeriodStart", 7)
    ELSE text_or_null("ChargePeriodStart") END`;
}

/** Days group faster than texts; from the groups on they are texts as well. */
function asTexts(layout: FileLayout): string {
  const texts: string[] = [];
  if (layout.days.has('BillingPeriodStart'))
    texts.push('CAST("BillingPeriodStart" AS VARCHAR) AS "BillingPeriodStart"');
  if (layout.days.has('ChargePeriodStart')) texts.push('left(CAST(charge_start AS VARCHAR), 7) AS charge_start');
  return texts.length === 0 ? '' : `REPLACE (${texts.join(', ')})`;
}

/** What the short form left, in its other forms. */
function wideAmount({ column, name }: Amount, withOdd: boolean): string {
  const long = `CASE WHEN ${name}_short IS NULL THEN ${longAmount(quoteName(column))} END`;
  return withOdd ? `coalesce(${long}, CAST(odd_${name}.amount AS ${AMOUNT_TYPE}))` : long;
}

function isBad({ column, name, money }: Amount): string {
  const absent = money ? 'true' : `NOT is_none(${quoteName(column)})`;
  return `CASE WHEN ${name}_short IS NULL AND ${name}_wide IS NULL THEN ${absent} ELSE false END`;
}

function textSums({ name }: Amount): string {
  return `sum(${name}_short) AS ${name}_short, sum(${name}_wide) AS ${name}_wide, count_if(${name}_bad) AS ${name}_bad`;
}

/** A column that the file types as exact numbers is never read as text: that alone would cost more than the scan. */
function exactSums({ name, money }: Amount): string {
  const bad = money ? `count(*) - count(${name}_short)` : '0';
  return `sum(${name}_short) AS ${name}_short, NULL::${AMOUNT_TYPE} AS ${name}_wide, ${bad} AS ${name}_bad`;
}

async function judgeGroups(engine: FileEngine, layout: FileLayout, name: string): Promise<ScannedFile> {
  const [counted] = await engine.rows(
    'SELECT count(*), sum(row_count), sum(billed_bad), sum(effective_bad), sum(quantity_bad) FROM scanned',
  );
  const [groups, rows, ...bad] = (counted ?? []).map((value) => Number(value ?? 0));
  if (groups === 0) throw finopsProblem('EMPTY_FILE', `${name} has a header and no rows`);
  const distinct = async (column: string) =>
    (await engine.rows(`SELECT DISTINCT text_or_null(${column}) FROM scanned WHERE NOT is_none(${column})`)).map(
      (row) => row[0] ?? '',
    );
  const periods = resolvePeriods(await distinct('"BillingPeriodStart"'), await distinct('charge_start'));
  const checks = valueChecks(periods.badBilling, periods.badCharge, layout.exact);
  // Checks of amounts look at rows; all others look at what the groups are made of.
  const groupFaults = checks.filter((check) => !check.perRow).map((check) => `count_if(${check.bad})`);
  const [faults] = await engine.rows(`SELECT ${groupFaults.join(', ')} FROM scanned`);
  const badTimes = periods.badBilling.length + periods.badCharge.length;
  if (badTimes > 0 || bad.some((count) => count > 0) || (faults ?? []).some((count) => Number(count ?? 0) > 0)) {
    throw await listViolations(engine, layout, checks, name);
  }
  await storePeriods(engine, 'billing_month', periods.billing);
  await storePeriods(engine, 'charge_month', periods.charge);
  const tags = await keptTags(engine, groups ?? 0);
  await engine.connection.run(consumptionStatement(tags.sql));
  const notices = [...layout.notices, ...(await categoryNotices(engine)), ...tags.notices];
  if (periods.slashOrder !== undefined) {
    notices.push({ code: 'SLASH_DATES', detail: `dates with slashes are ${periods.slashOrder} in this file` });
  }
  return { rows: rows ?? 0, ...(await totalsOf(engine)), notices, copyText: () => copyText(engine) };
}

async function storePeriods(engine: FileEngine, table: string, months: ReadonlyMap<string, string>): Promise<void> {
  await engine.connection.run(`CREATE TEMP TABLE ${table} (start VARCHAR, month DATE)`);
  const values = [...months].map(([text, month]) => `(${quoteText(text)}, DATE '${month}-01')`);
  for (let from = 0; from < values.length; from += 1000) {
    await engine.connection.run(`INSERT INTO ${table} VALUES ${values.slice(from, from + 1000).join(', ')}`);
  }
}

const amount = (name: string) =>
  `coalesce(sum(CAST(${name}_short AS ${AMOUNT_TYPE})), 0) + coalesce(sum(${name}_wide), 0) AS ${name}`;

const consumptionStatement = (tags: string) => `CREATE TEMP TABLE consumption AS
  SELECT text_or_null("ProviderName") AS provider, text_or_null("BillingAccountId") AS billing_account,
    b.month AS period_month, c.month AS charge_month, upper(text_or_null("BillingCurrency")) AS currency,
    upper(left(text_or_null("ChargeCategory"), 1)) || lower(substr(text_or_null("ChargeCategory"), 2)) AS charge_category,
    text_or_null("ChargeClass") AS charge_class,
    CASE lower(text_or_null("CommitmentDiscountStatus")) WHEN 'used' THEN 'used' WHEN 'unused' THEN 'unused' END
      AS commitment_status,
    text_or_null("InvoiceId") AS invoice_id,
    text_or_null("SubAccountId") AS sub_account_id, text_or_null("SubAccountName") AS sub_account_name,
    text_or_null("RegionId") AS region_id,
    coalesce(text_or_null("ServiceCategory"), 'Other') AS service_category, text_or_null("ServiceName") AS service_name,
    text_or_null("ConsumedUnit") AS consumed_unit,
    ${tags} AS tags,
    sum(row_count)::BIGINT AS row_count, ${amount('quantity')}, ${amount('effective')}, ${amount('billed')}
  FROM scanned JOIN billing_month b ON b.start = text_or_null("BillingPeriodStart")
    LEFT JOIN charge_month c ON c.start = charge_start
  GROUP BY ALL`;

async function categoryNotices(engine: FileEngine): Promise<Notice[]> {
  const [found] = await engine.rows('SELECT sum(row_count) FROM scanned WHERE is_none("ServiceCategory")');
  const count = found?.[0];
  if (count === null || count === undefined) return [];
  return [{ code: 'SERVICE_CATEGORY_ABSENT', detail: `${count} rows name no ServiceCategory and are taken as Other` }];
}

async function totalsOf(engine: FileEngine): Promise<Pick<ScannedFile, 'totals' | 'scopes'>> {
  const sums = 'sum(row_count), sum(billed), sum(effective)';
  const totals = await engine.rows(`SELECT currency, ${sums} FROM consumption GROUP BY currency ORDER BY currency`);
  const scopes = await engine.rows(
    `SELECT currency, ${sums}, provider, billing_account, strftime(period_month, '%Y-%m')
     FROM consumption GROUP BY ALL ORDER BY 5, 6, 7, 1`,
  );
  return { totals: totals.map(totalOf), scopes: scopes.map((row) => ({ ...scopeOf(row), ...totalOf(row) })) };
}

function totalOf(row: readonly (string | null)[]): CurrencyTotal {
  const [currency, rows, billed, effective] = row;
  return {
    currency: currency ?? '',
    rows: Number(rows),
    billed_cost: shortest(billed ?? '0'),
    effective_cost: shortest(effective ?? '0'),
  };
}

function scopeOf(row: readonly (string | null)[]) {
  return { provider: row[4] ?? '', billing_account: row[5] ?? '', period_month: row[6] ?? '' };
}

/** The same decimal without zeros at its end: 6164.920000000000000000 → 6164.92. */
export function shortest(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}

export const COPY_COLUMNS = [
  'provider',
  'billing_account',
  'period_month',
  'charge_month',
  'currency',
  'charge_category',
  'charge_class',
  'commitment_status',
  'invoice_id',
  'sub_account_id',
  'sub_account_name',
  'region_id',
  'service_category',
  'service_name',
  'consumed_unit',
  'tags',
  'row_count',
  'quantity',
  'cost_effective',
  'cost_billed',
] as const;

/** So many of them are texts; numbers need no escaping. */
const TEXTS = COPY_COLUMNS.indexOf('row_count');

async function* copyText(engine: FileEngine): AsyncIterable<string> {
  const odd = ["'\\'", 'chr(9)', 'chr(10)', 'chr(13)'];
  // Looking for what needs escaping costs a quarter of replacing it where it is not.
  const escaped = (column: string) =>
    `CASE WHEN ${column} IS NULL THEN '\\N' WHEN ${odd.map((one) => `contains(${column}, ${one})`).join(' OR ')}
      THEN replace(replace(replace(replace(${column}, '\\', '\\\\'), chr(9), '\\t'), chr(10), '\\n'), chr(13), '\\r')
      ELSE ${column} END`;
  const names = COPY_COLUMNS.map((column) => column.replace('cost_', ''));
  const texts = names.map((column, index) => (index >= TEXTS ? column : escaped(`CAST(${column} AS VARCHAR)`)));
  const result = await engine.connection.stream(
    `SELECT concat_ws(chr(9), ${texts.join(', ')}) || chr(10) FROM consumption`,
  );
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    yield chunk.getColumnValues(0).join('');
  }
}
