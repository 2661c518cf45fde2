import type { LedgerConfig } from '@prorata/ledger';
import { scopeOf } from '@prorata/platform';
import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { reportTable, text } from '../terminal/report.ts';
import { FOLDER, withLedger } from './open.ts';

interface SettingsOptions {
  readonly openingJournals?: readonly string[];
  readonly closingJournals?: readonly string[];
  readonly accounts?: readonly string[];
}

/** `prorata ledger settings`: how the entity reads its books; what an option gives replaces what stood there. */
export function settingsCommand(ledger: Command, shell: Shell): void {
  addCommand<SettingsOptions>(ledger, shell, {
    name: 'settings',
    summary: 'how the entity reads its books: journals of opening and closing, accounts that rules take by default',
    examples: ['ledger settings --dir E', 'ledger settings --opening-journals AN RAN --accounts 6 7 --dir E'],
    dir: FOLDER,
    options: [
      new Option('--opening-journals <code...>', 'journals that carry balances over from the year before'),
      new Option('--closing-journals <code...>', 'journals that empty the accounts of income and expenses'),
      new Option('--accounts <beginning...>', 'first characters of the accounts that rules take by default'),
    ],
    async run({ dir, options, terminal }) {
      const config = await withLedger(dir, async ({ db, context }, api) => {
        const before = await db.transaction(scopeOf(context), (tx) => api.ledgerConfig(tx), { readOnly: true });
        const wanted = given(options);
        return Object.keys(wanted).length === 0
          ? before
          : await api.setLedgerConfig(db, context, { ...before, ...wanted });
      });
      const rows = Object.entries(config).map(([setting, values]) => ({ setting, values: values.join(' ') }));
      const fields = [text('setting', 'Setting', 'Réglage'), text('values', 'Values', 'Valeurs')];
      return { document: config, text: reportTable(rows, fields, terminal.language) };
    },
  });
}

function given({ openingJournals, closingJournals, accounts }: SettingsOptions): Partial<LedgerConfig> {
  return {
    ...(openingJournals === undefined ? {} : { opening_journals: openingJournals }),
    ...(closingJournals === undefined ? {} : { closing_journals: closingJournals }),
    ...(accounts === undefined ? {} : { default_accounts: accounts }),
  };
}
