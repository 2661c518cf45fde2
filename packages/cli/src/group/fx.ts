import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { readPath } from '../terminal/values.ts';
import { withGroup } from './open.ts';

/** `prorata group fx import`: daily reference rates into a versioned set of monthly averages. */
export function groupFxCommands(group: Command, shell: Shell): void {
  addCommand(addGroup(group, 'fx', 'exchange rates'), shell, {
    name: 'import <file>',
    summary: "take the European Central Bank's file of daily rates; monthly averages are computed",
    examples: ['group fx import eurofxref-hist.csv --dir G'],
    dir: "the group's folder",
    async run({ argument, dir }) {
      const path = readPath(argument);
      const input = { text: await readFile(path, 'utf8'), name: basename(path) };
      const imported = await withGroup(dir, (node, api) => api.importRates(node, input));
      const { rate_set: set, months, currencies, first_month: first, last_month: last, provisional } = imported;
      const lines = [`Rate set ${set}: ${currencies} currencies, ${months} months from ${first} to ${last}.`];
      if (imported.replayed) lines.push('The file was imported before: nothing changed.');
      if (provisional.length > 0) lines.push(`Not over yet, so provisional: ${provisional.join(', ')}.`);
      return { document: imported, text: lines.join('\n') };
    },
  });
}
