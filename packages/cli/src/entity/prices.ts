import type { PricingView, ViewChange } from '@prorata/finops';
import type { Command } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { count, reportTable, state, text } from '../terminal/report.ts';
import { readMonth } from '../terminal/values.ts';
import { withEntity } from './open.ts';
import { pricesCompareCommands } from './prices-compare.ts';

/** `prorata entity prices …`: Pricing Views, which one values which month, and what other prices would do. */
export function entityPricesCommands(entity: Command, shell: Shell): void {
  const prices = addGroup(entity, 'prices', 'Pricing Views: versions, calendar, comparison, what-if, actual prices');
  listCommand(prices, shell);
  showCommand(prices, shell);
  for (const verb of ['publish', 'archive'] as const) statusCommand(prices, shell, verb);
  calendarCommands(prices, shell);
  pricesCompareCommands(prices, shell);
}

const VIEW_FIELDS = [
  text('view', 'View', 'Grille'),
  state('status', 'State', 'État'),
  count('lines', 'Prices', 'Prix'),
  text('currency', 'Currency', 'Devise'),
  text('valid_from', 'From', 'De'),
  text('valid_to', 'To', 'À'),
  text('published_at', 'Published', 'Publiée'),
];

function viewTable(views: readonly PricingView[], language: Language): string {
  const rows = views.map((view) => ({ view: `${view.code}@${view.version}`, ...view }));
  return reportTable(rows, VIEW_FIELDS, language);
}

function listCommand(prices: Command, shell: Shell): void {
  addCommand(prices, shell, {
    name: 'list',
    summary: 'all versions of all Pricing Views',
    examples: ['entity prices list --dir E'],
    dir: "the entity's folder",
    async run({ dir, terminal }) {
      const listed = await withEntity(dir, (node, api) => api.listViews(node));
      return { document: listed, text: viewTable(listed.rows, terminal.language) };
    },
  });
}

function showCommand(prices: Command, shell: Shell): void {
  addCommand(prices, shell, {
    name: 'show <view>',
    summary: 'a version with its prices; the latest unless one is named',
    examples: ['entity prices show STANDARD@2 --dir E'],
    dir: "the entity's folder",
    async run({ argument, dir, terminal }) {
      const view = await withEntity(dir, (node, api) => api.showView(node, argument));
      const fields = [
        text('product', 'Product', 'Produit'),
        text('label', 'Label', 'Libellé'),
        text('unit', 'Unit', 'Unité'),
        text('unit_price', 'Price', 'Prix'),
        text('currency', 'Currency', 'Devise'),
      ];
      const lines = reportTable(
        view.rows.map((row) => ({ ...row })),
        fields,
        terminal.language,
      );
      return { document: view, text: `${viewTable([view], terminal.language)}\n\n${lines}` };
    },
  });
}

function statusCommand(prices: Command, shell: Shell, verb: 'publish' | 'archive'): void {
  addCommand(prices, shell, {
    name: `${verb} <view>`,
    summary:
      verb === 'publish' ? 'publish a draft: it never changes again' : 'archive a version: it values no new month',
    examples: [`entity prices ${verb} STANDARD@2 --dir E`],
    dir: "the entity's folder",
    async run({ argument, dir }) {
      const changed = await withEntity(dir, (node, api) =>
        verb === 'publish' ? api.publishView(node, argument) : api.archiveView(node, argument),
      );
      return { document: changed, text: changeText(changed) };
    },
  });
}

function changeText({ code, version, status, changed, revalued }: ViewChange): string {
  const state = `${code}@${version} is ${status.toLowerCase()}${changed ? '' : ' already'}.`;
  return revalued.length === 0 ? state : `${state}\nOpen months with new values: ${revalued.join(', ')}.`;
}

function calendarCommands(prices: Command, shell: Shell): void {
  const calendar = addGroup(prices, 'calendar', 'which Pricing View values which month');
  addCommand(calendar, shell, {
    name: 'list',
    summary: 'months that the calendar names or that have facts',
    examples: ['entity prices calendar list --dir E'],
    dir: "the entity's folder",
    async run({ dir, terminal }) {
      const listed = await withEntity(dir, (node, api) => api.readCalendar(node));
      const fields = [
        text('month', 'Month', 'Mois'),
        state('state', 'State', 'État'),
        text('set', 'Set', 'Fixée'),
        text('view', 'View', 'Grille'),
        text('valued_with', 'Valued with', 'Valorisé avec'),
      ];
      const rows = listed.rows.map((row) => ({ ...row }));
      return { document: listed, text: reportTable(rows, fields, terminal.language) };
    },
  });
  addCommand(calendar, shell, {
    name: 'set <month> <view>',
    summary: 'give a month to a published view; its facts take the prices at once',
    examples: ['entity prices calendar set 2025-07 STANDARD@2 --dir E'],
    dir: "the entity's folder",
    async run({ arguments: [month = '', view = ''], dir }) {
      const wanted = readMonth(month);
      const changed = await withEntity(dir, (node, api) => api.setCalendar(node, wanted, view));
      return { document: changed, text: `${changed.month} is valued with ${changed.view ?? 'no view'}.` };
    },
  });
  addCommand(calendar, shell, {
    name: 'clear <month>',
    summary: 'leave a month to the latest published view that is valid for it',
    examples: ['entity prices calendar clear 2025-07 --dir E'],
    dir: "the entity's folder",
    async run({ argument, dir }) {
      const month = readMonth(argument);
      const changed = await withEntity(dir, (node, api) => api.clearCalendar(node, month));
      return { document: changed, text: `${changed.month} is valued with ${changed.view ?? 'no view'}.` };
    },
  });
}
