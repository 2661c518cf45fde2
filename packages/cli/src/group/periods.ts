import type { PeriodState } from '@prorata/group';
import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { readMonth } from '../terminal/values.ts';
import { withGroup } from './open.ts';

/** `prorata group lock` and `reopen`: whether a month still takes revisions. */
export function groupPeriodCommands(group: Command, shell: Shell): void {
  addCommand<{ readonly reason?: string }>(group, shell, {
    name: 'lock <month>',
    summary: 'refuse later revisions of a month and pin its publications, rates and references',
    examples: ['group lock 2025-07 --dir G', 'group lock 2025-07 --reason "DE02 closes in August" --dir G'],
    dir: "the group's folder",
    options: [new Option('--reason <text>', 'lock although an entity has not published the month as closed')],
    async run({ argument, dir, options: { reason } }) {
      const month = readMonth(argument);
      const state = await withGroup(dir, (node, api) =>
        api.lockMonth(node, reason === undefined ? { month } : { month, reason }),
      );
      return { document: state, text: stateText(state) };
    },
  });
  addCommand<{ readonly reason: string }>(group, shell, {
    name: 'reopen <month>',
    summary: 'let a locked month take revisions again',
    examples: ['group reopen 2025-07 --reason "credit note of FR01" --dir G'],
    dir: "the group's folder",
    options: [new Option('--reason <text>', 'why, for the audit log').makeOptionMandatory()],
    async run({ argument, dir, options: { reason } }) {
      const month = readMonth(argument);
      const state = await withGroup(dir, (node, api) => api.reopenMonth(node, { month, reason }));
      return { document: state, text: stateText(state) };
    },
  });
}

function stateText(state: PeriodState): string {
  const { period_month, status, publications, rate_set, reference_version } = state;
  if (status === 'OPEN') return `${period_month} is open.`;
  const rates = rate_set === null ? 'no rates' : `rate set ${rate_set}`;
  return `${period_month} is locked: ${publications} publications, ${rates}, references version ${reference_version ?? '–'}.`;
}
