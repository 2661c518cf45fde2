import type { Command } from 'commander';
import { addGroup, type Shell } from '../terminal/command.ts';
import { inboxCommands } from './inbox.ts';
import { monthsCommands } from './months.ts';
import { settingsCommand } from './settings.ts';
import { awaitedCommand, connectCommand, syncCommand } from './sync.ts';

/** `prorata ledger …`: the read copy of the books, and the general ledger that feeds it. Files come with `entity import fec`. */
export function ledgerCommands(program: Command, shell: Shell): void {
  const ledger = addGroup(
    program,
    'ledger',
    'the books of an entity: months, settings, the general ledger behind them',
  );
  monthsCommands(ledger, shell);
  settingsCommand(ledger, shell);
  inboxCommands(ledger, shell);
  connectCommand(ledger, shell);
  syncCommand(ledger, shell);
  awaitedCommand(ledger, shell);
}
