import type { GroupNode, ShellRead } from '@prorata/group';
import { withOpened } from '../node/interrupt.ts';
import { cliProblem } from '../problems.ts';

export type GroupPackage = typeof import('@prorata/group');

/** Opens the group node of a folder for one piece of work, and closes it whatever happens. */
export async function withGroup<T>(dir: string, work: (group: GroupNode, api: GroupPackage) => Promise<T>): Promise<T> {
  const api = await import('@prorata/group');
  return await withOpened(
    () => api.openGroup(dir),
    (group) => work(group, api),
  );
}

/** Opens the group node for a look at what it holds, which its access log keeps like a look over HTTP. */
export async function readGroup<T>(
  dir: string,
  read: ShellRead,
  work: (group: GroupNode, api: GroupPackage) => Promise<T>,
): Promise<T> {
  return await withGroup(dir, (group, api) => api.readForShell(group, read, () => work(group, api)));
}

/**
 * A code that nobody enrolled is a mistake of whoever typed it, and no entity that costs nothing.
 *
 * @throws Problem `ENTITY_NOT_HERE`
 */
export async function requireEntities(
  group: GroupNode,
  api: GroupPackage,
  codes: readonly string[] | undefined,
): Promise<void> {
  if (codes === undefined) return;
  const known = await api.listEntities(group);
  const unknown = codes.filter((code) => !known.some(({ entity }) => entity === code));
  if (unknown.length === 0) return;
  const rest = known.map(({ entity }) => entity).join(', ') || 'none';
  throw cliProblem('ENTITY_NOT_HERE', `the group knows no entity ${unknown.join(', ')}; it knows ${rest}`, {
    entities: unknown,
  });
}
