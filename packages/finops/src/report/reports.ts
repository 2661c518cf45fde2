import type { FactRow } from '@prorata/contract';
import { firstDayOf } from '@prorata/platform';
import { type ConservedStep, conservedSteps } from '../batch/runs.ts';
import { bookedTotals, standingTotals } from '../closing/booked-totals.ts';
import { sameMoney } from '../facts/check.ts';
import type { MoneyTotal } from '../facts/step.ts';
import type { CurrencyTotal } from '../import/scan.ts';
import type { EntityNode } from '../node/entity.ts';
import { membershipOf } from '../node/join.ts';
import { type PriceCoverage, priceCoverage } from '../pricing/coverage.ts';
import { valuationOfMonth } from '../pricing/revalue.ts';
import { finopsProblem } from '../problems.ts';
import { unmappedDomains } from '../publish/content.ts';
import * as sql from './reports.sql.ts';

const PAGE_ROWS = 1000;
const MOST_ROWS = 100_000;

/** Which facts of a month; what is left out filters nothing. */
export interface FactsFilter {
  readonly month: string;
  readonly applications?: readonly string[] | undefined;
  readonly domains?: readonly string[] | undefined;
  readonly environments?: readonly string[] | undefined;
  readonly types?: readonly string[] | undefined;
  readonly families?: readonly string[] | undefined;
  readonly products?: readonly string[] | undefined;
  readonly withoutTax?: boolean | undefined;
}

export interface FactsQuery extends FactsFilter {
  /** Where the page before ended. */
  readonly after?: string | undefined;
  /** Rows of a page, 1 to 100 000; 1 000 unless told. */
  readonly limit?: number | undefined;
}

export type ReportedFact = Omit<FactRow, 'entity_id'>;

export interface FactsReport {
  readonly period_month: string;
  readonly rows: readonly ReportedFact[];
  /** Of all rows that fit the filters, on all pages. */
  readonly totals: readonly {
    readonly consumption_type: 'DIRECT' | 'INDIRECT';
    readonly currency: string;
    readonly rows: number;
    /** Each null where no such fact carries it. */
    readonly cost_effective: string | null;
    readonly cost_billed: string | null;
    readonly cost_standard: string | null;
  }[];
  /** The whole month, whatever the filters: what was imported, what the facts hold, and whether they are equal. */
  readonly conservation: {
    readonly consumption: readonly MoneyTotal[];
    readonly facts: readonly MoneyTotal[];
    readonly equal: boolean;
    /** After each step of the run. */
    readonly steps: readonly ConservedStep[];
  };
  /** Give it as `after` for the next page; null at the end. */
  readonly next: string | null;
}

/** The facts of a month at their grain, with their totals. @throws Problem `MONTH_INVALID`, `NO_RUN`, `CURSOR_INVALID` */
export async function reportFacts(entity: EntityNode, query: FactsQuery): Promise<FactsReport> {
  const key = keyOf(entity, query.month);
  const limit = Math.min(Math.max(query.limit ?? PAGE_ROWS, 1), MOST_ROWS);
  const given = filterValues(query);
  const cursor = query.after === undefined ? null : readCursor(query.after);
  return await entity.db.transaction(
    entity.scope,
    async (tx) => {
      const facts = await standingTotals(tx, key);
      if (facts.length === 0) throw finopsProblem('NO_RUN', `${query.month} has no facts`);
      const consumption = await bookedTotals(tx, key);
      const rows = await tx.query<ReportedFact>(sql.FACTS, [...key, ...given, cursor, limit + 1]);
      const totals = await tx.query<FactsReport['totals'][number]>(sql.FACTS_BY_TYPE, [...key, ...given]);
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      return {
        period_month: query.month,
        rows: rows.slice(0, limit),
        totals,
        conservation: {
          consumption,
          facts,
          equal: sameMoney(consumption, facts),
          steps: await conservedSteps(tx, key),
        },
        next: last === undefined ? null : writeCursor(last),
      };
    },
    { readOnly: true },
  );
}

/** The filters as the statements take them, after the key of the month. */
export function filterValues(filter: FactsFilter): readonly unknown[] {
  const { applications, domains, environments, types, families, products, withoutTax } = filter;
  const lists = [applications, domains, environments, types, families, products].map((list) => list ?? null);
  return [...lists, withoutTax === true];
}

function writeCursor(row: ReportedFact): string {
  const { application_id, domain_id, family_id, product_id, unit, environment, consumption_type, currency } = row;
  const grain = [
    application_id,
    domain_id,
    family_id ?? '',
    product_id ?? '',
    unit,
    environment,
    consumption_type,
    currency,
  ];
  return Buffer.from(JSON.stringify(grain)).toString('base64url');
}

function readCursor(text: string): readonly string[] {
  try {
    const grain: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (Array.isArray(grain) && grain.length === 8 && grain.every((part) => typeof part === 'string')) return grain;
  } catch {
    // Refused below, as any other text that no page gave.
  }
  throw finopsProblem('CURSOR_INVALID', `${JSON.stringify(text.slice(0, 80))} was not given by a page`);
}

export interface CoverageReport {
  readonly period_month: string;
  /** By currency, place and kind of charge: what UNALLOCATED is made of stands in the rows with `placed_on` UNALLOCATED. */
  readonly rows: readonly {
    readonly currency: string;
    readonly placed_on: 'APPLICATION' | 'POOL' | 'UNALLOCATED';
    readonly charge_category: 'usage' | 'purchase' | 'tax' | 'credit' | 'adjustment';
    readonly rows: number;
    readonly cost_effective: string;
    readonly cost_billed: string;
  }[];
  readonly summary: readonly {
    readonly currency: string;
    readonly cost_effective: string;
    readonly cost_billed: string;
    readonly cost_effective_without_tax: string | null;
    readonly cost_billed_without_tax: string | null;
    /** Effective cost that a rule placed on an application or in a pool. */
    readonly mapped_effective: string;
    /** Its share of the effective cost, six decimals; null where the month costs nothing. */
    readonly mapped_share: string | null;
  }[];
  /** What the month's Pricing View prices; null where no view values the month. */
  readonly prices: PriceCoverage | null;
  /** Domains that would refuse a publication; null while the entity has not joined a group. */
  readonly unmapped_domains: readonly { readonly domain_id: string; readonly facts: number }[] | null;
}

/** What the mapping placed and what it did not. @throws Problem `MONTH_INVALID`, `NO_RUN` */
export async function reportCoverage(entity: EntityNode, month: string): Promise<CoverageReport> {
  const key = keyOf(entity, month);
  return await entity.db.transaction(
    entity.scope,
    async (tx) => {
      const rows = await tx.query<CoverageReport['rows'][number]>(sql.COVERAGE, key);
      // A month of measurements alone has facts and no charges to place.
      if (rows.length === 0 && (await standingTotals(tx, key)).length === 0) {
        throw finopsProblem('NO_RUN', `${month} has no completed run`);
      }
      const summary = await tx.query<CoverageReport['summary'][number]>(sql.COVERAGE_SUMMARY, key);
      const membership = await membershipOf(tx);
      const unmapped = membership === undefined ? null : await unmappedDomains(tx, key);
      const view = await valuationOfMonth(tx, key);
      const prices = view === null ? null : (await priceCoverage(tx, key, view))[0];
      return { period_month: month, rows, summary, prices, unmapped_domains: unmapped };
    },
    { readOnly: true },
  );
}

export interface ImportRow {
  readonly import_id: string;
  readonly file: string;
  readonly sha256: string;
  readonly kind: string;
  readonly rows: number;
  readonly totals: readonly CurrencyTotal[];
  readonly created_at: string;
  readonly scopes: readonly {
    readonly provider: string;
    readonly billing_account: string;
    readonly period_month: string;
    readonly currency: string;
    /** Import that restated the scope; null where it stands. */
    readonly superseded_by: string | null;
  }[];
}

/** The latest imports, superseded ones included. */
export async function listImports(entity: EntityNode, limit = 200): Promise<{ readonly rows: readonly ImportRow[] }> {
  const { tenantId, legalEntityId } = entity.scope;
  const rows = await entity.db.transaction(
    entity.scope,
    (tx) => tx.query<ImportRow>(sql.IMPORTS, [tenantId, legalEntityId, limit]),
    { readOnly: true },
  );
  return { rows };
}

function keyOf(entity: EntityNode, month: string): readonly [string, string, string] {
  return [entity.scope.tenantId, entity.scope.legalEntityId, firstDayOf(month)];
}
