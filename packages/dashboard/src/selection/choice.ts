import { addMonths, monthsBetween } from '../format/months.ts';
import type { ConsumptionType, Environment, Measure, Selection } from './selection.ts';

/** What the group has: the months with facts, its entities and domains, the currencies that it can report in. */
export interface Available {
  readonly months: readonly string[];
  readonly currency: string;
  readonly currencies: readonly string[];
}

/** A selection with its defaults filled in from what there is. */
export interface Choice {
  readonly from: string;
  readonly to: string;
  /** Every month of the range, with or without facts. */
  readonly months: readonly string[];
  /** The month that figures and rankings are about; always one of the range. */
  readonly month: string;
  readonly currency: string;
  readonly measure: Measure;
  readonly withoutTax: boolean;
  readonly entity: readonly string[];
  readonly domain: readonly string[];
  readonly family: readonly string[];
  readonly product: readonly string[];
  readonly application: readonly string[];
  /** Direct and indirect together when undefined. */
  readonly type: ConsumptionType | undefined;
  /** Every environment when empty. */
  readonly environment: readonly Environment[];
  readonly hierarchy: 'reported' | 'today';
}

const MONTHS_SHOWN = 12;

/**
 * Fills in a selection: without a range the newest twelve months that exist, and further back to the month that is asked for; without
 * a month the newest one of the range.
 *
 * @returns undefined when the group has no facts at all
 */
export function resolve(selection: Selection, available: Available): Choice | undefined {
  const first = available.months[0];
  const last = available.months.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const to = selection.to ?? later(last, selection.from);
  const newest = earlier(later(addMonths(to, 1 - MONTHS_SHOWN), first), selection.month ?? to);
  const from = earlier(selection.from ?? newest, to);
  const inRange = available.months.filter((month) => month >= from && month <= to);
  const wanted = selection.month;
  return {
    from,
    to,
    months: monthsBetween(from, to),
    month: wanted !== undefined && wanted >= from && wanted <= to ? wanted : (inRange.at(-1) ?? to),
    currency: selection.currency ?? available.currency,
    measure: selection.measure ?? 'cost',
    withoutTax: selection.without_tax === true,
    entity: selection.entity ?? [],
    domain: selection.domain ?? [],
    family: selection.family ?? [],
    product: selection.product ?? [],
    application: selection.application ?? [],
    type: selection.type,
    environment: selection.environment ?? [],
    hierarchy: selection.hierarchy ?? 'reported',
  };
}

function later(month: string, other: string | undefined): string {
  return other !== undefined && other > month ? other : month;
}

function earlier(month: string, other: string): string {
  return month < other ? month : other;
}
