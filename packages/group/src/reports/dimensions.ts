/** What a report can group by or filter on. `unit` goes with `product_id`: quantities of two units are never added. */
export type Dimension = 'period_month' | 'entity_id' | 'domain_id' | 'application_id' | 'product_id' | 'unit';

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

/** The coarsest view that knows every dimension asked for: fewer rows, same figures. */
export function viewFor(dimensions: ReadonlySet<Dimension>): string {
  const product = dimensions.has('product_id') || dimensions.has('unit');
  if (product) return dimensions.has('application_id') ? 'mv_group_product_month' : 'mv_group_comparison_entities';
  if (dimensions.has('application_id')) return 'mv_group_application_month';
  if (!dimensions.has('entity_id')) return 'mv_group_domain_month';
  return dimensions.has('domain_id') ? 'mv_group_entity_domain_month' : 'mv_group_entity_month';
}
