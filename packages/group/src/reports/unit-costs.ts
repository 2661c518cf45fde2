import type { Tx } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { groupProblem } from '../problems.ts';
import { RATIO_DECIMALS } from './aggregate.sql.ts';
import { aggregate, type ReportHead } from './aggregate.ts';
import { cursorText, readCursor } from './cursor.ts';
import { fetched } from './export.ts';
import type { ReportInput, Span } from './filters.ts';
import { measuredItems } from './measured-items.ts';
import { read } from './read.ts';
import { PRICE_DECIMALS, type ReferencePrices, referencePrices } from './reference-prices.ts';

export interface UnitCostsInput extends ReportInput {
  readonly reference?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/** What one entity pays for one unit of a product; null where it consumed none, or where a rate is missing. */
export interface UnitCost {
  readonly entity: string;
  readonly quantity: string;
  readonly cost: string | null;
  /** cost / quantity, 18 decimals. */
  readonly unit_cost: string | null;
  /** (unit cost − average) / average, 8 decimals. */
  readonly distance: string | null;
  /** The same against the reference price. */
  readonly distance_reference: string | null;
}

export interface UnitCostRow {
  readonly domain: string;
  readonly family: string | null;
  /** Code of the group's product where the entities map theirs to one, else their own code. */
  readonly product: string;
  readonly label: string;
  readonly unit: string;
  readonly currency: string;
  readonly quantity: string;
  readonly cost: string | null;
  /** Of all entities of the report together. */
  readonly average_unit_cost: string | null;
  readonly reference_price: string | null;
  readonly entities: UnitCost[];
}

export interface UnitCosts extends ReportHead {
  readonly reference: ReferencePrices['reference'];
  readonly rows: UnitCostRow[];
}

const PAGE = 100;

/**
 * What entities pay for the same unit of the same product: only what was measured, and only at equal unit. The largest cost first.
 *
 * @throws Problem `REFERENCE_PRICES_UNKNOWN`, `CURSOR_INVALID`, and those of `spanOf`
 */
export async function reportUnitCosts(group: GroupNode, input: UnitCostsInput = {}): Promise<UnitCosts> {
  const { reference: name = 'average', limit = PAGE, cursor, ...asked } = input;
  const question = { ...asked, reference: name };
  const after = readCursor('unit costs', question, cursor);
  return await read(group, async (tx) => {
    const { head, span } = await aggregate(tx, group, asked, { groupBy: ['entity_id'] });
    const found = await unitRows(tx, group, asked, {
      name,
      span,
      currency: head.currency,
      limit,
      after: after?.values,
    });
    const rows = found.rows.slice(0, limit);
    const last = rows.at(-1);
    const more = found.rows.length > limit && last !== undefined;
    return {
      ...head,
      row_count: found.count,
      next_cursor: more
        ? cursorText('unit costs', question, [last.cost, last.domain, last.family, last.product, last.unit])
        : null,
      reference: found.reference,
      rows,
    };
  });
}

type Found = Omit<UnitCostRow, 'currency'> & Record<string, unknown> & { readonly row_count: number };

interface Asked {
  readonly name: string;
  readonly span: Span;
  readonly currency: string;
  /** All where none is told. */
  readonly limit?: number;
  readonly after?: readonly (string | null)[] | undefined;
}

async function unitStatement(tx: Tx, group: GroupNode, input: ReportInput, of: Asked) {
  const { steps, values } = await measuredItems(tx, group, input, of.span);
  const { step, reference } = await referencePrices(
    tx,
    { name: of.name, currency: of.currency, days: of.span.days },
    values,
  );
  const behind = of.after === undefined ? '' : after(of.after, values);
  const most = of.limit === undefined ? '' : `LIMIT $${values.push(of.limit + 1)}`;
  const sql = `${steps},${step},
reference AS (SELECT product, unit, avg(unit_price) AS unit_price FROM price GROUP BY product, unit),
paid AS (
  SELECT domain_id, family_id, product, unit, entity_id, sum(quantity) AS quantity,
         CASE WHEN bool_and(complete) THEN sum(cost) END AS cost
    FROM item WHERE line = 'measured' GROUP BY 1, 2, 3, 4, 5),
whole AS (
  SELECT domain_id, family_id, product, unit, sum(quantity) AS quantity,
         CASE WHEN bool_and(cost IS NOT NULL) THEN sum(cost) END AS cost
    FROM paid GROUP BY 1, 2, 3, 4),
priced AS (
  SELECT whole.*, CASE WHEN whole.quantity > 0 THEN whole.cost / whole.quantity END AS average, reference.unit_price AS reference_price,
         (count(*) OVER ())::int AS row_count
    FROM whole LEFT JOIN reference ON reference.product = whole.product AND reference.unit = whole.unit),
page AS (
  SELECT * FROM priced${behind}
   ORDER BY cost IS NULL, -COALESCE(cost, 0), domain_id, family_id IS NULL, COALESCE(family_id, ''), product, unit ${most}),
each AS (
  SELECT page.domain_id, page.family_id, page.product, page.unit, page.quantity, page.cost, page.average, page.reference_price, page.row_count,
         jsonb_agg(jsonb_build_object('entity', paid.entity_id, 'quantity', trim_scale(paid.quantity)::text,
           'cost', trim_scale(paid.cost)::text,
           'unit_cost', CASE WHEN paid.quantity > 0 THEN round(paid.cost / paid.quantity, ${PRICE_DECIMALS})::text END,
           'distance', CASE WHEN paid.quantity > 0
             THEN round((paid.cost / paid.quantity - page.average) / NULLIF(abs(page.average), 0), ${RATIO_DECIMALS})::text END,
           'distance_reference', CASE WHEN paid.quantity > 0
             THEN round((paid.cost / paid.quantity - page.reference_price) / NULLIF(abs(page.reference_price), 0), ${RATIO_DECIMALS})::text END
         ) ORDER BY paid.entity_id) AS entities
    FROM page
    JOIN paid ON paid.domain_id = page.domain_id AND paid.product = page.product AND paid.unit = page.unit
             AND COALESCE(paid.family_id, '') = COALESCE(page.family_id, '') AND (paid.family_id IS NULL) = (page.family_id IS NULL)
   GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9)
SELECT each.domain_id AS domain, each.family_id AS family, each.product, each.unit,
       COALESCE((SELECT r.label FROM ref_product r WHERE r.code = each.product AND r.valid_to IS NULL),
                (SELECT min(n.label) FROM dim_product_group n WHERE n.product_id = each.product), each.product) AS label,
       trim_scale(each.quantity)::text AS quantity, trim_scale(each.cost)::text AS cost,
       round(each.average, ${PRICE_DECIMALS})::text AS average_unit_cost, round(each.reference_price, ${PRICE_DECIMALS})::text AS reference_price,
       each.row_count, each.entities
  FROM each
 ORDER BY each.cost IS NULL, -COALESCE(each.cost, 0), each.domain_id, each.family_id IS NULL, COALESCE(each.family_id, ''), each.product, each.unit`;
  return { sql, values, reference };
}

async function unitRows(tx: Tx, group: GroupNode, input: ReportInput, of: Asked) {
  const { sql, values, reference } = await unitStatement(tx, group, input, of);
  const rows = await tx.query<Found>(sql, values);
  return { reference, count: rows[0]?.row_count ?? 0, rows: rows.map((row) => rowOf(row, of.currency)) };
}

function rowOf({ row_count: _count, ...row }: Found, currency: string): UnitCostRow {
  return { ...row, currency };
}

/** Each with a line for every entity of the group. */
const PRODUCTS_AT_ONCE = 200;

/** All of them for a file: one line for each product and entity. @throws Problem `REFERENCE_PRICES_UNKNOWN`, and those of `spanOf` */
export function unitCostBatches(group: GroupNode, input: Omit<UnitCostsInput, 'limit' | 'cursor'>) {
  const { reference: name = 'average', ...asked } = input;
  return async function* batches(tx: Tx): AsyncGenerator<readonly object[]> {
    const { head, span } = await aggregate(tx, group, asked, { groupBy: ['entity_id'] });
    const { sql, values } = await unitStatement(tx, group, asked, { name, span, currency: head.currency });
    for await (const rows of fetched<Found>(tx, sql, values, PRODUCTS_AT_ONCE)) {
      yield unitCostLines(rows.map((row) => rowOf(row, head.currency)));
    }
  };
}

const DECIMAL = /^-?\d{1,100}(\.\d{1,100})?$/;

function after(place: readonly (string | null)[], values: unknown[]): string {
  const [cost = null, ...keys] = place;
  if (keys.length !== 4 || (cost !== null && !DECIMAL.test(cost))) {
    throw groupProblem('CURSOR_INVALID', 'the cursor holds no place of this list');
  }
  const [paid, domain, family, product, unit] = [cost, ...keys].map((value) => `$${values.push(value)}`);
  return `
   WHERE ROW(cost IS NULL, -COALESCE(cost, 0), domain_id, family_id IS NULL, COALESCE(family_id, ''), product, unit)
       > ROW(${paid}::numeric IS NULL, -COALESCE(${paid}::numeric, 0), ${domain}::text, ${family}::text IS NULL, COALESCE(${family}::text, ''),
             ${product}::text, ${unit}::text)`;
}

/** One line for each product and entity, for a table. */
export function unitCostLines(rows: readonly UnitCostRow[]): object[] {
  return rows.flatMap(({ entities, quantity: _quantity, cost: _cost, ...product }) =>
    entities.map((entity) => ({ ...product, ...entity })),
  );
}
export const UNIT_COST_COLUMNS = [
  'domain',
  'family',
  'product',
  'label',
  'unit',
  'currency',
  'entity',
  'quantity',
  'cost',
  'unit_cost',
  'average_unit_cost',
  'distance',
  'reference_price',
  'distance_reference',
] as const;
