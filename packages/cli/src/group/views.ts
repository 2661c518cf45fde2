import type { Command } from 'commander';
import { cliProblem } from '../problems.ts';
import { addCommand, type Shell } from '../terminal/command.ts';
import { count, reportTable, text } from '../terminal/report.ts';
import { readGroup, withGroup } from './open.ts';

/** `prorata group verify` and `rebuild`: group views against their definitions. */
export function groupViewCommands(group: Command, shell: Shell): void {
  addCommand(group, shell, {
    name: 'verify',
    summary: 'recompute every group view from the facts and compare, both ways',
    examples: ['group verify --dir G'],
    dir: "the group's folder",
    async run({ dir, terminal }) {
      const verification = await readGroup(dir, { command: 'group verify', filters: {} }, (node, api) =>
        api.verifyViews(node),
      );
      const rows = verification.rows.map((row) => ({ ...row }));
      if (!verification.consistent) {
        const wrong = rows.filter(({ missing, surplus }) => missing + surplus > 0).map(({ view }) => view);
        throw cliProblem('VIEWS_DIFFER', `${wrong.join(', ')} ${wrong.length === 1 ? 'differs' : 'differ'}`, { rows });
      }
      const fields = [
        text('view', 'View', 'Vue'),
        count('rows', 'Rows', 'Lignes'),
        count('missing', 'Missing', 'Absentes'),
        count('surplus', 'Surplus', 'En trop'),
      ];
      return { document: verification, text: reportTable(rows, fields, terminal.language) };
    },
  });
  addCommand(group, shell, {
    name: 'rebuild',
    summary: 'replace every group view by what its definition gives',
    examples: ['group rebuild --dir G'],
    dir: "the group's folder",
    async run({ dir, terminal }) {
      const bar = terminal.progress('Rebuild', 1);
      try {
        const rebuilt = await withGroup(dir, (node, api) =>
          api.rebuildViews(node, {
            progress(done, all) {
              bar.total(all);
              bar.update(done);
            },
          }),
        );
        return { document: rebuilt, text: `Rebuilt ${rebuilt.slices} slices in ${rebuilt.months} months.` };
      } finally {
        bar.stop();
      }
    },
  });
}
