import { readFileSync } from 'node:fs';

/** A group view: its table, and the query that its content always equals, over a relation named `measured`. */
export interface GroupView {
  readonly name: string;
  readonly definition: string;
  /**
   * What an intake derives the view from: the facts, or a finer view that the same intake has just derived. Measures are
   * additive, so the definition gives the same rows over either; the finer view is smaller.
   */
  readonly derivedFrom:
    | 'facts'
    | 'mv_group_application_month'
    | 'mv_group_comparison_entities'
    | 'mv_group_entity_domain_month';
  /** Whether `entity_id` is part of the grain. The other kind is shared by all entities and adjusted by differences. */
  readonly entityGrained: boolean;
}

function sql(name: string): string {
  return readFileSync(new URL(`definitions/${name}.sql`, import.meta.url), 'utf8').trim();
}

function view(name: string, derivedFrom: GroupView['derivedFrom'], entityGrained = true): GroupView {
  return { name, definition: sql(name), derivedFrom, entityGrained };
}

/** The facts in the form that the views add up; takes a WHERE clause behind it. */
export const MEASURED_FACTS = sql('measured');

/** The stored ones, in the order in which they are derived: each after the one it is derived from. */
export const GROUP_VIEWS: readonly GroupView[] = [
  view('mv_group_application_month', 'facts'),
  view('mv_group_comparison_entities', 'facts'),
  view('mv_group_entity_application_month', 'mv_group_application_month'),
  view('mv_group_entity_domain_month', 'mv_group_comparison_entities'),
  view('mv_group_entity_month', 'mv_group_entity_domain_month'),
  view('mv_group_domain_month', 'mv_group_entity_domain_month', false),
];

/** Where a row of a domain stands in `mv_group_domain_month`, apart from tenant and month. */
export const DOMAIN_KEY = ['domain_id', 'environment', 'currency', 'consumption_type', 'is_tax'] as const;

/** Every additive measure that all views hold. */
export const ADDITIVE = [
  'fact_rows',
  'valued_rows',
  'effective_rows',
  'billed_rows',
  'standard_rows',
  'cost',
  'cost_effective',
  'cost_billed',
  'cost_standard',
] as const;
