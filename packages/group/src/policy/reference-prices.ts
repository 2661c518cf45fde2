import { createHash } from 'node:crypto';
import type { RequestContext, Tx } from '@prorata/platform';
import { type GroupNode, operatorContext } from '../node/group-node.ts';
import { recorded } from '../node/record.ts';
import { groupProblem } from '../problems.ts';

/** A set of the prices of one reference view of the group. */
export interface ReferencePriceSet {
  readonly price_set: number;
  /** Of the view; of the sets of one name, the last one counts. */
  readonly name: string;
  readonly source: string;
  readonly products: number;
  readonly imported_at: string;
}

export interface ReferencePrice {
  readonly product: string;
  readonly unit: string;
  readonly currency: string;
  /** Exact decimal. */
  readonly unit_price: string;
}

export interface PricesImported {
  readonly price_set: number;
  readonly name: string;
  readonly products: number;
  /** True where the same file stood already under this name. */
  readonly replayed: boolean;
}

const DECIMAL = /^\d{1,20}(\.\d{1,18})?$/;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const MOST_LINES = 200_000;
/** The view that is meant where none is named. */
export const USUAL_VIEW = 'GROUP';

/**
 * Imports the prices of a reference view of the group: CSV `product,unit,currency,unit_price`, one line for each product of the group's
 * references. It is whole: what it does not name has no reference price in it.
 *
 * @throws Problem `REFERENCE_PRICES_INVALID` with line and value
 */
export async function importReferencePrices(
  group: GroupNode,
  input: { readonly text: string; readonly file: string; readonly name?: string },
  options: { context?: RequestContext; idempotencyKey?: string | undefined } = {},
): Promise<PricesImported> {
  const context = options.context ?? operatorContext(group);
  const { name = USUAL_VIEW } = input;
  if (!NAME.test(name)) throw fault(0, name, 'is no name of a view');
  const prices = readPrices(input.text);
  const sha256 = createHash('sha256').update(input.text).digest('hex');
  const payload = { name, file: input.file, sha256 };
  const what = { action: 'group.reference-prices.import', payload, idempotencyKey: options.idempotencyKey };
  return await recorded(group, context, what, async (tx, record) => {
    const { tenantId } = group.scope;
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 3))', [`reference-prices/${tenantId}`]);
    const [standing] = await tx.query<{ price_set: number; sha256: string }>(
      'SELECT price_set, sha256 FROM reference_price_set WHERE name = $1 ORDER BY price_set DESC LIMIT 1',
      [name],
    );
    const answer = { name, products: prices.length };
    if (standing?.sha256 === sha256) return { ...answer, price_set: standing.price_set, replayed: true };
    await refuseUnknown(tx, prices);
    const [row] = await tx.query<{ price_set: number }>(
      `INSERT INTO reference_price_set (tenant_id, price_set, name, source, sha256, imported_by)
       SELECT $1, COALESCE(max(price_set), 0) + 1, $2, $3, $4, $5 FROM reference_price_set RETURNING price_set`,
      [tenantId, name, input.file, sha256, context.userId],
    );
    const price_set = row?.price_set ?? 0;
    await tx.execute(
      `INSERT INTO reference_price (tenant_id, price_set, product_code, unit, currency, unit_price)
       SELECT $1, $2, product, unit, currency, unit_price
         FROM jsonb_to_recordset($3::jsonb) AS price(product text, unit text, currency text, unit_price numeric)`,
      [tenantId, price_set, JSON.stringify(prices)],
    );
    record.audit({ subject: 'reference_price_set', subjectId: String(price_set), details: { ...payload, ...answer } });
    const told = { ...answer, price_set };
    record.emit({
      event: 'GROUP.REFERENCE_PRICES.IMPORTED',
      entity_id: `reference-prices/${price_set}`,
      payload: told,
    });
    return { ...told, replayed: false };
  });
}

/** Every set there is, the latest first. */
export async function listReferencePrices(group: GroupNode): Promise<ReferencePriceSet[]> {
  return await reading(group, (tx) =>
    tx.query(
      `SELECT s.price_set, s.name, s.source,
              (SELECT count(*)::int FROM reference_price p WHERE p.price_set = s.price_set) AS products,
              to_char(s.imported_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS imported_at
         FROM reference_price_set s ORDER BY s.price_set DESC`,
    ),
  );
}

/** The prices of a set; of the one that counts under `GROUP` unless told. @throws Problem `REFERENCE_PRICES_UNKNOWN` */
export async function referencePrices(
  group: GroupNode,
  priceSet?: number,
): Promise<{ readonly price_set: number; readonly name: string; readonly rows: ReferencePrice[] }> {
  return await reading(group, async (tx) => {
    const [set] = await tx.query<{ price_set: number; name: string }>(
      `SELECT price_set, name FROM reference_price_set WHERE CASE WHEN $1::int IS NULL THEN name = $2 ELSE price_set = $1 END
        ORDER BY price_set DESC LIMIT 1`,
      [priceSet ?? null, USUAL_VIEW],
    );
    if (set === undefined) {
      throw groupProblem('REFERENCE_PRICES_UNKNOWN', `there is no set of reference prices ${priceSet ?? USUAL_VIEW}`);
    }
    const rows = await tx.query<ReferencePrice & Record<string, unknown>>(
      `SELECT product_code AS product, unit, currency, unit_price::text AS unit_price
         FROM reference_price WHERE price_set = $1 ORDER BY product_code, unit`,
      [set.price_set],
    );
    return { ...set, rows };
  });
}

function readPrices(text: string): (ReferencePrice & { line: number })[] {
  const [header = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (header.trim().toLowerCase() !== 'product,unit,currency,unit_price') {
    throw fault(1, header.slice(0, 80), 'is not the header "product,unit,currency,unit_price"');
  }
  if (lines.length > MOST_LINES) throw fault(MOST_LINES, '', `a file has at most ${MOST_LINES} lines`);
  const prices: (ReferencePrice & { line: number })[] = [];
  const seen = new Set<string>();
  for (const [index, content] of lines.entries()) {
    if (content.trim() === '') continue;
    const line = index + 2;
    const [product = '', unit = '', currency = '', unit_price = '', ...more] = cellsOf(content, line);
    if (product === '' || more.length > 0)
      throw fault(line, content.slice(0, 80), 'has not the four cells of the header');
    if (!/^[A-Z]{3}$/.test(currency)) throw fault(line, currency, 'is not a currency');
    if (!DECIMAL.test(unit_price)) throw fault(line, unit_price, 'is not a price with at most 18 decimals');
    if (seen.has(`${product}\n${unit}`)) throw fault(line, `${product}, ${unit}`, 'is there twice');
    seen.add(`${product}\n${unit}`);
    prices.push({ line, product, unit, currency, unit_price });
  }
  if (prices.length === 0) throw fault(1, '', 'the file has no price');
  return prices;
}

/** One line (RFC 4180) without line breaks in its cells. */
function cellsOf(content: string, line: number): string[] {
  const cells: string[] = [];
  const cell = /\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(,|$)/y;
  for (;;) {
    const match = cell.exec(content);
    if (match === null) throw fault(line, content.slice(0, 80), 'has quotes that do not match');
    cells.push(match[1] === undefined ? (match[2] ?? '').trim() : match[1].replaceAll('""', '"'));
    if (match[3] === '') return cells;
  }
}

async function refuseUnknown(tx: Tx, prices: readonly (ReferencePrice & { line: number })[]): Promise<void> {
  const stored = await tx.query<{ code: string; unit: string }>(
    'SELECT code, unit FROM ref_product WHERE valid_to IS NULL AND active',
  );
  const units = new Map(stored.map(({ code, unit }) => [code, unit]));
  for (const { line, product, unit } of prices) {
    const known = units.get(product);
    if (known === undefined) throw fault(line, product, 'is no product of the references in force');
    if (known !== unit) throw fault(line, unit, `is not the unit of ${product}, which is ${known}`);
  }
}

function fault(line: number, value: string, what: string): Error {
  return groupProblem('REFERENCE_PRICES_INVALID', `line ${line}: "${value}" ${what}`, { line, value });
}

function reading<T>(group: GroupNode, work: (tx: Tx) => Promise<T>): Promise<T> {
  return group.db.transaction(group.scope, work, { role: 'reader', readOnly: true });
}
