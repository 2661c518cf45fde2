import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { count, reportTable, text } from '../terminal/report.ts';
import { readCurrency, readPath } from '../terminal/values.ts';
import { readGroup, withGroup } from './open.ts';
import { whole } from './policy.ts';

const MOST_SETS = 1_000_000_000;

/** `prorata group fx …`: rates into versioned sets of monthly averages. Which set converts is part of the policy. */
export function groupFxCommands(group: Command, shell: Shell): void {
  const fx = addGroup(group, 'fx', 'exchange rates');
  addCommand<{ readonly source?: string; readonly base?: string; readonly onto?: string }>(fx, shell, {
    name: 'import <file>',
    summary:
      "take the European Central Bank's file of daily rates, or another source's CSV; monthly averages are computed",
    examples: [
      'group fx import eurofxref-hist.csv --dir G',
      'group fx import rates.csv --source "Treasury" --base EUR --dir G',
      'group fx import tnd.csv --source "BCT" --onto latest --dir G',
    ],
    dir: "the group's folder",
    options: [
      new Option('--source <name>', 'who gives them: CSV with month,currency,rate[,provisional] or date,currency,rate'),
      new Option('--base <code>', 'with --source: units are for one of it; EUR unless told'),
      new Option('--onto <set>', 'number of a rate set, or "latest": what the file does not hold is taken from there'),
    ],
    async run({ argument, dir, options }) {
      const path = readPath(argument);
      const input = {
        text: await readFile(path, 'utf8'),
        name: basename(path),
        ...(options.source === undefined ? {} : { source: options.source }),
        ...(options.base === undefined ? {} : { base: readCurrency(options.base) }),
        ...(options.onto === undefined ? {} : { onto: readSet(options.onto) }),
      };
      const imported = await withGroup(dir, (node, api) => api.importRates(node, input));
      const { rate_set: set, months, currencies, first_month: first, last_month: last, provisional } = imported;
      const lines = [`Rate set ${set}: ${currencies} currencies, ${months} months from ${first} to ${last}.`];
      if (imported.replayed) lines.push('The file was imported before: nothing changed.');
      if (provisional.length > 0) lines.push(`Not over yet, so provisional: ${provisional.join(', ')}.`);
      const { currencies: gone, months: ended } = imported.lost;
      if (gone.length + ended.length > 0) {
        const named = [...gone, ...ended].join(', ');
        lines.push(`! The set before also held ${named}: costs of these have no rate in this one (--onto keeps them).`);
      }
      return { document: imported, text: lines.join('\n') };
    },
  });
  addCommand(fx, shell, {
    name: 'list',
    summary: 'every rate set, which one converts open months, and the locked months that stay on others',
    examples: ['group fx list --dir G'],
    dir: "the group's folder",
    async run({ dir, terminal }) {
      const rows = await readGroup(dir, { command: 'group fx list', filters: {} }, (node, api) =>
        api.listRateSets(node),
      );
      const lines = rows.map((row) => ({ ...row, used: row.in_use ? '✓' : '', pinned: row.pinned_by.length }));
      const fields = [
        count('rate_set', 'Set', 'Jeu'),
        text('source', 'Source'),
        text('first_day', 'From', 'De'),
        text('last_day', 'To', 'À'),
        count('currencies', 'Currencies', 'Devises'),
        text('used', 'In use', 'En usage'),
        count('pinned', 'Locked months', 'Mois verrouillés'),
      ];
      return { document: { rows }, text: reportTable(lines, fields, terminal.language) };
    },
  });
}

function readSet(value: string): number | 'latest' {
  return value === 'latest' ? value : whole(value, 1, MOST_SETS);
}
