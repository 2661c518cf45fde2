/** At most 18 decimals and 20 digits before the point: DECIMAL(38,18) here, numeric(38,18) in the database. */
export const AMOUNT_TYPE = 'DECIMAL(38,18)';

const PLAIN = String.raw`[+-]?(\d+\.?\d*|\.\d+)`;
const SCIENTIFIC = String.raw`[+-]?(\d+\.?\d*|\.\d+)[eE][+-]?\d{1,3}`;
// Grouping commas only beside a currency sign; for the euro only with a fraction, because 1,234 € is 1.234 to many.
const SIGNED_MONEY = String.raw`(-?[$£¥]|[$£¥]-)(\d{1,3}(,\d{3})+|\d+)(\.\d+)?|(-?€|€-)(\d+(\.\d+)?|\d{1,3}(,\d{3})+\.\d+)`;

/** Which currencies a sign may stand for. */
const CURRENCIES_OF_SIGN: Readonly<Record<string, readonly string[]>> = {
  $: ['USD', 'CAD', 'AUD', 'NZD', 'SGD', 'HKD', 'TWD', 'MXN', 'BRL', 'ARS', 'CLP', 'COP'],
  '€': ['EUR'],
  '£': ['GBP'],
  '¥': ['JPY', 'CNY'],
};

const signFits = Object.entries(CURRENCIES_OF_SIGN)
  .map(([sign, codes]) => `contains(t, '${sign}') AND c IN (${codes.map((code) => `'${code}'`).join(', ')})`)
  .join(' OR ');

/**
 * DuckDB macros that read an amount exactly or give NULL. Its own casts round beyond 18 decimals and take 1_000 for 1000,
 * so the text is judged first; scientific notation is written out digit by digit, which no cast can get wrong.
 */
export const AMOUNT_MACROS: readonly string[] = [
  `CREATE MACRO is_none(t) AS t IS NULL OR lower(trim(t, E' \\t\\r\\n')) IN ('', 'null', '(null)')`,
  `CREATE MACRO text_or_null(t) AS CASE WHEN is_none(t) THEN NULL ELSE trim(t, E' \\t\\r\\n') END`,
  // Where the point goes: a mantissa of `digits` with `places` of them before the point, moved by the exponent.
  `CREATE MACRO point_at(digits, p) AS CASE
     WHEN p <= 0 THEN '0.' || repeat('0', -p) || digits
     WHEN p >= strlen(digits) THEN digits || repeat('0', p - strlen(digits))
     ELSE left(digits, p) || '.' || substr(digits, p + 1) END`,
  `CREATE MACRO written_out(t) AS CASE WHEN t LIKE '-%' THEN '-' ELSE '' END || point_at(
     regexp_replace(regexp_extract(t, '^[+-]?([0-9.]+)', 1), '[.]', ''),
     (strlen(split_part(regexp_extract(t, '^[+-]?([0-9.]+)', 1), '.', 1))
       + CAST(regexp_extract(t, '[eE]([+-]?[0-9]+)$', 1) AS INTEGER))::INTEGER)`,
  // Zeros at the end of a fraction are not finer input than their absence.
  `CREATE MACRO without_zeros(t) AS CASE WHEN contains(t, '.') THEN rtrim(rtrim(t, '0'), '.') ELSE t END`,
  `CREATE MACRO exact_decimal(t) AS CASE
     WHEN strlen(t) > 1200 THEN NULL
     WHEN contains(t, '.') AND strlen(without_zeros(t)) - strpos(t, '.') > 18 THEN NULL
     WHEN regexp_full_match(t, '${PLAIN}') THEN try_cast(without_zeros(t) AS ${AMOUNT_TYPE}) END`,
  `CREATE MACRO exact_number(t) AS CASE
     WHEN regexp_full_match(t, '${PLAIN}') THEN exact_decimal(t)
     WHEN regexp_full_match(t, '${SCIENTIFIC}') AND strlen(t) <= 100 THEN exact_decimal(written_out(t)) END`,
  `CREATE MACRO exact_money(t, c) AS CASE
     WHEN regexp_full_match(t, '${SIGNED_MONEY}') THEN
       CASE WHEN ${signFits} THEN exact_decimal(regexp_replace(t, '[$€£¥,]', '', 'g')) END
     ELSE exact_number(t) END`,
];

/**
 * The common case, about fourteen times as fast as the wide cast: short, without exponent, at most 10 decimals.
 * NULL says nothing but "look closer".
 *
 * @param text an SQL expression of type VARCHAR
 */
export function shortAmount(text: string): string {
  return `CASE WHEN strlen(${text}) <= 19 AND strlen(${text}) - strpos(${text}, '.') <= 10 AND NOT contains(${text}, '_')
    AND NOT contains(${text}, 'e') AND NOT contains(${text}, 'E') THEN try_cast(${text} AS DECIMAL(18,10)) END`;
}

/** Plain decimals that are too long for the short form and fit without any doubt; NULL says "look closer". */
export function longAmount(text: string): string {
  return `CASE WHEN regexp_full_match(${text}, '-?\\d{1,20}(\\.\\d{1,18})?') THEN try_cast(${text} AS ${AMOUNT_TYPE}) END`;
}
