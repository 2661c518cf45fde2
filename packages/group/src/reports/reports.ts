import { monthOf, type Tx } from '@prorata/platform';
import type { GroupNode } from '../node/group-node.ts';
import { type AggregateOptions, type AggregateRow, aggregate, type Figures, type ReportHead } from './aggregate.ts';
import type { ReportInput } from './filters.ts';
import { applicationLabels, domainLabels, entityLabels, familyLabels, ofEntity, productLabels } from './labels.ts';
import { read } from './read.ts';

/** A report: what it was made of, and its rows. */
export interface Report<Row> extends ReportHead {
  readonly rows: Row[];
}

/** Which rows of a long report. */
export interface Page {
  /** At most this many rows; 200 unless told. */
  readonly limit?: number;
  readonly offset?: number;
  /** `next_cursor` of the page before: goes on behind its last row, whatever came or went meanwhile. */
  readonly cursor?: string;
}

/** The same currency stands in each row, for scripts that read rows only. */
export type Row<Key> = Key & Figures & { readonly currency: string };

export type MonthRow = Row<{ readonly period_month: string }> & {
  readonly year_cost: string | null;
  readonly change_year: string | null;
  readonly running_cost: string | null;
};
export type EntityRow = Row<{ readonly entity: string; readonly label: string; readonly period_month?: string }>;
export type DomainRow = Row<{ readonly domain: string; readonly label: string }>;
export type FamilyRow = Row<{ readonly domain: string; readonly family: string | null; readonly label: string }>;
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

/** How a report is asked for and how its rows read; the same for an answer as a whole and for one that is streamed. */
export interface ReportKind<Wanted extends object> {
  readonly options: AggregateOptions;
  /** Whether it comes in pages. */
  readonly paged: boolean;
  finish(tx: Tx, head: ReportHead, rows: readonly AggregateRow[], input: ReportInput): Promise<Wanted[]>;
}

const PAGE = 200;

/** Answers a report as a whole, or one page of it. */
export async function report<Wanted extends object>(
  group: GroupNode,
  kind: ReportKind<Wanted>,
  input: ReportInput & Page,
): Promise<Report<Wanted>> {
  const { limit = PAGE, offset = 0, cursor, ...asked } = input;
  const page = kind.paged ? { limit, offset, cursor } : {};
  return await read(group, async (tx) => {
    const { head, rows } = await aggregate(tx, group, asked, { ...kind.options, ...page });
    return { ...head, rows: await kind.finish(tx, head, rows, asked) };
  });
}

/** Total of the group by month, in the order of time; `change` is on the month before. */
export const MONTHS: ReportKind<MonthRow> = {
  options: { groupBy: ['period_month'], orderBy: 'period_month', withYear: true },
  paged: false,
  finish: async (_tx, head, rows) =>
    rows.map((row) => ({ ...finish(head, row, { period_month: monthOf(row.period_month ?? '') }), ...overTime(row) })),
};

/** Ranking of entities by cost; `change` is on the period of the same length before. `period_month` when one month is asked. */
export const ENTITIES: ReportKind<EntityRow> = {
  options: { groupBy: ['entity_id'] },
  paged: false,
  async finish(tx, head, rows) {
    const labels = await entityLabels(tx);
    const month = head.from !== null && head.from === head.to ? { period_month: head.from } : {};
    return rows.map((row) => {
      const entity = row.entity_id ?? '';
      return finish(head, row, { entity, label: labels.get(entity) ?? entity, ...month });
    });
  },
};

/** Cost by domain over the whole group. */
export const DOMAINS: ReportKind<DomainRow> = {
  options: { groupBy: ['domain_id'] },
  paged: false,
  async finish(tx, head, rows) {
    const labels = await domainLabels(tx, head);
    return rows.map((row) => {
      const domain = row.domain_id ?? '';
      return finish(head, row, { domain, label: labels.get(domain) ?? domain });
    });
  },
};

/** Cost by family within its domain; what has no family stands in a row of its own for each domain. */
export const FAMILIES: ReportKind<FamilyRow> = {
  options: { groupBy: ['domain_id', 'family_id'] },
  paged: false,
  async finish(tx, head, rows) {
    const labels = await familyLabels(tx, head);
    return rows.map((row) => {
      const family = row.family_id ?? null;
      const label = family === null ? '' : (labels.get(family) ?? family);
      return finish(head, row, { domain: row.domain_id ?? '', family, label });
    });
  },
};

/** Cost by entity and domain; `label` is the domain's. */
export const MATRIX: ReportKind<MatrixRow> = {
  options: { groupBy: ['entity_id', 'domain_id'], orderBy: 'entity_id' },
  paged: false,
  async finish(tx, head, rows) {
    const labels = await domainLabels(tx, head);
    return rows.map((row) => {
      const domain = row.domain_id ?? '';
      return finish(head, row, { entity: row.entity_id ?? '', domain, label: labels.get(domain) ?? domain });
    });
  },
};

/** Applications of all entities by cost; an application belongs to its entity, whatever its code. */
export const APPLICATIONS: ReportKind<ApplicationRow> = {
  options: { groupBy: ['entity_id', 'application_id'] },
  paged: true,
  async finish(tx, head, rows) {
    const labels = await applicationLabels(tx, rows);
    return rows.map((row) => {
      const [entity, application] = [row.entity_id ?? '', row.application_id ?? ''];
      return finish(head, row, {
        entity,
        application,
        label: labels.get(ofEntity(entity, application)) ?? application,
      });
    });
  },
};

/** Quantity and cost by product and unit over the whole group. */
export const PRODUCTS: ReportKind<ProductRow> = {
  options: { groupBy: ['product_id', 'unit'], withQuantity: true },
  paged: true,
  async finish(tx, head, rows, input) {
    const labels = await labelsOfProducts(tx, rows, input.entity);
    return rows.map((row) => finish(head, row, productOf(row, labels)));
  },
};

/** Entities side by side: quantity and cost of each product and unit (spec 01, mv_group_comparison_entities). */
export const COMPARISON: ReportKind<ComparisonRow> = {
  options: { groupBy: ['product_id', 'unit', 'entity_id'], orderBy: 'product_id', withQuantity: true },
  paged: true,
  async finish(tx, head, rows) {
    const labels = await labelsOfProducts(tx, rows);
    return rows.map((row) => finish(head, row, { entity: row.entity_id ?? '', ...productOf(row, labels) }));
  },
};

export const reportMonths = (group: GroupNode, input: ReportInput = {}) => report(group, MONTHS, input);
export const reportEntities = (group: GroupNode, input: ReportInput = {}) => report(group, ENTITIES, input);
export const reportDomains = (group: GroupNode, input: ReportInput = {}) => report(group, DOMAINS, input);
export const reportFamilies = (group: GroupNode, input: ReportInput = {}) => report(group, FAMILIES, input);
export const reportMatrix = (group: GroupNode, input: ReportInput = {}) => report(group, MATRIX, input);
export const reportApplications = (group: GroupNode, input: ReportInput & Page = {}) =>
  report(group, APPLICATIONS, input);
export const reportProducts = (group: GroupNode, input: ReportInput & Page = {}) => report(group, PRODUCTS, input);
export const reportComparison = (group: GroupNode, input: ReportInput & Page = {}) => report(group, COMPARISON, input);

async function labelsOfProducts(tx: Tx, rows: readonly AggregateRow[], entities?: readonly string[]) {
  const products = rows.flatMap((row) => row.product_id ?? []);
  return await productLabels(tx, products, entities === undefined || entities.length === 0 ? undefined : entities);
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

/** What a row of a series by month has besides. */
export function overTime(row: AggregateRow) {
  return {
    year_cost: row.year_cost ?? null,
    change_year: row.change_year ?? null,
    running_cost: row.running_cost ?? null,
  };
}
