import { MEASURED_FACTS } from '../consolidation/views.ts';
import type { Dimension, Hierarchy } from './dimensions.ts';

/** What a statement reads: steps for its WITH clause, each ending with a comma, and an item for its FROM clause, named `v`. */
export interface Source {
  readonly steps: string;
  readonly from: string;
}

export interface Wanted {
  readonly dimensions: ReadonlySet<Dimension>;
  readonly hierarchy?: Hierarchy | undefined;
  /** Inside the walls of one entity: rows that entities share cannot be seen there. */
  readonly ofEntity?: boolean;
}

/** The coarsest view that knows every dimension asked for: fewer rows, same figures. */
export function sourceFor({ dimensions, hierarchy, ofEntity = false }: Wanted): Source {
  if (hierarchy === 'today' && (dimensions.has('domain_id') || dimensions.has('family_id'))) {
    return placedToday(finest(dimensions));
  }
  return { steps: '', from: `${viewFor(dimensions, ofEntity)} AS v` };
}

/** A relation that knows entity, domain, family and product, read under the hierarchy asked for. */
export function sourceOver(relation: string, { dimensions, hierarchy }: Wanted): Source {
  const placed = hierarchy === 'today' && (dimensions.has('domain_id') || dimensions.has('family_id'));
  return placed ? placedToday(relation) : { steps: '', from: `${relation} AS v` };
}

function viewFor(dimensions: ReadonlySet<Dimension>, ofEntity: boolean): string {
  const products = dimensions.has('product_id') || dimensions.has('unit') || dimensions.has('family_id');
  if (products) return finest(dimensions);
  if (dimensions.has('application_id')) {
    if (dimensions.has('environment')) return FACTS;
    return dimensions.has('domain_id') ? 'mv_group_application_month' : 'mv_group_entity_application_month';
  }
  if (!dimensions.has('entity_id') && !ofEntity) return 'mv_group_domain_month';
  return dimensions.has('domain_id') ? 'mv_group_entity_domain_month' : 'mv_group_entity_month';
}

/** Knows products. Those of applications stand in no stored view: its rows would double what an intake writes (decision 0160). */
function finest(dimensions: ReadonlySet<Dimension>): string {
  return dimensions.has('application_id') ? FACTS : 'mv_group_comparison_entities';
}

const FACTS = `(${MEASURED_FACTS})`;

/**
 * Every row under the domain and family where the references of now have its product (`ref_today`); what they do not know goes with
 * its family, then with its domain, and else stays where it was reported. The references are read in steps of their own: a
 * distributed PostgreSQL must not join them with the rows of entities.
 */
function placedToday(view: string): Source {
  return {
    steps: `
today AS MATERIALIZED (SELECT kind, code, today_code, domain_code, family_code FROM ref_today),
named AS MATERIALIZED (
  SELECT n.entity_id, n.product_id, today.domain_code, today.family_code
    FROM (SELECT entity_id, product_id, COALESCE(reference_code, product_id) AS code FROM dim_product_group) AS n
    JOIN today ON today.kind = 'product' AND today.code = n.code),
placed AS NOT MATERIALIZED (
  SELECT fact.*, COALESCE(named.domain_code, family.domain_code, domain.today_code, fact.domain_id) AS domain_today,
         CASE WHEN named.product_id IS NULL THEN COALESCE(family.today_code, fact.family_id) ELSE named.family_code END AS family_today
    FROM ${view} AS fact
    LEFT JOIN named ON named.entity_id = fact.entity_id AND named.product_id = fact.product_id
    LEFT JOIN today AS family ON family.kind = 'family' AND family.code = fact.family_id
    LEFT JOIN today AS domain ON domain.kind = 'domain' AND domain.code = fact.domain_id),`,
    from: 'placed AS v',
  };
}

/** The column of a dimension in a source. */
export function columnOf(dimension: Dimension, hierarchy: Hierarchy | undefined): string {
  if (hierarchy === 'today' && dimension === 'domain_id') return 'domain_today';
  if (hierarchy === 'today' && dimension === 'family_id') return 'family_today';
  return dimension;
}
