import type { ActualView, Breakdown, Measure, MonthComparison, ViewComparison } from '@prorata/finops';
import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { money, quantity, reportTable, text } from '../terminal/report.ts';
import { readCurrency, readMonth } from '../terminal/values.ts';
import { withEntity } from './open.ts';

interface CompareOptions {
  readonly month?: string;
  readonly by: Breakdown;
  readonly measure: Measure;
}

interface WhatIfOptions {
  readonly view: string;
  readonly by: Breakdown;
}

interface ActualOptions {
  readonly save?: string;
  readonly currency?: string;
}

const BY = () =>
  new Option('--by <what>', 'what a row stands for')
    .choices(['domain', 'family', 'product', 'application'])
    .default('product');

/** Comparison of two views or two months, what-if, and the prices that a month's bills come to. */
export function pricesCompareCommands(prices: Command, shell: Shell): void {
  compareCommand(prices, shell);
  whatIfCommand(prices, shell);
  actualCommand(prices, shell);
}

function compareCommand(prices: Command, shell: Shell): void {
  addCommand<CompareOptions>(prices, shell, {
    name: 'compare <one> <other>',
    summary: 'two views on a month (price effect), or two months (price and volume effect)',
    examples: [
      'entity prices compare STANDARD@1 STANDARD@2 --month 2025-07 --by domain --dir E',
      'entity prices compare 2025-06 2025-07 --measure effective --dir E',
    ],
    dir: "the entity's folder",
    options: [
      new Option('--month <month>', 'the month that two views are compared on'),
      BY(),
      new Option('--measure <measure>', 'of two months: quantity × price, or effective cost over quantity')
        .choices(['standard', 'effective'])
        .default('standard'),
    ],
    async run({ arguments: [one = '', other = ''], dir, options, terminal }) {
      const { by, measure } = options;
      if (options.month === undefined) {
        const query = { from: readMonth(one), to: readMonth(other), by, measure };
        const compared = await withEntity(dir, (node, api) => api.compareMonths(node, query));
        return { document: compared, text: monthsText(compared, terminal.language) };
      }
      const query = { month: readMonth(options.month), from: one, to: other, by };
      const compared = await withEntity(dir, (node, api) => api.compareViews(node, query));
      return { document: compared, text: viewsText(compared, terminal.language) };
    },
  });
}

function whatIfCommand(prices: Command, shell: Shell): void {
  addCommand<WhatIfOptions>(prices, shell, {
    name: 'what-if <month>',
    summary: 'a month under another view, drafts too; no fact changes',
    examples: ['entity prices what-if 2025-07 --view STANDARD@3 --by application --dir E'],
    dir: "the entity's folder",
    options: [new Option('--view <view>', 'the view to suppose').makeOptionMandatory(), BY()],
    async run({ argument, dir, options, terminal }) {
      const query = { month: readMonth(argument), view: options.view, by: options.by };
      const supposed = await withEntity(dir, (node, api) => api.whatIf(node, query));
      return { document: supposed, text: viewsText(supposed, terminal.language) };
    },
  });
}

function actualCommand(prices: Command, shell: Shell): void {
  addCommand<ActualOptions>(prices, shell, {
    name: 'actual <month>',
    summary: "the prices that a month's bills come to: effective cost / quantity, the rest as residual",
    examples: ['entity prices actual 2025-07 --dir E', 'entity prices actual 2025-07 --save ACTUAL --dir E'],
    dir: "the entity's folder",
    options: [
      new Option('--save <view>', 'keep them as a draft of this Pricing View'),
      new Option('--currency <code>', "currency of the view to keep; the entity's unless told"),
    ],
    async run({ argument, dir, options, terminal }) {
      const month = readMonth(argument);
      const currency = options.currency === undefined ? undefined : readCurrency(options.currency);
      const { save: view } = options;
      return await withEntity(dir, async (node, api) => {
        const actual = await api.actualView(node, month);
        if (view === undefined) return { document: actual, text: actualText(actual, terminal.language) };
        const saved = await api.saveActualView(node, { month, view, currency });
        const told = `${saved.code}@${saved.version}: ${saved.lines} prices in ${saved.currency}, ${saved.status.toLowerCase()}.`;
        return { document: { ...actual, saved }, text: `${actualText(actual, terminal.language)}\n\n${told}` };
      });
    },
  });
}

const ROW = [text('code', 'Code'), text('currency', 'Currency', 'Devise')];
const COMPARED = [
  money('before', 'Before', 'Avant', { total: true }),
  money('after', 'After', 'Après', { total: true }),
  money('effect', 'Effect', 'Effet', { total: true }),
  quantity('percent', '%'),
];

function viewsText(compared: ViewComparison, language: Language): string {
  const { period_month: month, from, to, rows, coverage } = compared;
  const table = reportTable(
    rows.map((row) => ({ ...row })),
    [...ROW, ...COMPARED],
    language,
  );
  const unpriced = coverage.to.unpriced.map(
    ({ product, unit, consumption_type }) => `· ${product ?? '–'} (${unit}, ${consumption_type})`,
  );
  const none = language === 'fr' ? `Sans prix dans ${to}, et donc à 0 :` : `Without a price in ${to}, and so worth 0:`;
  return [`${month}: ${from ?? '–'} → ${to}`, table, ...(unpriced.length === 0 ? [] : ['', none, ...unpriced])].join(
    '\n',
  );
}

function monthsText(compared: MonthComparison, language: Language): string {
  const { from_month, to_month, measure, from, to, rows } = compared;
  const split = [
    money('price_effect', 'Price', 'Prix', { total: true }),
    money('volume_effect', 'Volume', 'Volume', { total: true }),
    money('new_effect', 'New', 'Nouveau', { total: true }),
    money('ended_effect', 'Ended', 'Terminé', { total: true }),
    money('other_effect', 'Other', 'Autre', { total: true }),
  ];
  const table = reportTable(
    rows.map((row) => ({ ...row })),
    [...ROW, ...COMPARED.slice(0, 3), ...split],
    language,
  );
  const views = measure === 'standard' ? ` (${from ?? '–'} → ${to ?? '–'})` : '';
  return `${from_month} → ${to_month}, ${measure}${views}\n${table}`;
}

function actualText(actual: ActualView, language: Language): string {
  const fields = [
    text('product', 'Product', 'Produit'),
    quantity('quantity', 'Quantity', 'Quantité'),
    text('unit', 'Unit', 'Unité'),
    text('unit_price', 'Price', 'Prix'),
    money('value', 'Value', 'Valeur', { total: true }),
    money('residual', 'Residual', 'Reste', { total: true }),
    money('cost_effective', 'Effective', 'Effectif', { total: true }),
    text('currency', 'Currency', 'Devise'),
    text('reason', 'No price', 'Sans prix'),
  ];
  return reportTable(
    actual.rows.map((row) => ({ ...row })),
    fields,
    language,
  );
}
