import type { PeriodState } from '@prorata/group';
import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { count, reportTable, state, text } from '../terminal/report.ts';
import { readMonth } from '../terminal/values.ts';
import { readGroup, withGroup } from './open.ts';

/** `prorata group periods`, `lock` and `reopen`: whether a month still takes revisions. */
export function groupPeriodCommands(group: Command, shell: Shell): void {
  addList(group, shell);
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

function addList(group: Command, shell: Shell): void {
  addCommand(group, shell, {
    name: 'periods',
    summary: 'every month: locked or open, whom it waits for, who differs from the group',
    examples: ['group periods --dir G'],
    dir: "the group's folder",
    async run({ dir, terminal }) {
      const rows = await readGroup(dir, { command: 'group periods', filters: {} }, (node, api) =>
        api.listPeriods(node),
      );
      const lines = rows.map(({ waiting_for, differs, adjusts, ...row }) => ({
        ...row,
        waiting: waiting_for.join(' '),
        differs: differs.map(({ entity, revision }) => `${entity} r${revision}`).join(' '),
        adjusts: adjusts.map(({ entity, adjusts_month }) => `${entity} ${adjusts_month}`).join(' '),
      }));
      const fields = [
        text('period_month', 'Month', 'Mois'),
        state('status', 'Status', 'Statut'),
        text('waiting', 'Waits for', 'Attend'),
        text('differs', 'Differ from the group', 'Diffèrent du groupe'),
        text('adjusts', 'Corrects', 'Corrige'),
        count('rate_set', 'Rates', 'Taux'),
      ];
      return { document: { rows }, text: reportTable(lines, fields, terminal.language) };
    },
  });
}

function stateText(state: PeriodState): string {
  const { period_month, status, publications, rate_set, reference_version } = state;
  if (status === 'OPEN') return `${period_month} is open.`;
  const rates = rate_set === null ? 'no rates' : `rate set ${rate_set}`;
  return `${period_month} is locked: ${publications} publications, ${rates}, references version ${reference_version ?? '–'}.`;
}
