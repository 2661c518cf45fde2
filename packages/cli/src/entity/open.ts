import type { EntityNode } from '@prorata/finops';
import { withOpened } from '../node/interrupt.ts';

export type FinopsPackage = typeof import('@prorata/finops');

/** Opens the entity node of a folder for one piece of work, and closes it whatever happens. */
export async function withEntity<T>(
  dir: string,
  work: (entity: EntityNode, api: FinopsPackage) => Promise<T>,
): Promise<T> {
  const api = await import('@prorata/finops');
  return await withOpened(
    () => api.openEntity(dir),
    (entity) => work(entity, api),
  );
}
