import type { FAULTS_FR, FecImported, RefusedEntry, RefusedLine } from '@prorata/ledger';
import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { forEachFile } from '../terminal/each-file.ts';
import { count, money, reportTable, state, text } from '../terminal/report.ts';
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
      const { FAULTS_FR, importFec } = await import('@prorata/ledger');
      const { reactToLedger } = await import('@prorata/analytic');
      const imports = await withEntity(dir, async (node) => {
        const ledger = { db: node.db, context: node.operator, react: reactToLedger };
        const { currency } = options;
        const each = await forEachFile(files, terminal, 'Import', (path) =>
          importFec(ledger, [path], currency === undefined ? {} : { currency }),
        );
        return each.flat();
      });
      return { document: documentOf(imports), text: importText(imports, terminal.language, FAULTS_FR) };
    },
  });
}

/** One file answers with its own members at the top; several are listed. */
function documentOf(imports: readonly FecImported[]): object {
  const [first] = imports;
  return imports.length === 1 && first !== undefined ? first : { files: imports };
}

const REFUSED_SHOWN = 20;

function importText(imports: readonly FecImported[], language: Language, french: typeof FAULTS_FR): string {
  const rows = imports.map(({ file, lines, entries, drafts, refused_entries_count, totals, currency, replayed }) => ({
    ...{ file, lines, entries, drafts, currency, state: replayed ? 'known' : 'imported' },
    ...{ refused: refused_entries_count, debit: totals.debit, credit: totals.credit },
  }));
  const fields = [
    text('file', 'File', 'Fichier'),
    state('state', 'State', 'État'),
    count('lines', 'Lines', 'Lignes'),
    count('entries', 'Entries', 'Écritures'),
    count('drafts', 'Drafts', 'Brouillards'),
    count('refused', 'Refused', 'Refusées'),
    money('debit', 'Debit', 'Débit'),
    money('credit', 'Credit', 'Crédit'),
    text('currency', 'Currency', 'Devise'),
  ];
  return [
    reportTable(rows, fields, language),
    ...imports.flatMap((imported) => refusals(imported, REFUSED[language], french)),
  ].join('\n');
}

type French = typeof FAULTS_FR;

/** Words about what was refused; `why` gives the reason in their language. */
interface Words {
  line(refused: RefusedLine, french: French): string;
  entry(refused: RefusedEntry, french: French): string;
  more(count: number): string;
  remarks(remarks: readonly string[]): readonly string[];
}

/** The column and the value at fault, as they stand in the file. */
function place({ column, value }: RefusedLine): string {
  const shown = value === '' ? [] : [JSON.stringify(value)];
  return [...(column === null ? [] : [column]), ...shown].join(' ');
}

const REFUSED: Readonly<Record<Language, Words>> = {
  en: {
    line: (refused) => `line ${refused.line}: ${refused.code}, ${place(refused)}: ${refused.reason}`,
    entry: ({ journal, number, first_line, code, reason, debit, credit }) => {
      const sums = code === 'UNBALANCED_ENTRY' ? ` (debit ${debit}, credit ${credit})` : '';
      return `entry ${journal} ${number}, from line ${first_line}: ${code}, ${reason}${sums}`;
    },
    more: (count) => `${count} more refusals; --json lists them`,
    remarks: (remarks) => remarks,
  },
  fr: {
    line: (refused, french) => `ligne ${refused.line} : ${refused.code}, ${place(refused)} : ${french[refused.code]}`,
    entry: ({ journal, number, first_line, code, debit, credit }, french) => {
      const sums = code === 'UNBALANCED_ENTRY' ? ` (débit ${comma(debit)}, crédit ${comma(credit)})` : '';
      return `écriture ${journal} ${number}, à partir de la ligne ${first_line} : ${code}, ${french[code]}${sums}`;
    },
    more: (count) => `${count} autres refus ; --json les donne tous`,
    remarks: ({ length }) => (length === 0 ? [] : [`remarques, en anglais dans --json : ${length}`]),
  },
};

const comma = (amount: string): string => amount.replace('.', ',');

/** What stayed out, in words: lines that cannot be read, and entries that are out as a whole. */
function refusals(imported: FecImported, words: Words, french: French): string[] {
  const { file, refused_lines, refused_lines_count, refused_entries, refused_entries_count } = imported;
  const told = [
    ...refused_lines.map((line) => words.line(line, french)),
    ...refused_entries.map((entry) => words.entry(entry, french)),
  ].slice(0, REFUSED_SHOWN);
  const more = refused_lines_count + refused_entries_count - told.length;
  if (more > 0) told.push(words.more(more));
  return [
    ...told.map((line) => `· ${file}, ${line}`),
    ...words.remarks(imported.remarks).map((line) => `· ${file}: ${line}`),
  ];
}
