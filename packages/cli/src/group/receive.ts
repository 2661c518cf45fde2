import type { Command } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { forEachFile } from '../terminal/each-file.ts';
import { count, type ReportRow, reportTable, state, text } from '../terminal/report.ts';
import { withGroup } from './open.ts';

/** `prorata group receive`: bundles through the whole intake, each all or nothing. */
export function groupReceiveCommand(group: Command, shell: Shell): void {
  addCommand(group, shell, {
    name: 'receive <file...>',
    summary: 'take signed bundles: every check, then all of a bundle or nothing of it',
    examples: ['group receive FR01_2025-07_r1.zip --dir G'],
    dir: "the group's folder",
    async run({ arguments: files, dir, terminal }) {
      const received = await withGroup(dir, (node, api) =>
        forEachFile(files, terminal, 'Receive', (file) => api.receive(node, { file })),
      );
      const [first] = received;
      const rows: ReportRow[] = received.map((receipt) => ({
        ...receipt,
        state: receipt.replayed ? 'known' : 'accepted',
      }));
      const fields = [
        text('entity', 'Entity', 'Entité'),
        text('period_month', 'Month', 'Mois'),
        count('revision', 'Revision', 'Révision'),
        state('state', 'State', 'État'),
        count('rows', 'Facts', 'Faits'),
        text('file', 'File', 'Fichier'),
      ];
      return {
        document: received.length === 1 && first !== undefined ? first : { rows: received },
        text: reportTable(rows, fields, terminal.language),
      };
    },
  });
}
