import type { EntityNode } from '@prorata/finops';
import type { GroupNode } from '@prorata/group';
import { readNodeConfig } from '@prorata/platform';
import { openEntityNode } from '../entity/open.ts';
import { withOpened } from './interrupt.ts';

/** A node of either kind, open. */
export type AnyNode =
  | { readonly kind: 'entity'; readonly node: EntityNode }
  | { readonly kind: 'group'; readonly node: GroupNode };

/** Opens whatever node the folder holds. @throws Problem `NODE_NOT_FOUND` and those of opening it */
export async function openNode(dir: string): Promise<AnyNode> {
  const { kind } = await readNodeConfig(dir);
  if (kind === 'entity') {
    return { kind, node: await openEntityNode(dir) };
  }
  const { openGroup } = await import('@prorata/group');
  return { kind, node: await openGroup(dir) };
}

/** Opens the node for one piece of work, and closes it whatever happens. */
export async function withNode<T>(dir: string, work: (open: AnyNode) => Promise<T>): Promise<T> {
  const opening = async () => {
    const open = await openNode(dir);
    return { ...open, close: () => open.node.close() };
  };
  return await withOpened(opening, work);
}
