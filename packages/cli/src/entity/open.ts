import type { EntityNode } from '@prorata/finops';
import { closingAfter } from '../node/interrupt.ts';

export type FinopsPackage = typeof import('@prorata/finops');

/** Opens the entity node of a folder for one piece of work, and closes it whatever happens. */
export async function withEntity<T>(
  dir: string,
  work: (entity: EntityNode, api: FinopsPackage) => Promise<T>,
): Promise<T> {
  const api = await import('@prorata/finops');
  const entity = await api.openEntity(dir);
  return await closingAfter(entity, () => work(entity, api));
}
