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
      const { reactToLedger } = await import('@prorata/analytic');
      const imports = await withEntity(dir, async (node) => {
        const ledger = { db: node.db, context: node.operator, react: reactToLedger };
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
  const rows = imports.map(({ file, lines, entries, drafts, refused_entries_count, totals, currency, replayed }) => ({
    ...{ file, lines, entries, drafts, currency, state: replayed ? 'known' : 'imported' },
    ...{ refused: refused_entries_count, debit: totals.debit, credit: totals.credit },
  }));
  const fields = [
    text('file', 'File', 'Fichier'),
    text('state', 'State', 'État'),
    count('lines', 'Lines', 'Lignes'),
    count('entries', 'Entries', 'Écritures'),
    count('drafts', 'Drafts', 'Brouillards'),
    count('refused', 'Refused', 'Refusées'),
    money('debit', 'Debit', 'Débit'),
    money('credit', 'Credit', 'Crédit'),
    text('currency', 'Currency', 'Devise'),
  ];
  return [reportTable(rows, fields, language), ...imports.flatMap(refusals)].join('\n');
}

/** What stayed out, in words: lines that cannot be read, and entries that are out as a whole. */
function refusals(imported: FecImported): string[] {
  const { file, refused_lines, refused_lines_count, refused_entries, refused_entries_count } = imported;
  const told = [
    ...refused_lines.map(({ line, code, reason }) => `line ${line}: ${code}, ${reason}`),
    ...refused_entries.map(
      ({ journal, number, first_line, code, reason }) =>
        `entry ${journal} ${number}, from line ${first_line}: ${code}, ${reason}`,
    ),
  ].slice(0, REFUSED_SHOWN);
  const more = refused_lines_count + refused_entries_count - told.length;
  if (more > 0) told.push(`${more} more refusals; --json lists them`);
  return told.map((line) => `· ${file}, ${line}`);
}
