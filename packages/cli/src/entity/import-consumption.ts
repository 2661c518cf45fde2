import type { MeasuredAnswer } from '@prorata/finops';
import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { forEachFile } from '../terminal/each-file.ts';
import { count, quantity, reportTable, state, text } from '../terminal/report.ts';
import { withEntity } from './open.ts';

interface ConsumptionOptions {
  readonly source?: string;
  readonly replace?: boolean;
}

/** `prorata entity import consumption`: quantities that somebody measured, without money. */
export function entityImportConsumptionCommand(parent: Command, shell: Shell): void {
  addCommand<ConsumptionOptions>(parent, shell, {
    name: 'consumption <file...>',
    summary: 'take measured consumption (CSV or Parquet): month, application, product, quantity, environment',
    examples: [
      'entity import consumption vm-2025-07.csv --source vcenter --dir E',
      'entity import consumption vm-2025-07-corrected.csv --source vcenter --replace --dir E',
    ],
    dir: "the entity's folder",
    options: [
      new Option('--source <name>', 'what measured; files of another source stand beside this one').default('measured'),
      new Option('--replace', 'replace what other files of the source brought for the same months'),
    ],
    async run({ arguments: files, dir, options, terminal }) {
      const { source } = options;
      const replace = options.replace === true;
      const imports = await withEntity(dir, (node, api) =>
        forEachFile(files, terminal, 'Import', (path, say) =>
          api.importMeasured(node, { path, source, replace }, { progress: ({ step }) => say(step) }),
        ),
      );
      const [first] = imports;
      const rows = imports.reduce((sum, one) => sum + one.rows, 0);
      const document = imports.length === 1 && first !== undefined ? first : { rows, files: imports };
      return { document, text: consumptionText(imports, terminal.language) };
    },
  });
}

function consumptionText(imports: readonly MeasuredAnswer[], language: Language): string {
  const rows = imports.flatMap(({ file, source, imported, totals }) =>
    totals.map((total) => ({ file, source, state: imported ? 'imported' : 'known', ...total })),
  );
  const fields = [
    text('file', 'File', 'Fichier'),
    text('source', 'Source'),
    state('state', 'State', 'État'),
    text('product_id', 'Product', 'Produit'),
    count('rows', 'Rows', 'Lignes'),
    quantity('quantity', 'Quantity', 'Quantité'),
    text('unit', 'Unit', 'Unité'),
  ];
  const notes = imports.flatMap(({ file, notices, replaced, waiting }) => [
    ...replaced.map((old) => `· ${file} replaces ${old}`),
    ...waiting.map((month) => `· ${file}: ${month} is not open, what it says of that month waits`),
    ...notices.map(({ code, detail }) => `· ${file}: ${code} ${detail}`),
  ]);
  return [reportTable(rows, fields, language), ...notes].join('\n');
}
