import type { GroupNode } from '@prorata/group';
import { withOpened } from '../node/interrupt.ts';

export type GroupPackage = typeof import('@prorata/group');

/** Opens the group node of a folder for one piece of work, and closes it whatever happens. */
export async function withGroup<T>(dir: string, work: (group: GroupNode, api: GroupPackage) => Promise<T>): Promise<T> {
  const api = await import('@prorata/group');
  return await withOpened(
    () => api.openGroup(dir),
    (group) => work(group, api),
  );
}
