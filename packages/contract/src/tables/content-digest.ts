import { createHash } from 'node:crypto';
import { CONTRACT_VERSION } from '../format/contract.ts';
import type { Manifest } from '../format/manifest.ts';
import { FACTS, TABLES } from '../format/tables.ts';
import { sortedText } from './copy-text.ts';
import type { Workspace } from './workspace.ts';

/** What a bundle says apart from its rows; the rest of the manifest (revision, time, audit) differs each time. */
export type ContentScope = Pick<
  Manifest,
  'tenant' | 'entity' | 'deployment' | 'period_month' | 'status' | 'references' | 'pricing_view' | 'adjusts_month'
>;

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
  const { tenant, entity, deployment, period_month, status, references, pricing_view, adjusts_month } = scope;
  const said = [
    CONTRACT_VERSION,
    [tenant.id, entity.id, entity.code, deployment, period_month, status],
    [references.domains, references.products ?? null],
    pricing_view && [pricing_view.code, pricing_view.version],
    adjusts_month ?? null,
  ];
  hash.update(`${JSON.stringify(said)}\n`);
  for (const table of TABLES) {
    hash.update(`${table.file}\n`);
    const rows = table === FACTS ? facts() : sortedText(workspace, table);
    for await (const chunk of rows) hash.update(chunk);
  }
  return hash.digest('hex');
}
