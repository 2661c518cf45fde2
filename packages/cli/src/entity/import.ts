import type { ImportAnswer } from '@prorata/finops';
import { type Command, Option } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { addDecimals, type Language } from '../terminal/decimals.ts';
import { forEachFile } from '../terminal/each-file.ts';
import { count, money, reportTable, state, text } from '../terminal/report.ts';
import { entityImportConsumptionCommand } from './import-consumption.ts';
import { entityImportDriversCommand } from './import-drivers.ts';
import { entityImportFecCommand } from './import-fec.ts';
import { entityImportPricesCommand } from './import-prices.ts';
import { withEntity } from './open.ts';

interface ImportOptions {
  readonly replace?: boolean;
}

/** `prorata entity import …`: what an entity takes in, each file whole or not at all. */
export function entityImportCommands(entity: Command, shell: Shell): void {
  const group = addGroup(entity, 'import', 'bills, and entries of the general ledger');
  focusCommand(group, shell);
  entityImportConsumptionCommand(group, shell);
  entityImportFecCommand(group, shell);
  entityImportPricesCommand(group, shell);
  entityImportDriversCommand(group, shell);
}

function focusCommand(parent: Command, shell: Shell): void {
  addCommand<ImportOptions>(parent, shell, {
    name: 'focus <file...>',
    summary: 'take FOCUS bills (1.0 to 1.2): CSV, gzip of CSV, Parquet',
    examples: ['entity import focus bills/2025-07.csv --dir E', 'entity import focus restated.csv --replace --dir E'],
    dir: "the entity's folder",
    options: [new Option('--replace', 'replace what other files brought for the same provider, account and period')],
    async run({ arguments: files, dir, options, terminal }) {
      const replace = options.replace === true;
      const imports = await withEntity(dir, (node, api) =>
        forEachFile(files, terminal, 'Import', (path, say) =>
          api.importFocus(node, { path, replace }, { progress: ({ step }) => say(step) }),
        ),
      );
      return { document: documentOf(imports), text: importText(imports, terminal.language) };
    },
  });
}

/** One file answers with its own members at the top; several are listed, with rows and totals over all of them. */
function documentOf(imports: readonly ImportAnswer[]): object {
  const [first] = imports;
  if (imports.length === 1 && first !== undefined) return first;
  return { rows: imports.reduce((sum, { rows }) => sum + rows, 0), totals: totalsOf(imports), files: imports };
}

function totalsOf(imports: readonly ImportAnswer[]) {
  const totals = imports.flatMap((imported) => imported.totals);
  return [...new Set(totals.map(({ currency }) => currency))].sort().map((currency) => {
    const own = totals.filter((total) => total.currency === currency);
    return {
      currency,
      rows: own.reduce((sum, { rows }) => sum + rows, 0),
      billed_cost: addDecimals(own.map((total) => total.billed_cost)),
      effective_cost: addDecimals(own.map((total) => total.effective_cost)),
    };
  });
}

function importText(imports: readonly ImportAnswer[], language: Language): string {
  const rows = imports.flatMap(({ file, imported, totals }) =>
    totals.map(({ rows, ...total }) => ({ file, rows, state: imported ? 'imported' : 'known', ...total })),
  );
  const fields = [
    text('file', 'File', 'Fichier'),
    state('state', 'State', 'État'),
    count('rows', 'Rows', 'Lignes'),
    text('currency', 'Currency', 'Devise'),
    money('billed_cost', 'Billed', 'Facturé', { total: true }),
    money('effective_cost', 'Effective', 'Effectif', { total: true }),
  ];
  const notices = imports.flatMap(({ file, notices: found }) => found.map((notice) => `· ${file}: ${inWords(notice)}`));
  const replaced = imports.flatMap(({ file, replaced: old }) =>
    old.length === 0 ? [] : [`· ${file} replaces ${old.join(', ')}`],
  );
  const closed = imports.flatMap(({ file, waiting }) =>
    waiting.map((month) => `! ${file}: ${month} is closed, so what the file holds for it waits (entity periods)`),
  );
  return [reportTable(rows, fields, language), ...replaced, ...closed, ...notices].join('\n');
}

function inWords(notice: object): string {
  return Object.values(notice)
    .map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)))
    .join(' ');
}
