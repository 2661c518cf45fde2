import type { Path } from '../api/queries.ts';
import type { Level } from '../api/types.ts';
import type { Selection } from '../selection/selection.ts';

export const LEVELS = ['entity', 'domain', 'application', 'product'] as const satisfies readonly Level[];

/**
 * The steps of the drill-down in a selection: a step counts where exactly one code is chosen and every step above it is taken.
 * A filter on two entities is no step; the page then stands at the group.
 */
export function pathOf({ entity, domain, application }: Pick<Selection, 'entity' | 'domain' | 'application'>): Path {
  const one = (codes: readonly string[] | undefined) => (codes?.length === 1 ? codes[0] : undefined);
  const first = one(entity);
  if (first === undefined) return {};
  const second = one(domain);
  if (second === undefined) return { entity: first };
  const third = one(application);
  return third === undefined
    ? { entity: first, domain: second }
    : { entity: first, domain: second, application: third };
}

/** What the rows are after these steps. */
export function levelOf(path: Path): Level {
  return LEVELS[Object.keys(path).length] ?? 'product';
}

/** The selection after `depth` of the steps: 0 is the group. */
export function stepsOf(path: Path, depth: number): Pick<Selection, 'entity' | 'domain' | 'application'> {
  const taken = [path.entity, path.domain, path.application].map((code, index) => (index < depth ? code : undefined));
  const [entity, domain, application] = taken.map((code) => (code === undefined ? [] : [code]));
  return { entity: entity ?? [], domain: domain ?? [], application: application ?? [] };
}

/** The selection one step further down; steps below it that a filter left over are dropped. */
export function stepInto(path: Path, level: Level, code: string): Pick<Selection, 'entity' | 'domain' | 'application'> {
  return stepsOf({ ...path, [level]: code }, LEVELS.indexOf(level) + 1);
}

/** The paths from the group to here, both included. */
export function waysDown(path: Path): readonly Path[] {
  return Array.from({ length: Object.keys(path).length + 1 }, (_, depth) => pathOf(stepsOf(path, depth)));
}
