import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { count, money, reportTable, text } from '../terminal/report.ts';
import { readCode, readCurrency, readMonth, readPath } from '../terminal/values.ts';
import { listed } from './listed.ts';
import { readGroup, withGroup } from './open.ts';

/** `prorata group reference-prices …` and `pricing-views …`: what the group and its entities value with. */
export function groupPriceCommands(group: Command, shell: Shell): void {
  referencePrices(addGroup(group, 'reference-prices', 'prices of the group, to value all entities alike'), shell);
  pricingViews(addGroup(group, 'pricing-views', 'Pricing Views as the entities published them'), shell);
}

function referencePrices(prices: Command, shell: Shell): void {
  addCommand(prices, shell, {
    name: 'list',
    isDefault: true,
    summary: 'every set of reference prices, the latest first',
    examples: ['group reference-prices list --dir G'],
    dir: "the group's folder",
    async run({ dir, terminal }) {
      const rows = await readGroup(dir, { command: 'group reference-prices', filters: {} }, (node, api) =>
        api.listReferencePrices(node),
      );
      const fields = [
        count('price_set', 'Set', 'Jeu'),
        text('name', 'View', 'Vue'),
        count('products', 'Products', 'Produits'),
        text('source', 'File', 'Fichier'),
        text('imported_at', 'Imported', 'Importé'),
      ];
      return listed(rows, fields, terminal.language);
    },
  });
  addCommand<{ readonly name?: string }>(prices, shell, {
    name: 'import <file>',
    summary: 'import the prices of a reference view: CSV with product,unit,currency,unit_price',
    examples: ['group reference-prices import prices.csv --dir G'],
    dir: "the group's folder",
    options: [new Option('--name <name>', 'of the view; GROUP unless told')],
    async run({ argument, dir, options }) {
      const path = readPath(argument);
      const input = {
        text: await readFile(path, 'utf8'),
        file: basename(path),
        ...(options.name === undefined ? {} : { name: options.name }),
      };
      const imported = await withGroup(dir, (node, api) => api.importReferencePrices(node, input));
      const { price_set: set, name, products, replayed } = imported;
      const line = `Reference prices ${name}, set ${set}: ${products} products.`;
      return { document: imported, text: replayed ? `${line}\nThe file was imported before: nothing changed.` : line };
    },
  });
}

interface CompareOptions {
  readonly entity?: readonly string[];
  readonly currency?: string;
}

function pricingViews(views: Command, shell: Shell): void {
  addCommand(views, shell, {
    name: 'list',
    isDefault: true,
    summary: 'every version of every Pricing View that entities published with',
    examples: ['group pricing-views list --dir G'],
    dir: "the group's folder",
    async run({ dir, terminal }) {
      const rows = await readGroup(dir, { command: 'group pricing-views', filters: {} }, (node, api) =>
        api.listPricingViews(node),
      );
      const fields = [
        text('entity', 'Entity', 'Entité'),
        text('view_code', 'View', 'Vue'),
        count('view_version', 'Version'),
        text('first_month', 'From', 'De'),
        text('last_month', 'To', 'À'),
        count('products', 'Products', 'Produits'),
      ];
      return listed(rows, fields, terminal.language);
    },
  });
  addCommand<CompareOptions>(views, shell, {
    name: 'compare <month>',
    summary: 'published prices of a month side by side, by product of the group',
    examples: ['group pricing-views compare 2025-07 --entity FR01 DE02 --currency EUR --dir G'],
    dir: "the group's folder",
    options: [
      new Option('--entity <codes...>', 'of some entities'),
      new Option('--currency <code>', 'to convert into; that of the group unless told'),
    ],
    async run({ argument, dir, options, terminal }) {
      const input = {
        month: readMonth(argument),
        ...(options.entity === undefined ? {} : { entity: options.entity.map(readCode) }),
        ...(options.currency === undefined ? {} : { currency: readCurrency(options.currency) }),
      };
      const document = await readGroup(dir, { command: 'group pricing-views compare', filters: input }, (node, api) =>
        api.comparePrices(node, input),
      );
      const lines = document.rows.map((row) => ({ ...row, into: document.currency }));
      const fields = [
        text('reference', 'Reference', 'Référence'),
        text('entity', 'Entity', 'Entité'),
        text('product', 'Product', 'Produit'),
        text('unit', 'Unit', 'Unité'),
        text('view_code', 'View', 'Vue'),
        count('view_version', 'Version'),
        money('unit_price', 'Price', 'Prix'),
        text('currency', 'Currency', 'Devise'),
        money('converted', 'Converted', 'Converti', { currencyField: 'into' }),
        money('reference_price', 'Of the group', 'Du groupe', { currencyField: 'reference_currency' }),
      ];
      return { document, text: reportTable(lines, fields, terminal.language) };
    },
  });
}
