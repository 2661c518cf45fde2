import type { RequestContext } from '@prorata/platform';
import { type GroupNode, operatorContext } from '../node/group-node.ts';
import { recorded } from '../node/record.ts';
import * as sql from './discipline.sql.ts';
import { reportDiscipline } from './discipline.ts';

/** A month that an entity did not publish by the day it was due. */
export interface LateMonth {
  readonly entity: string;
  readonly period_month: string;
  /** `YYYY-MM-DD` */
  readonly due_on: string;
}

/**
 * Finds the months that are due and not there, and tells each once (`GROUP.BUNDLE.LATE`), whoever looks how often and from how many
 * processes.
 *
 * @returns those that nobody was told of before
 */
export async function detectLate(
  group: GroupNode,
  options: { readonly context?: RequestContext; readonly today?: string } = {},
): Promise<LateMonth[]> {
  const context = options.context ?? operatorContext(group);
  const { rows } = await reportDiscipline(group, options.today === undefined ? {} : { today: options.today });
  const late = rows
    .filter((row) => row.state === 'MISSING' && !row.told)
    .map(({ entity, period_month, due_on }) => ({ entity, period_month: `${period_month}-01`, due_on }));
  if (late.length === 0) return [];
  return await recorded(group, context, { action: 'group.late.detect', payload: late }, async (tx, record) => {
    const told = await tx.query<LateMonth & Record<string, unknown>>(sql.TELL_LATE, [
      group.scope.tenantId,
      JSON.stringify(late),
    ]);
    for (const month of told) {
      const id = `${month.entity}/${month.period_month}`;
      record.audit({ subject: 'late_notice', subjectId: id, details: month });
      record.emit({ event: 'GROUP.BUNDLE.LATE', entity_id: id, payload: month });
    }
    return told;
  });
}
