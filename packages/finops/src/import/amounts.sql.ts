import { DuckDBDataChunk, VARCHAR } from '@duckdb/node-api';
import { readMoney, readNumber } from './amounts.ts';
import type { FocusColumn } from './columns.ts';
import { type FileEngine, quoteName, quoteText } from './duckdb.ts';
import type { FileLayout } from './layout.ts';

export const AMOUNT_TYPE = 'DECIMAL(38,18)';

/** Rows of one vector of DuckDB. */
const CHUNK_ROWS = 2048;

/** A column of amounts, and the name of its sum. Money must be there; a quantity may be absent. */
export interface Amount {
  readonly column: FocusColumn;
  readonly name: 'billed' | 'effective' | 'quantity';
  readonly money: boolean;
}

export const AMOUNTS: readonly Amount[] = [
  { column: 'BilledCost', name: 'billed', money: true },
  { column: 'EffectiveCost', name: 'effective', money: true },
  { column: 'ConsumedQuantity', name: 'quantity', money: false },
];

const BLANKS = String.raw`E' \t\r\n'`;
const ENDS_BLANK = [32, 9, 13, 10].map((code) => `suffix(t, chr(${code}))`).join(' OR ');

/**
 * Texts that stand for no value, and the others without blanks around them. Trimming costs ten times what it costs to see that
 * there is nothing to trim, so only texts that begin with a blank, an N or a parenthesis, or end in a blank, are trimmed.
 */
export const TEXT_MACROS: readonly string[] = [
  `CREATE MACRO is_none(t) AS t IS NULL OR CASE WHEN ascii(t) > 40 AND ascii(t) NOT IN (78, 110) THEN false
    ELSE lower(trim(t, ${BLANKS})) IN ('', 'null', '(null)') END`,
  `CREATE MACRO text_or_null(t) AS CASE WHEN is_none(t) THEN NULL
    WHEN ascii(t) > 32 AND NOT (${ENDS_BLANK}) THEN t ELSE trim(t, ${BLANKS}) END`,
];

/**
 * The common case, about fourteen times as fast as the wide cast: short, without exponent, at most 10 decimals.
 * NULL says nothing but "look closer".
 */
export function shortAmount(text: string): string {
  return `CASE WHEN strlen(${text}) <= 19 AND strlen(${text}) - strpos(${text}, '.') <= 10 AND NOT contains(${text}, '_')
    AND NOT contains(${text}, 'e') AND NOT contains(${text}, 'E') THEN try_cast(${text} AS DECIMAL(18,10)) END`;
}

/**
 * Plain decimals that are too long for the short form and fit without any doubt; NULL says "look closer". Digits before and behind
 * the point are read as integers and put together, which is exact and twenty times as fast as the cast to the wide type.
 */
export function longAmount(text: string): string {
  const point = `strpos(${text}, '.')`;
  const whole = `CASE WHEN ${point} = 0 THEN ${text} ELSE left(${text}, ${point} - 1) END`;
  const behind = `CASE WHEN ${point} = 0 THEN '0' ELSE rpad(substr(${text}, ${point} + 1), 18, '0') END`;
  const fraction = `CAST(CAST(${behind} AS BIGINT) AS DECIMAL(19,0)) * CAST(0.000000000000000001 AS DECIMAL(18,18))`;
  return `CASE WHEN regexp_full_match(${text}, '-?\\d{1,20}(\\.\\d{1,18})?') THEN CAST(CAST(${whole} AS HUGEINT) AS ${AMOUNT_TYPE})
    + CASE WHEN starts_with(${text}, '-') THEN -(${fraction}) ELSE ${fraction} END END`;
}

/** The currency that decides what a sign beside an amount may mean; quantities have none. */
export function currencyOf({ money }: Amount): string {
  return money ? `coalesce(upper(text_or_null("BillingCurrency")), '')` : "''";
}

/**
 * Reads what neither form above could: each different text once, exactly. Table `odd_amount` then holds column, text,
 * currency and the amount as text, or NULL where it is none.
 */
export async function readOddAmounts(engine: FileEngine, layout: FileLayout): Promise<void> {
  const { connection } = engine;
  await connection.run(
    `CREATE TEMP TABLE odd_amount (column_name VARCHAR, odd_text VARCHAR, currency VARCHAR, amount VARCHAR)`,
  );
  for (const amount of AMOUNTS) {
    if (layout.exact.has(amount.column)) continue;
    // Read to the end before anything is written: a connection holds one stream, and appending would cut it off.
    const found: (readonly [text: string, currency: string])[] = [];
    const stream = await connection.stream(oddTexts(amount));
    for (
      let chunk = await stream.fetchChunk();
      chunk !== null && chunk.rowCount > 0;
      chunk = await stream.fetchChunk()
    ) {
      for (const [text, currency] of chunk.getRows()) found.push([String(text), String(currency)]);
    }
    const appender = await connection.createAppender('odd_amount');
    for (let from = 0; from < found.length; from += CHUNK_ROWS) {
      const part = found.slice(from, from + CHUNK_ROWS);
      const chunk = DuckDBDataChunk.create([VARCHAR, VARCHAR, VARCHAR, VARCHAR], part.length);
      chunk.setColumns([
        part.map(() => amount.column),
        part.map(([text]) => text),
        part.map(([, currency]) => currency),
        part.map(([text, currency]) => (amount.money ? readMoney(text, currency) : readNumber(text)) ?? null),
      ]);
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
  }
}

function oddTexts(amount: Amount): string {
  const text = quoteName(amount.column);
  return `SELECT DISTINCT text_or_null(${text}), ${currencyOf(amount)} FROM rows_read
    WHERE NOT is_none(${text}) AND (${shortAmount(text)}) IS NULL AND (${longAmount(text)}) IS NULL`;
}

/** The text of an amount that the short form left, for joining: an equality of plain columns, which can be hashed. */
export function oddKey({ column, name }: Amount): string {
  return `CASE WHEN ${name}_short IS NULL THEN text_or_null(${quoteName(column)}) END AS ${name}_odd`;
}

/** Joins the odd amounts of one column to rows that have its `oddKey`. */
export function joinOddAmount(amount: Amount): string {
  const { column, name } = amount;
  const own = `SELECT odd_text, currency, amount FROM odd_amount WHERE column_name = ${quoteText(column)}`;
  return `LEFT JOIN (${own}) AS odd_${name}
    ON odd_${name}.odd_text = ${name}_odd AND odd_${name}.currency = ${currencyOf(amount)}`;
}

/** Condition for a row whose amount was read and found to be none. */
export function isUnreadable(amount: Amount): string {
  const text = quoteName(amount.column);
  return `(text_or_null(${text}), ${currencyOf(amount)}) IN
    (SELECT (odd_text, currency) FROM odd_amount WHERE column_name = ${quoteText(amount.column)} AND amount IS NULL)`;
}
