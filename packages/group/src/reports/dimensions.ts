/** What a report can group by or filter on. `unit` goes with `product_id`: quantities of two units are never added. */
export type Dimension =
  | 'period_month'
  | 'entity_id'
  | 'domain_id'
  | 'family_id'
  | 'application_id'
  | 'product_id'
  | 'unit'
  | 'environment'
  | 'consumption_type';

/** Which cost of the facts a report adds up (ARCHITECTURE, "Words"). */
export const MEASURES = ['cost', 'cost_effective', 'cost_billed', 'cost_standard'] as const;
export type Measure = (typeof MEASURES)[number];

/** The column that counts the facts which carry a measure. */
export const VALUED_ROWS: Readonly<Record<Measure, string>> = {
  cost: 'valued_rows',
  cost_effective: 'effective_rows',
  cost_billed: 'billed_rows',
  cost_standard: 'standard_rows',
};

/** Domains and families as the entities published them, or where the references put the products now. */
export const HIERARCHIES = ['reported', 'today'] as const;
export type Hierarchy = (typeof HIERARCHIES)[number];
