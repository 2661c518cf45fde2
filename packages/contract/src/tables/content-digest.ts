import { createHash } from 'node:crypto';
import { normaliseDecimal } from '../format/decimal.ts';
import type { IndirectRule } from '../format/indirect-rules.ts';
import type { Manifest } from '../format/manifest.ts';
import { FACTS, TABLES } from '../format/tables.ts';
import { sortedText } from './copy-text.ts';
import type { Workspace } from './workspace.ts';

/** What a bundle says apart from its rows; the rest of the manifest (revision, time, audit) differs each time. */
export type ContentScope = Pick<
  Manifest,
  | 'tenant'
  | 'entity'
  | 'deployment'
  | 'period_month'
  | 'status'
  | 'references'
  | 'pricing_view'
  | 'adjusts_month'
  | 'indirect_rules'
>;

/** Stands first in what is digested. It changes only where the same content would be written down in another way. */
const FORM = '1.0.0';

/**
 * SHA-256 (hex) of what a bundle says: equal for equal rows and statements, whatever wrote the Parquet files and in
 * which order. Publishing a month again compares this digest to decide that nothing changed. `facts`: their text, where
 * somebody keeps it.
 */
export async function contentDigest(
  workspace: Workspace,
  scope: ContentScope,
  facts = () => sortedText(workspace, FACTS),
): Promise<string> {
  const hash = createHash('sha256');
  const { tenant, entity, deployment, period_month, status, references, pricing_view, adjusts_month, indirect_rules } =
    scope;
  const said = [
    FORM,
    [tenant.id, entity.id, entity.code, deployment, period_month, status],
    [references.domains, references.products ?? null],
    pricing_view && [pricing_view.code, pricing_view.version],
    adjusts_month ?? null,
    // What 1.0 could not say stands at the end and only where it is said, so that the rest keeps its digest.
    ...(indirect_rules === undefined ? [] : [inOneOrder(indirect_rules)]),
  ];
  hash.update(`${JSON.stringify(said)}\n`);
  for (const table of TABLES) {
    hash.update(`${table.file}\n`);
    const rows = table === FACTS ? facts() : sortedText(workspace, table);
    for await (const chunk of rows) hash.update(chunk);
  }
  return hash.digest('hex');
}

/** Rules as rows without the order in which somebody happened to list them. */
function inOneOrder(rules: readonly IndirectRule[]): unknown {
  return sorted(
    rules.map(({ code, version, label, base, measure, driver, driver_month, weights, products }) => [
      [code, version, label, base, measure ?? null, driver ?? null, driver_month ?? null],
      sorted(weights.map((one) => [one.currency, one.environment ?? null, normaliseDecimal(one.total)])),
      sorted(
        products.map(({ product_id, environments, sources }) => [
          product_id,
          [...environments].sort(),
          sorted(sources.map((source) => [source.kind, source.code])),
        ]),
      ),
    ]),
  );
}

function sorted(rows: readonly unknown[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
