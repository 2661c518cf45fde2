import type { DriverAnswer, EntityNode } from '@prorata/finops';
import { type Command, Option } from 'commander';
import { importDriverFile } from '../analytic/drivers.ts';
import { readTable } from '../analytic/table-rows.ts';
import { cliProblem } from '../problems.ts';
import { addCommand, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { count, quantity, reportTable, state, text } from '../terminal/report.ts';
import { readPath } from '../terminal/values.ts';
import { withEntity } from './open.ts';

interface DriverOptions {
  readonly replace?: boolean;
}

/** `prorata entity import drivers`: monthly values; the header says whether they weigh dimensions or applications. */
export function entityImportDriversCommand(parent: Command, shell: Shell): void {
  addCommand<DriverOptions>(parent, shell, {
    name: 'drivers <file>',
    summary:
      'take monthly driver values (CSV or Parquet): driver, month, value, and dimension (analytic) or application (FinOps)',
    examples: [
      'entity import drivers headcount.csv --dir E',
      'entity import drivers servers.parquet --replace --dir E',
    ],
    dir: "the entity's folder",
    options: [
      new Option('--replace', 'FinOps: replace months that stand in another file; analytic months are always replaced'),
    ],
    async run({ argument, dir, options, terminal }) {
      return await withEntity(dir, async (node, api) => {
        if ((await targetOf(node, argument)) === 'analytic') return await importDriverFile(node, argument, terminal);
        const replace = options.replace === true;
        const answer = await api.importDrivers(node, { path: readPath(argument), replace });
        return { document: { target: 'finops', ...answer }, text: importText(answer, terminal.language) };
      });
    },
  });
}

/** Dimensions are the analytic axes', applications are FinOps'; a file with both or neither says nothing. */
async function targetOf(node: EntityNode, file: string): Promise<'analytic' | 'finops'> {
  const shape = { required: ['driver', 'month', 'value'], optional: ['axis', 'dimension', 'application'] } as const;
  const { columns } = await readTable<'driver' | 'month' | 'value' | 'axis' | 'dimension' | 'application'>(
    node,
    file,
    shape,
  );
  if (columns.has('dimension') !== columns.has('application')) return columns.has('dimension') ? 'analytic' : 'finops';
  const detail = columns.has('dimension') ? 'has both of them' : 'has neither of them';
  throw cliProblem('DRIVER_FILE_UNCLEAR', `${file} ${detail}: dimension, application`, { columns: [...columns] });
}

function importText({ totals, imported }: DriverAnswer, language: Language): string {
  const rows = totals.map((total) => ({ ...total, state: imported ? 'imported' : 'known' }));
  const fields = [
    text('driver', 'Driver', 'Clé'),
    text('period_month', 'Month', 'Mois'),
    state('state', 'State', 'État'),
    count('rows', 'Rows', 'Lignes'),
    quantity('total', 'Total'),
  ];
  return reportTable(rows, fields, language);
}
