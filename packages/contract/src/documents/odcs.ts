import { CONTRACT_NAME, CONTRACT_URN, CONTRACT_VERSION } from '../format/contract.ts';
import { CODE_LENGTH, type Column, duckdbType, LABEL_LENGTH, TABLES, type Table } from '../format/tables.ts';
import { toYaml } from './yaml.ts';

/** The description of the contract by the Open Data Contract Standard 3.1 (Bitol, Linux Foundation), as YAML. */
export function odcsDocument(): string {
  return toYaml({
    apiVersion: 'v3.1.0',
    kind: 'DataContract',
    id: CONTRACT_URN,
    name: CONTRACT_NAME,
    version: CONTRACT_VERSION,
    status: 'active',
    domain: 'finops',
    dataProduct: 'monthly facts of a legal entity',
    description: {
      purpose: 'What a legal entity publishes to its group each month: who consumed what, and what it costs.',
      usage:
        'One signed ZIP a legal entity, month and revision; Parquet files named in a manifest (manifest.jws), which may tell the rule, driver and total weight behind each INDIRECT product (indirect_rules, since 1.1).',
      limitations: 'At most 18 decimals, never rounded. Quantities are added within one product and unit only.',
    },
    schema: TABLES.map(objectOf),
  });
}

function objectOf(table: Table) {
  return {
    name: table.name,
    physicalName: table.file,
    physicalType: 'parquet',
    logicalType: 'object',
    description: table.description,
    dataGranularityDescription: `One row per ${table.grain.join(', ')}; none is a value.`,
    properties: table.columns.map((column) => propertyOf(table, column)),
    quality: QUALITY[table.name],
  };
}

function propertyOf(table: Table, column: Column) {
  const position = table.grain.indexOf(column.name) + 1;
  return {
    name: column.name,
    logicalType: logicalType(column),
    physicalType: duckdbType(column),
    required: !column.nullable,
    description: column.description,
    ...(position > 0 ? { primaryKey: true, primaryKeyPosition: position } : {}),
    ...options(column),
  };
}

function logicalType({ kind }: Column): string {
  if (kind === 'month') return 'date';
  if (kind === 'decimal') return 'number';
  return kind === 'count' ? 'integer' : 'string';
}

function options({ kind, choices }: Column) {
  switch (kind) {
    case 'code':
    case 'entity':
      return { logicalTypeOptions: { minLength: 1, maxLength: CODE_LENGTH } };
    case 'label':
      return { logicalTypeOptions: { minLength: 1, maxLength: LABEL_LENGTH } };
    case 'currency':
      return { logicalTypeOptions: { pattern: '^[A-Z]{3}$' } };
    case 'choice':
      return { logicalTypeOptions: { pattern: `^(${choices?.join('|')})$` } };
    case 'count':
      return { logicalTypeOptions: { minimum: 1 } };
    default:
      return {};
  }
}

const rule = (description: string) => ({ type: 'text', description });
const oneRowPerGrain = rule('No two rows share the primary key; a missing value counts as a value (GRAIN_DUPLICATE).');

const QUALITY = {
  facts: [
    oneRowPerGrain,
    rule('period_month and entity_id are those of the manifest in every row (SCHEMA_VIOLATION).'),
    rule(
      'Shares (quantity) of an INDIRECT product, environment and currency add up to 1, within 1e-12 a row (SCHEMA_VIOLATION).',
    ),
    rule(
      'Every product and environment that indirect_rules of the manifest names has INDIRECT facts (SCHEMA_VIOLATION); since 1.1.',
    ),
    rule('Every application_id is in applications.parquet, every product_id in products.parquet (SCHEMA_VIOLATION).'),
    rule(
      'Rows and costs per consumption type and currency equal the totals of the manifest exactly (TOTALS_MISMATCH).',
    ),
  ],
  prices: [oneRowPerGrain, rule('view_code and view_version are those of the manifest (SCHEMA_VIOLATION).')],
  applications: [oneRowPerGrain],
  products: [oneRowPerGrain],
} as const;
