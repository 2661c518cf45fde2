import { readFile } from 'node:fs/promises';
import type { EntityNode } from '@prorata/finops';
import type { DataCentreInput } from './data-centre.ts';

/**
 * Takes what an entity measures itself, before its first month is run: references, price lists, head counts, the rule that
 * spreads the backbone, and the year's consumption. Every step says so when it was done before.
 */
export async function takeDataCentre(entity: EntityNode, input: DataCentreInput): Promise<void> {
  const finops = await import('@prorata/finops');
  await finops.importReferences(entity, { path: input.references });
  for (const { path, validFrom, validTo } of input.prices) {
    await finops.importPrices(entity, { path, view: 'DATA-CENTRE', validFrom, validTo, publish: true });
  }
  await finops.importDrivers(entity, { path: input.drivers });
  await finops.importRules(entity, await readFile(input.rules, 'utf8'), { publish: true });
  await finops.importMeasured(entity, { path: input.consumption, source: 'data-centre' });
}

/** Takes the general ledger of the company that has one. */
export async function takeBooks(entity: EntityNode, path: string): Promise<void> {
  const { importFec } = await import('@prorata/ledger');
  await importFec({ db: entity.db, context: entity.operator }, [path]);
}
