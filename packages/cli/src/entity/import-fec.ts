import type { FecImported } from '@prorata/ledger';
import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { forEachFile } from '../terminal/each-file.ts';
import { count, money, reportTable, text } from '../terminal/report.ts';
import { withEntity } from './open.ts';

interface FecOptions {
  readonly currency?: string;
}

/** `prorata entity import fec`: the books as the tax authority asks for them, an entry in or out as a whole. */
export function entityImportFecCommand(parent: Command, shell: Shell): void {
  addCommand<FecOptions>(parent, shell, {
    name: 'fec <file...>',
    summary: 'take entries of the general ledger from FEC files (18 and 22 columns)',
    examples: [
      'entity import fec 123456789FEC20251231.txt --dir E',
      'entity import fec books.txt --currency EUR --dir E',
    ],
    dir: "the entity's folder",
    options: [new Option('--currency <code>', "currency of the books; the legal entity's unless told")],
    async run({ arguments: files, dir, options, terminal }) {
      const { importFec } = await import('@prorata/ledger');
      const imports = await withEntity(dir, async (node) => {
        const ledger = { db: node.db, context: node.operator };
        const { currency } = options;
        const each = await forEachFile(files, terminal, 'Import', (path) =>
          importFec(ledger, [path], currency === undefined ? {} : { currency }),
        );
        return each.flat();
      });
      return { document: documentOf(imports), text: importText(imports, terminal.language) };
    },
  });
}

/** One file answers with its own members at the top; several are listed. */
function documentOf(imports: readonly FecImported[]): object {
  const [first] = imports;
  return imports.length === 1 && first !== undefined ? first : { files: imports };
}

const REFUSED_SHOWN = 20;

function importText(imports: readonly FecImported[], language: Language): string {
  const rows = imports.map(({ file, lines, entries, drafts, refused_lines_count, totals, currency, replayed }) => ({
    ...{ file, lines, entries, drafts, currency, state: replayed ? 'known' : 'imported' },
    ...{ refused: refused_lines_count, debit: totals.debit, credit: totals.credit },
  }));
  const fields = [
    text('file', 'File', 'Fichier'),
    text('state', 'State', 'État'),
    count('lines', 'Lines', 'Lignes'),
    count('entries', 'Entries', 'Écritures'),
    count('drafts', 'Drafts', 'Brouillards'),
    count('refused', 'Refused lines', 'Lignes refusées'),
    money('debit', 'Debit', 'Débit'),
    money('credit', 'Credit', 'Crédit'),
    text('currency', 'Currency', 'Devise'),
  ];
  const refused = imports.flatMap(({ file, refused_lines, refused_lines_count }) => [
    ...refused_lines
      .slice(0, REFUSED_SHOWN)
      .map(({ line, code, reason }) => `· ${file}, line ${line}: ${code}, ${reason}`),
    ...(refused_lines_count > REFUSED_SHOWN
      ? [`· ${file}: ${refused_lines_count - REFUSED_SHOWN} more refused lines; --json lists them`]
      : []),
  ]);
  return [reportTable(rows, fields, language), ...refused].join('\n');
}
