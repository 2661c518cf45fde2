import type { Tx } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { RATIO_DECIMALS } from './aggregate.sql.ts';
import { type AggregateRow, aggregate, type ReportHead } from './aggregate.ts';
import type { ReportInput, Span } from './filters.ts';
import { entityLabels } from './labels.ts';
import { measuredItems } from './measured-items.ts';
import { read } from './read.ts';
import { type ReferencePrices, referencePrices } from './reference-prices.ts';
import { finish, type Row } from './reports.ts';

export interface EntityComparisonInput extends ReportInput {
  /** `average` unless told, the code of an entity, or the name of a reference view of the group. */
  readonly reference?: string;
}

export type EntityComparisonRow = Row<{
  readonly entity: string;
  readonly label: string;
}> & {
  readonly year_cost: string | null;
  readonly change_year: string | null;
  readonly direct_cost: string | null;
  readonly indirect_cost: string | null;
  /** (cost − average) / average of the entities of the report, 8 decimals; null where a part is missing. */
  readonly distance: string | null;
  /** Of `cost`: what was measured in a unit and has a reference price, at the price paid and at the reference price. */
  readonly measured_cost: string | null;
  readonly reference_cost: string | null;
  /** measured − reference: dearer than the reference is positive. */
  readonly reference_difference: string | null;
  /** measured / cost, 8 decimals: how much of the cost the reference speaks about. */
  readonly reference_coverage: string | null;
};

export interface EntityComparison extends ReportHead {
  readonly reference: ReferencePrices['reference'];
  /** Mean cost of the entities of the report, 18 decimals; null where a part is missing. */
  readonly average_cost: string | null;
  readonly rows: EntityComparisonRow[];
}

interface AtReference extends Record<string, unknown> {
  readonly entity_id: string;
  readonly measured: string;
  readonly reference: string;
  readonly difference: string;
}

/**
 * Entities beside each other, whatever their size: share, rank, changes on the period and on the year before, direct and indirect,
 * distance to the average, and what the same consumption would cost at reference prices.
 *
 * @throws Problem `REFERENCE_PRICES_UNKNOWN`, and those of `spanOf`
 */
export async function compareEntities(group: GroupNode, input: EntityComparisonInput = {}): Promise<EntityComparison> {
  const { reference: name = 'average', ...asked } = input;
  return await read(group, async (tx) => {
    const { head, rows, span } = await aggregate(tx, group, asked, {
      groupBy: ['entity_id'],
      withTypes: true,
      withYear: true,
    });
    const valued = await atReference(tx, group, asked, { name, span, currency: head.currency });
    const labels = await entityLabels(tx);
    const figures = await ratios(tx, rows, valued.rows);
    return {
      ...head,
      reference: valued.reference,
      average_cost: figures[0]?.average ?? null,
      rows: rows.map((row, index) => {
        const entity = row.entity_id ?? '';
        const at = valued.rows.get(entity);
        return {
          ...finish(head, row, { entity, label: labels.get(entity) ?? entity }),
          year_cost: row.year_cost ?? null,
          change_year: row.change_year ?? null,
          direct_cost: row.direct_cost ?? null,
          indirect_cost: row.indirect_cost ?? null,
          distance: figures[index]?.distance ?? null,
          measured_cost: at?.measured ?? null,
          reference_cost: at?.reference ?? null,
          reference_difference: at?.difference ?? null,
          reference_coverage: figures[index]?.coverage ?? null,
        };
      }),
    };
  });
}

async function atReference(
  tx: Tx,
  group: GroupNode,
  input: ReportInput,
  of: { readonly name: string; readonly span: Span; readonly currency: string },
): Promise<{ rows: Map<string, AtReference>; reference: ReferencePrices['reference'] }> {
  const { steps, values } = await measuredItems(tx, group, input, of.span);
  const { step, reference } = await referencePrices(
    tx,
    { name: of.name, currency: of.currency, days: of.span.days },
    values,
  );
  const rows = await tx.query<AtReference>(
    `${steps},${step}
SELECT item.entity_id, trim_scale(sum(item.cost))::text AS measured,
       trim_scale(sum(item.quantity * price.unit_price))::text AS reference,
       trim_scale(sum(item.cost) - sum(item.quantity * price.unit_price))::text AS difference
  FROM item
  JOIN price ON price.product = item.product AND price.unit = item.unit
            AND (price.period_month IS NULL OR price.period_month = item.period_month)
 WHERE item.line = 'measured' AND item.complete
 GROUP BY item.entity_id`,
    values,
  );
  return { reference, rows: new Map(rows.map((row) => [row.entity_id, row])) };
}

/** Quotients are the database's: its decimals have no end that a float would cut. */
async function ratios(tx: Tx, rows: readonly AggregateRow[], valued: ReadonlyMap<string, AtReference>) {
  const whole = rows.every((row) => row.complete);
  return await tx.query<{ average: string | null; distance: string | null; coverage: string | null }>(
    `SELECT round(avg(cost) OVER (), 18)::text AS average,
            round((cost - avg(cost) OVER ()) / NULLIF(abs(avg(cost) OVER ()), 0), ${RATIO_DECIMALS})::text AS distance,
            round(measured / NULLIF(cost, 0), ${RATIO_DECIMALS})::text AS coverage
       FROM unnest($1::numeric[], $2::numeric[]) WITH ORDINALITY AS row(cost, measured, place) ORDER BY place`,
    [
      rows.map((row) => (whole ? row.cost : null)),
      rows.map((row) => valued.get(row.entity_id ?? '')?.measured ?? null),
    ],
  );
}
