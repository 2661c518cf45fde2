import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { count, reportTable, text } from '../terminal/report.ts';
import { readMonth } from '../terminal/values.ts';
import { withEntity } from './open.ts';

interface DriversOptions {
  readonly driver?: string;
  readonly month?: string;
}

/** `prorata entity drivers`: what stands of the drivers of indirect rules, with control totals. */
export function entityDriversCommand(entity: Command, shell: Shell): void {
  addCommand<DriversOptions>(entity, shell, {
    name: 'drivers',
    summary: 'what stands of the drivers of indirect rules: rows, control total and file of each month',
    examples: ['entity drivers --dir E', 'entity drivers --driver headcount --month 2025-07 --dir E'],
    dir: "the entity's folder",
    options: [new Option('--driver <name>', 'only this driver'), new Option('--month <month>', 'only this month')],
    async run({ dir, options, terminal }) {
      const month = options.month === undefined ? undefined : readMonth(options.month);
      const { rows } = await withEntity(dir, (node, api) => api.listDrivers(node, { driver: options.driver, month }));
      const fields = [
        text('driver', 'Driver', 'Clé'),
        text('period_month', 'Month', 'Mois'),
        count('rows', 'Rows', 'Lignes'),
        text('total', 'Total'),
        text('file', 'File', 'Fichier'),
      ];
      const shown = rows.map((row) => ({ ...row }));
      return { document: { rows }, text: reportTable(shown, fields, terminal.language) };
    },
  });
}
