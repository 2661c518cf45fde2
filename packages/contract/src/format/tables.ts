import type { TableFile } from './contract.ts';

export type ColumnKind = 'month' | 'entity' | 'code' | 'label' | 'choice' | 'currency' | 'decimal' | 'count';

/** One column of a Parquet file: the single source of table definitions, checks, JSON Schemas and the ODCS document. */
export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly nullable: boolean;
  readonly choices?: readonly string[];
  readonly description: string;
}

export interface Table {
  readonly file: TableFile;
  /** Name of the table that holds the file inside DuckDB. */
  readonly name: 'facts' | 'prices' | 'applications' | 'products';
  readonly description: string;
  readonly columns: readonly Column[];
  /** Columns that together identify a row; none (null) is a value. */
  readonly grain: readonly string[];
}

/** Longest code (application, domain, family, product, unit, view), in characters. */
export const CODE_LENGTH = 256;
/** Longest label, in characters. */
export const LABEL_LENGTH = 512;

export const ENVIRONMENTS = ['prod', 'non_prod', 'unknown', 'n_a'] as const;
export const CONSUMPTION_TYPES = ['DIRECT', 'INDIRECT'] as const;
export const MEASURES = ['cost_effective', 'cost_billed', 'cost_standard'] as const;

const column = (name: string, kind: ColumnKind, description: string): Column => ({
  name,
  kind,
  nullable: false,
  description,
});
const optional = (name: string, kind: ColumnKind, description: string): Column => ({
  name,
  kind,
  nullable: true,
  description,
});
const choice = (name: string, choices: readonly string[], description: string): Column => ({
  name,
  kind: 'choice',
  nullable: false,
  choices,
  description,
});

const FACT_GRAIN = [
  column('period_month', 'month', 'Month of the facts, the first day of it; the same in all rows and in the manifest.'),
  column('entity_id', 'entity', 'Code of the legal entity; the same in all rows and in the manifest.'),
  column('application_id', 'code', 'Code of what consumes; UNALLOCATED where no rule names an application.'),
  column('domain_id', 'code', 'Technology domain, as the group publishes it.'),
  optional('family_id', 'code', 'Grouping inside the domain.'),
  optional('product_id', 'code', 'Consumable thing with a unit; TAX for tax.'),
  column('unit', 'code', "Unit of the quantity; 'none' where there is none."),
  choice('environment', ENVIRONMENTS, 'Environment of the consumption; n_a where the idea does not apply.'),
  choice('consumption_type', CONSUMPTION_TYPES, 'DIRECT: measured. INDIRECT: a share of a pool, shares add up to 1.'),
  column('currency', 'currency', 'ISO 4217 code of the costs.'),
] as const;

const FACT_MEASURES = [
  column('quantity', 'decimal', 'Quantity in the unit; for INDIRECT the share of the product.'),
  optional('cost_effective', 'decimal', 'FOCUS EffectiveCost; spread where indirect.'),
  optional('cost_billed', 'decimal', 'FOCUS BilledCost.'),
  optional('cost_standard', 'decimal', 'Quantity times the unit price of the Pricing View.'),
] as const;

export const FACTS: Table = {
  file: 'facts.parquet',
  name: 'facts',
  description: 'Monthly facts of one legal entity: who consumed what, and what it costs.',
  columns: [...FACT_GRAIN, ...FACT_MEASURES],
  grain: FACT_GRAIN.map((each) => each.name),
};

export const PRICES: Table = {
  file: 'prices.parquet',
  name: 'prices',
  description: 'The lines of the Pricing View that valued the facts; empty when the manifest names no view.',
  columns: [
    column('product_id', 'code', 'Product that the price is for; listed in products.parquet.'),
    column('unit', 'code', 'Unit that the price is for.'),
    column('unit_price', 'decimal', 'Price of one unit.'),
    column('currency', 'currency', 'ISO 4217 code of the price.'),
    column('view_code', 'code', 'Pricing View; the one that the manifest names.'),
    column('view_version', 'count', 'Version of the Pricing View; the one that the manifest names.'),
  ],
  grain: ['product_id', 'unit', 'currency', 'view_code', 'view_version'],
};

export const APPLICATIONS: Table = {
  file: 'applications.parquet',
  name: 'applications',
  description: 'Label of every application that the facts name, with the group reference it maps to.',
  columns: [
    column('application_id', 'code', 'Code as in the facts.'),
    column('label', 'label', 'What people call it.'),
    optional('reference_id', 'code', 'Code in the reference of the group, where the entity maps to one.'),
  ],
  grain: ['application_id'],
};

export const PRODUCTS: Table = {
  file: 'products.parquet',
  name: 'products',
  description: 'Label of every product that the facts or prices name, with the group reference it maps to.',
  columns: [
    column('product_id', 'code', 'Code as in the facts.'),
    column('label', 'label', 'What people call it.'),
    optional('reference_id', 'code', 'Code in the reference of the group, where the entity maps to one.'),
  ],
  grain: ['product_id'],
};

/** The four tables in the order of the archive. */
export const TABLES: readonly Table[] = [FACTS, PRICES, APPLICATIONS, PRODUCTS];

/** Columns of a fact in the order of the Parquet file and of `copyText()`. */
export const FACT_COLUMNS: readonly string[] = FACTS.columns.map((each) => each.name);

const DUCKDB_TYPES: Readonly<Record<ColumnKind, string>> = {
  month: 'DATE',
  entity: 'VARCHAR',
  code: 'VARCHAR',
  label: 'VARCHAR',
  choice: 'VARCHAR',
  currency: 'VARCHAR',
  decimal: 'DECIMAL(38,18)',
  count: 'INTEGER',
};

/** DuckDB (and Parquet logical) type of a column. */
export function duckdbType(of: Column): string {
  return DUCKDB_TYPES[of.kind];
}
