import type { CoverageReport, EntityNode, FactsReport, ReportedFact } from '@prorata/finops';
import { type Command, Option } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { count, money, quantity, reportTable, share, text } from '../terminal/report.ts';
import { readMonth } from '../terminal/values.ts';
import { entityCorrectionsCommand } from './corrections.ts';
import { type FinopsPackage, withEntity } from './open.ts';
import { entityTieOutCommand } from './tie-out.ts';

interface FactsOptions {
  readonly application?: readonly string[];
  readonly domain?: readonly string[];
  readonly environment?: readonly string[];
  readonly type?: string;
  readonly withoutTax?: boolean;
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
    examples: ['entity report facts 2025-07 --dir E --application "web shop"'],
    dir: "the entity's folder",
    options: [
      new Option('--application <code...>', 'only these applications'),
      new Option('--domain <code...>', 'only these domains'),
      new Option('--environment <code...>', 'only these environments').choices(['prod', 'non_prod', 'unknown', 'n_a']),
      new Option('--type <type>', 'only what was measured, or only what was spread').choices(['direct', 'indirect']),
      new Option('--without-tax', 'leave tax out'),
    ],
    async run({ argument, dir, options, terminal }) {
      const month = readMonth(argument);
      const facts = await withEntity(dir, (node, api) => allFacts(node, api, month, options));
      return { document: facts, text: factsText(facts, terminal.language) };
    },
  });
}

const PAGE = 100_000;

/** The shell shows a whole month; only the HTTP API pages. */
async function allFacts(
  node: EntityNode,
  api: FinopsPackage,
  month: string,
  options: FactsOptions,
): Promise<Omit<FactsReport, 'next'>> {
  const query = {
    month,
    applications: options.application,
    domains: options.domain,
    environments: options.environment,
    types: options.type === undefined ? undefined : [options.type.toUpperCase()],
    withoutTax: options.withoutTax,
    limit: PAGE,
  };
  const { next: second, ...first } = await api.reportFacts(node, query);
  const rows: ReportedFact[] = [...first.rows];
  for (let after = second; after !== null; ) {
    const page = await api.reportFacts(node, { ...query, after });
    rows.push(...page.rows);
    after = page.next;
  }
  return { ...first, rows };
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
  const fields = [
    text('step', 'After step', 'Après étape'),
    count('rows_in', 'Rows in', 'Entrées'),
    count('rows_out', 'Rows out', 'Sorties'),
    money('bills_effective', 'Bills', 'Factures'),
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
  return [placed, '', summary, ...(unknown.length === 0 ? [] : ['', heading, ...unknown])].join('\n');
}
