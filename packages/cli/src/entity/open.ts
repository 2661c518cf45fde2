import { ANALYTIC_MIGRATIONS } from '@prorata/analytic/migrations';
import type { EntityNode } from '@prorata/finops';
import { LEDGER_MIGRATIONS } from '@prorata/ledger/migrations';
import { findPlugins, readNodeConfig } from '@prorata/platform';
import { withOpened } from '../node/interrupt.ts';

export type FinopsPackage = typeof import('@prorata/finops');

/** Opens the entity node of a folder with the tables of all services that an entity node hosts. */
export async function openEntityNode(dir: string): Promise<EntityNode> {
  const { openEntity } = await import('@prorata/finops');
  const { plugins = [] } = await readNodeConfig(dir, 'entity');
  const tables = (await findPlugins(dir, plugins)).flatMap(({ migrations }) => migrations ?? []);
  return await openEntity(dir, { also: [LEDGER_MIGRATIONS, ANALYTIC_MIGRATIONS, ...tables] });
}

/** Opens the entity node of a folder for one piece of work, and closes it whatever happens. */
export async function withEntity<T>(
  dir: string,
  work: (entity: EntityNode, api: FinopsPackage) => Promise<T>,
): Promise<T> {
  const api = await import('@prorata/finops');
  return await withOpened(
    () => openEntityNode(dir),
    (entity) => work(entity, api),
  );
}
