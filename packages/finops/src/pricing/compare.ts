import { firstDayOf, type Tx } from '@prorata/platform';
import type { MonthKey } from '../facts/step.ts';
import type { EntityNode } from '../node/entity.ts';
import { finopsProblem } from '../problems.ts';
import type { Breakdown, Measure } from './comparison.sql.ts';
import * as sql from './comparison.sql.ts';
import { type PriceCoverage, priceCoverage } from './coverage.ts';
import { onFacts } from './on-facts.ts';
import { valuationOfMonth } from './revalue.ts';
import { readViewName, type ViewKey, viewLabel } from './view-name.ts';
import { findView, reading } from './views.ts';

/** One code of a breakdown in one currency. Decimal texts; `code` is null for facts that have none. */
export interface PriceEffect {
  readonly code: string | null;
  readonly currency: string;
  readonly facts: number;
  readonly before: string;
  readonly after: string;
  /** after − before. */
  readonly effect: string;
  /** Effect in percent of `before`, six decimals; null where that is 0. */
  readonly percent: string | null;
}

export type PriceEffectTotal = Omit<PriceEffect, 'code'>;

export interface ViewComparison {
  readonly period_month: string;
  /** `STANDARD@1`; null where the month is compared as it stands and no view valued it. */
  readonly from: string | null;
  readonly to: string;
  readonly by: Breakdown;
  readonly rows: readonly PriceEffect[];
  readonly totals: readonly PriceEffectTotal[];
  /** How much of the month each of the two prices; what has no price is worth 0. */
  readonly coverage: { readonly from: PriceCoverage | null; readonly to: PriceCoverage };
}

export interface ViewsQuery {
  /** YYYY-MM */
  readonly month: string;
  /** `STANDARD@1`, or `STANDARD` for its latest version. */
  readonly from: string;
  readonly to: string;
  /** Rows: products unless told. */
  readonly by?: Breakdown | undefined;
}

/**
 * What other prices do to a month: its quantities valued with two views. Nothing is stored. Drafts can be compared.
 *
 * @throws Problem `MONTH_INVALID`, `VIEW_INVALID`, `VIEW_NOT_FOUND`, `NO_RUN`
 */
export async function compareViews(entity: EntityNode, query: ViewsQuery): Promise<ViewComparison> {
  const by = query.by ?? 'product';
  const key = keyOf(entity, query.month);
  return await reading(entity, async (tx) => {
    const from = await findView(tx, entity, readViewName(query.from));
    const to = await findView(tx, entity, readViewName(query.to));
    const found = await leveled<PriceEffect>(tx, await onFacts(tx, key, sql.compareViews(by)), [
      ...key,
      ...named(from),
      ...named(to),
    ]);
    requireFacts(found.totals, query.month);
    const coverage = await coverageOf(tx, key, from, to);
    return { period_month: query.month, from: viewLabel(from), to: viewLabel(to), by, ...found, coverage };
  });
}

/**
 * A month as it stands against the same month under another view. No fact changes, not even of an open month.
 *
 * @throws Problem `MONTH_INVALID`, `VIEW_INVALID`, `VIEW_NOT_FOUND`, `NO_RUN`
 */
export async function whatIf(
  entity: EntityNode,
  query: { readonly month: string; readonly view: string; readonly by?: Breakdown | undefined },
): Promise<ViewComparison> {
  const by = query.by ?? 'product';
  const key = keyOf(entity, query.month);
  return await reading(entity, async (tx) => {
    const to = await findView(tx, entity, readViewName(query.view));
    const standing = await valuationOfMonth(tx, key);
    const found = await leveled<PriceEffect>(tx, await onFacts(tx, key, sql.whatIf(by)), [...key, ...named(to)]);
    requireFacts(found.totals, query.month);
    const coverage = await coverageOf(tx, key, standing, to);
    const from = standing === null ? null : viewLabel(standing);
    return { period_month: query.month, from, to: viewLabel(to), by, ...found, coverage };
  });
}

/** The difference between two months, split. Decimal texts; the five effects add up to `effect`, exactly. */
export interface MonthEffect extends Omit<PriceEffect, 'facts'> {
  /** What the later quantity costs more than it would have at the earlier price. */
  readonly price_effect: string;
  /** What the change of quantity costs at the earlier price. */
  readonly volume_effect: string;
  /** Products that the earlier month has not. */
  readonly new_effect: string;
  /** Products that the later month has not. */
  readonly ended_effect: string;
  /** Products that one of the months does not price (standard), or that have no quantity in one of them (effective). */
  readonly other_effect: string;
}

export interface MonthComparison {
  readonly from_month: string;
  readonly to_month: string;
  readonly measure: Measure;
  readonly from: string | null;
  readonly to: string | null;
  readonly by: Breakdown;
  readonly rows: readonly MonthEffect[];
  readonly totals: readonly Omit<MonthEffect, 'code'>[];
}

export interface MonthsQuery {
  /** YYYY-MM */
  readonly from: string;
  readonly to: string;
  /** Standard cost (quantity × price) unless told; effective takes cost over quantity as the price. */
  readonly measure?: Measure | undefined;
  readonly by?: Breakdown | undefined;
}

/**
 * Why a month costs more or less than another: price and volume of what both have, and what is new, ended or not comparable on lines
 * of its own. Prices are compared product by product; by application, an application's use of a product is what is kept or new.
 *
 * @throws Problem `MONTH_INVALID`, `NO_RUN`
 */
export async function compareMonths(entity: EntityNode, query: MonthsQuery): Promise<MonthComparison> {
  const { from, to } = query;
  const [by, measure] = [query.by ?? 'product', query.measure ?? 'standard'];
  const [earlier, later] = [keyOf(entity, from), keyOf(entity, to)];
  return await reading(entity, async (tx) => {
    const views = [await valuationOfMonth(tx, earlier), await valuationOfMonth(tx, later)] as const;
    const values = [...earlier, later[2], ...named(views[0]), ...named(views[1])];
    for (const [month, key] of [
      [from, earlier],
      [to, later],
    ] as const) {
      const [found] = await tx.query<{ there: boolean }>(HAS_FACTS, key);
      if (found?.there !== true) throw finopsProblem('NO_RUN', `${month} has no facts`);
    }
    const found = await leveled<MonthEffect>(tx, sql.compareMonths(by, measure), values);
    const [one, other] = views.map((view) => (view === null ? null : viewLabel(view)));
    return { from_month: from, to_month: to, measure, from: one ?? null, to: other ?? null, by, ...found };
  });
}

const HAS_FACTS = `
  SELECT EXISTS (SELECT 1 FROM standing_fact
                  WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3) AS there`;

type Leveled<Row> = Row & { readonly level: 'ROW' | 'TOTAL' };

async function leveled<Row extends { readonly code: string | null }>(
  tx: Tx,
  statement: string,
  values: readonly unknown[],
) {
  const found = await tx.query<Leveled<Row>>(statement, values);
  const rows = found.filter(({ level }) => level === 'ROW').map(({ level: _level, ...row }) => row as unknown as Row);
  const totals = found
    .filter(({ level }) => level === 'TOTAL')
    .map(({ level: _level, code: _code, ...total }) => total as unknown as Omit<Row, 'code'>);
  return { rows, totals };
}

async function coverageOf(
  tx: Tx,
  key: MonthKey,
  from: ViewKey | null,
  to: ViewKey,
): Promise<ViewComparison['coverage']> {
  // The view that is asked about comes first: it is always there.
  const [asked, before] = await priceCoverage(tx, key, to, from);
  if (asked === null) throw new Error(`${viewLabel(to)} has no coverage`);
  return { from: before, to: asked };
}

function requireFacts(totals: readonly unknown[], month: string): void {
  if (totals.length === 0) throw finopsProblem('NO_RUN', `${month} has no facts`);
}

function named(view: ViewKey | null): readonly [code: string | null, version: number | null] {
  return [view?.code ?? null, view?.version ?? null];
}

function keyOf(entity: EntityNode, month: string): MonthKey {
  return [entity.scope.tenantId, entity.scope.legalEntityId, firstDayOf(month)];
}
