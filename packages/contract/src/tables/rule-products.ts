import { MANIFEST_FILE } from '../format/contract.ts';
import type { Manifest } from '../format/manifest.ts';
import { type Findings, VIOLATIONS_LISTED, violation } from '../format/refusals.ts';
import type { Workspace } from './workspace.ts';

/**
 * SCHEMA_VIOLATION: a product that an indirect rule of the manifest claims to fill, and that no INDIRECT fact names in that
 * environment. A rule that fills nothing would explain amounts that nobody has. Facts without a rule are allowed: telling is optional.
 */
export async function ruleProductFindings(
  workspace: Workspace,
  rules: Manifest['indirect_rules'] = [],
): Promise<Findings> {
  if (rules.length === 0) return { listed: [], more: 0 };
  const rows = await workspace.texts(
    "SELECT DISTINCT product_id, environment FROM facts WHERE consumption_type = 'INDIRECT' AND product_id IS NOT NULL",
  );
  const filled = new Set(rows.map((row) => `${row.environment} ${row.product_id}`));
  const found = rules.flatMap((rule, index) =>
    rule.products.flatMap(({ product_id, environments }, place) =>
      environments
        .filter((environment) => !filled.has(`${environment} ${product_id}`))
        .map((environment) => ({
          says: `rule ${rule.code} fills ${product_id}, ${environment}, of which there is no INDIRECT fact`,
          column: `/indirect_rules/${index}/products/${place}`,
          value: product_id,
        })),
    ),
  );
  const listed = found
    .slice(0, VIOLATIONS_LISTED)
    .map(({ says, column, value }) => violation('SCHEMA_VIOLATION', says, { file: MANIFEST_FILE, column, value }));
  return { listed, more: found.length - listed.length };
}
