import type { EntityNode } from '@prorata/finops';
import type { GroupNode } from '@prorata/group';
import { Problem } from '@prorata/platform';
import type { GeneratedFile } from './generate.ts';
import type { StepClock } from './steps.ts';

/** The nodes that a month passes through. */
export interface MonthRoute {
  readonly entity: EntityNode;
  readonly group: GroupNode;
  readonly clock: StepClock;
}

/**
 * One bill from the file to the group: import, run, close, publish, receive. Each step is idempotent, so a second walk after an
 * interruption does what is missing and nothing else.
 */
export async function walkMonth(route: MonthRoute, file: GeneratedFile, replace: boolean): Promise<void> {
  const { entity, group, clock } = route;
  const finops = await import('@prorata/finops');
  const { receive } = await import('@prorata/group');
  const taken = await clock.measure('import', () => takeFile(finops, entity, file, replace));
  if (taken === 'overtaken') return;
  if (!(await isClosed(finops, entity, file.month))) {
    await clock.measure('run', () => finops.runMonth(entity, file.month));
    if (file.month <= LAST_CLOSED) await clock.measure('close', () => finops.closeMonth(entity, file.month));
  }
  const published = await clock.measure('publish', () => finops.publishMonth(entity, file.month));
  await clock.measure('receive', () => receive(group, { file: published.path, entity: file.entity }));
}

/** The first half of the sample year is closed, the second still open. */
const LAST_CLOSED = '2025-06';

async function isClosed(finops: typeof import('@prorata/finops'), entity: EntityNode, month: string): Promise<boolean> {
  const { rows } = await finops.listPeriods(entity);
  return rows.some((period) => period.period_month === month && period.state !== 'OPEN');
}

/** A first file whose month was restated in an earlier walk has had its turn. */
async function takeFile(
  finops: typeof import('@prorata/finops'),
  entity: EntityNode,
  file: GeneratedFile,
  replace: boolean,
): Promise<'taken' | 'overtaken'> {
  try {
    await finops.importFocus(entity, { path: file.path, replace });
    return 'taken';
  } catch (error) {
    if (!replace && error instanceof Problem && error.code === 'SCOPE_EXISTS') return 'overtaken';
    throw error;
  }
}
