import type { GroupNode } from '@prorata/group';
import { closingAfter } from '../node/interrupt.ts';

export type GroupPackage = typeof import('@prorata/group');

/** Opens the group node of a folder for one piece of work, and closes it whatever happens. */
export async function withGroup<T>(dir: string, work: (group: GroupNode, api: GroupPackage) => Promise<T>): Promise<T> {
  const api = await import('@prorata/group');
  const group = await api.openGroup(dir);
  return await closingAfter(group, () => work(group, api));
}
