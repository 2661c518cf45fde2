import { resolve } from 'node:path';
import type { CoverageReport, EntityNode, FactsFilter, FactsReport, ReportedFact } from '@prorata/finops';
import { type Command, Option } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { count, money, quantity, reportTable, share, text } from '../terminal/report.ts';
import { MOST_ROWS, readLimit, readMonth } from '../terminal/values.ts';
import { entityCorrectionsCommand } from './corrections.ts';
import { type FinopsPackage, withEntity } from './open.ts';
import { entityTieOutCommand } from './tie-out.ts';

interface FactsOptions {
  readonly application?: readonly string[];
  readonly domain?: readonly string[];
  readonly environment?: readonly string[];
  readonly type?: string;
  readonly family?: readonly string[];
  readonly product?: readonly string[];
  readonly withoutTax?: boolean;
  readonly csv?: string;
  readonly limit?: string;
  readonly after?: string;
}

/** `prorata entity report …`: what a month says. */
export function entityReportCommands(entity: Command, shell: Shell): void {
  const report = addGroup(entity, 'report', 'what a month says');
  addFacts(report, shell);
  addCoverage(report, shell);
  entityCorrectionsCommand(report, shell);
  entityTieOutCommand(report, shell);
}

function addFacts(report: Command, shell: Shell): void {
  addCommand<FactsOptions>(report, shell, {
    name: 'facts <month>',
    summary: 'the facts of a month at their grain, and whether they add up to the bills',
    examples: [
      'entity report facts 2025-07 --dir E --application "web shop"',
      'entity report facts 2025-07 --dir E --csv facts.csv',
      'entity report facts 2025-07 --dir E --limit 20',
    ],
    dir: "the entity's folder",
    options: [
      new Option('--application <code...>', 'only these applications'),
      new Option('--domain <code...>', 'only these domains'),
      new Option('--family <code...>', 'only these families'),
      new Option('--product <code...>', 'only these products'),
      new Option('--environment <code...>', 'only these environments').choices(['prod', 'non_prod', 'unknown', 'n_a']),
      new Option('--type <type>', 'only what was measured, or only what was spread').choices(['direct', 'indirect']),
      new Option('--without-tax', 'leave tax out'),
      new Option('--limit <rows>', 'only so many rows; totals are of all'),
      new Option('--after <place>', 'the rows after the place that a report with --limit gave as next'),
      new Option('--csv <file>', 'write them to a CSV file instead').conflicts(['limit', 'after']),
    ],
    async run({ argument, dir, options, terminal }) {
      const month = readMonth(argument);
      if (options.csv !== undefined) {
        const file = resolve(options.csv);
        const facts = await withEntity(dir, (node, api) => api.exportFacts(node, filterOf(month, options), file));
        const words = terminal.language === 'fr' ? 'faits dans' : 'facts in';
        return { document: { file, period_month: month, facts }, text: `${facts} ${words} ${file}` };
      }
      if (options.limit !== undefined || options.after !== undefined) {
        const place = {
          limit: options.limit === undefined ? MOST_ROWS : readLimit(options.limit),
          after: options.after,
        };
        const query = { ...filterOf(month, options), ...place };
        const page = await withEntity(dir, (node, api) => api.reportFacts(node, query));
        return { document: page, text: pageText(page, terminal.language) };
      }
      const facts = await withEntity(dir, (node, api) => allFacts(node, api, month, options));
      return { document: facts, text: factsText(facts, terminal.language) };
    },
  });
}

/** The shell shows a whole month unless it is told how many rows. */
async function allFacts(
  node: EntityNode,
  api: FinopsPackage,
  month: string,
  options: FactsOptions,
): Promise<Omit<FactsReport, 'next'>> {
  const query = { ...filterOf(month, options), limit: MOST_ROWS };
  const { next: second, ...first } = await api.reportFacts(node, query);
  const rows: ReportedFact[] = [...first.rows];
  for (let after = second; after !== null; ) {
    const page = await api.reportFacts(node, { ...query, after });
    rows.push(...page.rows);
    after = page.next;
  }
  return { ...first, rows };
}

function filterOf(month: string, options: FactsOptions): FactsFilter {
  return {
    month,
    applications: options.application,
    domains: options.domain,
    families: options.family,
    products: options.product,
    environments: options.environment,
    types: options.type === undefined ? undefined : [options.type.toUpperCase()],
    withoutTax: options.withoutTax,
  };
}

function pageText(page: FactsReport, language: Language): string {
  const all = page.totals.reduce((sum, total) => sum + total.rows, 0);
  const shown = page.rows.length;
  const words = {
    en: `${shown} of ${all} facts${page.next === null ? '' : `; the next ones: --after ${page.next}`}`,
    fr: `${shown} faits sur ${all}${page.next === null ? '' : ` ; les suivants : --after ${page.next}`}`,
  };
  return [factsText(page, language), '', words[language]].join('\n');
}

function factsText(facts: Omit<FactsReport, 'next'>, language: Language): string {
  const rows = facts.rows.map((row) => ({ ...row }));
  const fields = [
    text('application_id', 'Application'),
    text('domain_id', 'Domain', 'Domaine'),
    text('product_id', 'Product', 'Produit'),
    text('environment', 'Env.'),
    text('consumption_type', 'Type'),
    quantity('quantity', 'Quantity', 'Quantité'),
    text('unit', 'Unit', 'Unité'),
    money('cost_effective', 'Effective', 'Effectif', { total: true }),
    money('cost_billed', 'Billed', 'Facturé', { total: true }),
    money('cost_standard', 'Standard', 'Standard', { total: true }),
    text('currency', 'Currency', 'Devise'),
  ];
  const { equal } = facts.conservation;
  const words = {
    en: equal
      ? 'The facts of the month add up to its bills, exactly.'
      : '! The facts of the month differ from its bills.',
    fr: equal
      ? 'Les faits du mois égalent ses factures, exactement.'
      : '! Les faits du mois diffèrent de ses factures.',
  };
  return [reportTable(rows, fields, language), '', conservationText(facts, language), '', words[language]].join('\n');
}

/** Where the money was after each step of the run: on facts, or still in pools. */
function conservationText({ conservation }: Omit<FactsReport, 'next'>, language: Language): string {
  const rows = conservation.steps.map((step) => ({ ...step, proof: step.equal ? '=' : '≠' }));
  const carries = rows.some((step) => step.carried_effective !== '0');
  const fields = [
    text('step', 'After step', 'Après étape'),
    count('rows_in', 'Rows in', 'Entrées'),
    count('rows_out', 'Rows out', 'Sorties'),
    money('bills_effective', 'Bills', 'Factures'),
    ...(carries ? [money('carried_effective', '+ Corrections carried', '+ Corrections portées')] : []),
    text('proof', '', ''),
    money('held_effective', 'On facts', 'Sur les faits'),
    money('pools_effective', 'In pools', 'Dans les pools'),
    text('currency', 'Currency', 'Devise'),
  ];
  return reportTable(rows, fields, language);
}

function addCoverage(report: Command, shell: Shell): void {
  addCommand(report, shell, {
    name: 'coverage <month>',
    summary: 'what the mapping placed, and what stays on UNALLOCATED',
    examples: ['entity report coverage 2025-07 --dir E'],
    dir: "the entity's folder",
    async run({ argument, dir, terminal }) {
      const month = readMonth(argument);
      const coverage = await withEntity(dir, (node, api) => api.reportCoverage(node, month));
      return { document: coverage, text: coverageText(coverage, terminal.language) };
    },
  });
}

function coverageText(coverage: CoverageReport, language: Language): string {
  const placed = reportTable(
    coverage.rows.map((row) => ({ ...row })),
    [
      text('placed_on', 'Placed on', 'Placé sur'),
      text('charge_category', 'Charge'),
      count('rows', 'Rows', 'Lignes'),
      money('cost_effective', 'Effective', 'Effectif', { total: true }),
      money('cost_billed', 'Billed', 'Facturé', { total: true }),
      text('currency', 'Currency', 'Devise'),
    ],
    language,
  );
  const summary = reportTable(
    coverage.summary.map((row) => ({ ...row })),
    [
      text('currency', 'Currency', 'Devise'),
      share('mapped_share', 'Mapped', 'Affecté'),
      money('mapped_effective', 'Mapped cost', 'Coût affecté'),
      money('cost_effective', 'Effective', 'Effectif'),
      money('cost_effective_without_tax', 'Without tax', 'Hors taxe'),
    ],
    language,
  );
  const unknown = (coverage.unmapped_domains ?? []).map(({ domain_id, facts }) => `! ${domain_id}: ${facts}`);
  const heading = language === 'fr' ? 'Domaines inconnus du groupe :' : 'Domains that the group does not know:';
  return [
    placed,
    '',
    summary,
    ...pricesText(coverage, language),
    ...(unknown.length === 0 ? [] : ['', heading, ...unknown]),
  ].join('\n');
}

/** What the month's Pricing View prices; what has no price is worth 0 at standard prices. */
function pricesText({ prices }: CoverageReport, language: Language): string[] {
  if (prices === null) return [];
  const fields = [
    text('currency', 'Currency', 'Devise'),
    share('priced_share', 'Priced', 'Tarifé'),
    count('priced_facts', 'Priced facts', 'Faits tarifés'),
    count('facts', 'Facts', 'Faits'),
    count('priced_products', 'Priced products', 'Produits tarifés'),
    count('products', 'Products', 'Produits'),
  ];
  const heading = language === 'fr' ? `Tarifs ${prices.view} :` : `Prices ${prices.view}:`;
  const without = prices.unpriced.slice(0, 20).map(({ product, unit }) => `! ${product ?? '–'} (${unit})`);
  return [
    '',
    heading,
    reportTable(
      prices.currencies.map((row) => ({ ...row })),
      fields,
      language,
    ),
    ...without,
  ];
}
