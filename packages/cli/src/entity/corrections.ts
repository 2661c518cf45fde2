import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { count, money, quantity, reportTable, text } from '../terminal/report.ts';
import { readMonth } from '../terminal/values.ts';
import { withEntity } from './open.ts';

/** `prorata entity report corrections`: what was corrected, by the month that it concerns. */
export function entityCorrectionsCommand(report: Command, shell: Shell): void {
  addCommand<{ readonly concerning?: boolean }>(report, shell, {
    name: 'corrections <month>',
    summary: 'corrections issued in a month, by the month that they concern',
    examples: ['entity report corrections 2025-08 --dir E', 'entity report corrections 2025-07 --concerning --dir E'],
    dir: "the entity's folder",
    options: [new Option('--concerning', 'the other way round: corrections that concern the month, by month of issue')],
    async run({ argument, dir, options, terminal }) {
      const month = readMonth(argument);
      const direction = options.concerning === true ? 'CONCERNING' : 'ISSUED';
      const corrections = await withEntity(dir, (node, api) => api.reportCorrections(node, month, direction));
      const fields = [
        text('period_month', 'Issued in', 'Émise en'),
        text('charge_month', 'Concerns', 'Concerne'),
        text('origin', 'Origin', 'Origine'),
        text('source', 'Source'),
        text('product_id', 'Product', 'Produit'),
        count('rows', 'Rows', 'Lignes'),
        quantity('quantity', 'Quantity', 'Quantité'),
        text('unit', 'Unit', 'Unité'),
        money('cost_effective', 'Effective', 'Effectif', { total: true }),
        money('cost_billed', 'Billed', 'Facturé', { total: true }),
        text('currency', 'Currency', 'Devise'),
      ];
      const rows = corrections.rows.map((row) => ({ ...row }));
      return { document: corrections, text: reportTable(rows, fields, terminal.language) };
    },
  });
}
