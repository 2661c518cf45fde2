import { monthOf, type Tx } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { type AggregateRow, aggregate, type Figures, type ReportHead } from './aggregate.ts';
import type { ReportInput } from './filters.ts';
import { applicationLabels, domainLabels, entityLabels, ofEntity, productLabels } from './labels.ts';

/** A report: what it was made of, and its rows. */
export interface Report<Row> extends ReportHead {
  readonly rows: Row[];
}

/** Which rows of a long report. */
export interface Page {
  /** At most this many rows; 200 unless told. */
  readonly limit?: number;
  readonly offset?: number;
}

/** The same currency stands in each row, for scripts that read rows only. */
export type Row<Key> = Key & Figures & { readonly currency: string };

export type MonthRow = Row<{ readonly period_month: string }>;
export type EntityRow = Row<{ readonly entity: string; readonly label: string; readonly period_month?: string }>;
export type DomainRow = Row<{ readonly domain: string; readonly label: string }>;
export type MatrixRow = Row<{ readonly entity: string; readonly domain: string; readonly label: string }>;
export type ApplicationRow = Row<{ readonly entity: string; readonly application: string; readonly label: string }>;
export type ProductRow = Row<{
  readonly product: string | null;
  readonly label: string;
  readonly unit: string;
  /** In `unit`, exact. */
  readonly quantity: string;
}>;
export type ComparisonRow = Row<{
  readonly entity: string;
  readonly product: string | null;
  readonly label: string;
  readonly unit: string;
  readonly quantity: string;
}>;

const PAGE = 200;

/**
 * Reads as the consolidated role: the only one that sees more than one entity. A report takes several statements (which months, which
 * rates, the figures); they see one state, so that an intake in between cannot bring costs whose rates nobody looked up.
 */
export async function read<T>(group: GroupNode, work: (tx: Tx) => Promise<T>): Promise<T> {
  return await group.db.transaction(
    group.scope,
    async (tx) => {
      await tx.execute('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      return await work(tx);
    },
    { role: 'reader', readOnly: true },
  );
}

/** Total of the group by month, in the order of time; `change` is on the month before. */
export async function reportMonths(group: GroupNode, input: ReportInput = {}): Promise<Report<MonthRow>> {
  return await read(group, async (tx) => {
    const { head, rows } = await aggregate(tx, group, input, { groupBy: ['period_month'], orderBy: 'period_month' });
    return { ...head, rows: rows.map((row) => finish(head, row, { period_month: monthOf(row.period_month ?? '') })) };
  });
}

/** Ranking of entities by cost; `change` is on the period of the same length before. `period_month` when one month is asked. */
export async function reportEntities(group: GroupNode, input: ReportInput = {}): Promise<Report<EntityRow>> {
  return await read(group, async (tx) => {
    const { head, rows } = await aggregate(tx, group, input, { groupBy: ['entity_id'] });
    const labels = await entityLabels(tx);
    const month = head.from !== null && head.from === head.to ? { period_month: head.from } : {};
    return {
      ...head,
      rows: rows.map((row) => {
        const entity = row.entity_id ?? '';
        return finish(head, row, { entity, label: labels.get(entity) ?? entity, ...month });
      }),
    };
  });
}

/** Cost by domain over the whole group. */
export async function reportDomains(group: GroupNode, input: ReportInput = {}): Promise<Report<DomainRow>> {
  return await read(group, async (tx) => {
    const { head, rows } = await aggregate(tx, group, input, { groupBy: ['domain_id'] });
    const labels = await domainLabels(tx);
    return {
      ...head,
      rows: rows.map((row) => {
        const domain = row.domain_id ?? '';
        return finish(head, row, { domain, label: labels.get(domain) ?? domain });
      }),
    };
  });
}

/** Cost by entity and domain; `label` is the domain's. */
export async function reportMatrix(group: GroupNode, input: ReportInput = {}): Promise<Report<MatrixRow>> {
  return await read(group, async (tx) => {
    const { head, rows } = await aggregate(tx, group, input, {
      groupBy: ['entity_id', 'domain_id'],
      orderBy: 'entity_id',
    });
    const labels = await domainLabels(tx);
    return {
      ...head,
      rows: rows.map((row) => {
        const domain = row.domain_id ?? '';
        return finish(head, row, { entity: row.entity_id ?? '', domain, label: labels.get(domain) ?? domain });
      }),
    };
  });
}

/** Applications of all entities by cost; an application belongs to its entity, whatever its code. */
export async function reportApplications(
  group: GroupNode,
  input: ReportInput & Page = {},
): Promise<Report<ApplicationRow>> {
  return await read(group, async (tx) => {
    const { head, rows } = await aggregate(tx, group, input, {
      groupBy: ['entity_id', 'application_id'],
      ...page(input),
    });
    const labels = await applicationLabels(tx, rows);
    return {
      ...head,
      rows: rows.map((row) => {
        const [entity, application] = [row.entity_id ?? '', row.application_id ?? ''];
        const label = labels.get(ofEntity(entity, application)) ?? application;
        return finish(head, row, { entity, application, label });
      }),
    };
  });
}

/** Quantity and cost by product and unit over the whole group. */
export async function reportProducts(group: GroupNode, input: ReportInput & Page = {}): Promise<Report<ProductRow>> {
  return await read(group, async (tx) => {
    const { head, rows } = await aggregate(tx, group, input, {
      groupBy: ['product_id', 'unit'],
      withQuantity: true,
      ...page(input),
    });
    const labels = await productLabels(
      tx,
      rows.flatMap((row) => row.product_id ?? []),
      input.entity,
    );
    return { ...head, rows: rows.map((row) => finish(head, row, productOf(row, labels))) };
  });
}

/** Entities side by side: quantity and cost of each product and unit (spec 01, mv_group_comparison_entities). */
export async function reportComparison(
  group: GroupNode,
  input: ReportInput & Page = {},
): Promise<Report<ComparisonRow>> {
  return await read(group, async (tx) => {
    const { head, rows } = await aggregate(tx, group, input, {
      groupBy: ['product_id', 'unit', 'entity_id'],
      orderBy: 'product_id',
      withQuantity: true,
      ...page(input),
    });
    const labels = await productLabels(
      tx,
      rows.flatMap((row) => row.product_id ?? []),
    );
    return {
      ...head,
      rows: rows.map((row) => finish(head, row, { entity: row.entity_id ?? '', ...productOf(row, labels) })),
    };
  });
}

/** The part of a row that tells a product; a fact without a product has none and is shown as such. */
export function productOf(row: AggregateRow, labels: ReadonlyMap<string, string>) {
  const product = row.product_id ?? null;
  return {
    product,
    label: product === null ? '' : (labels.get(product) ?? product),
    unit: row.unit ?? '',
    quantity: row.quantity ?? '0',
  };
}

/** Puts the key of a row before its figures. */
export function finish<Key extends object>(head: ReportHead, row: AggregateRow, key: Key): Row<Key> {
  return {
    ...key,
    cost: row.cost,
    currency: head.currency,
    complete: row.complete,
    local_cost: row.local_cost,
    local_currency: row.local_currency,
    share: row.share,
    rank: row.rank,
    previous_cost: row.previous_cost,
    change: row.change,
    fact_rows: row.fact_rows,
    valued_rows: row.valued_rows,
  };
}

function page(input: Page): { limit: number; offset: number } {
  return { limit: input.limit ?? PAGE, offset: input.offset ?? 0 };
}
