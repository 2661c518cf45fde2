import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { count, money, quantity, type ReportField, reportTable, share, text } from '../terminal/report.ts';
import { readMonth } from '../terminal/values.ts';
import { readGroup } from './open.ts';
import { asRows, flagsOf, reportAnswer } from './report-answer.ts';
import { REPORT_OPTIONS, type ReportOptions, readReportOptions } from './report-options.ts';

const ENTITY = text('entity', 'Entity', 'Entité');
const CURRENCY = text('currency', 'Currency', 'Devise');
const REFERENCE = new Option(
  '--reference <name>',
  'value all entities at the prices of this one: "average", an entity, or a reference view',
).default('average');

/** `prorata group report …`: what stands between entities and between months. */
export function groupAnalysisCommands(parent: Command, shell: Shell): void {
  addSeries(parent, shell);
  addEntityComparison(parent, shell);
  addUnitCosts(parent, shell);
  addBridge(parent, shell);
  addKpi(parent, shell);
}

function addSeries(parent: Command, shell: Shell): void {
  const parts = ['entity', 'domain', 'family', 'type', 'environment'] as const;
  addCommand<ReportOptions & { readonly by?: string }>(parent, shell, {
    name: 'series',
    summary: 'cost month by month, parted by entity, domain, family, type or environment',
    examples: ['group report series --dir G --by domain --from 2025-01 --to 2025-12'],
    dir: "the group's folder",
    options: [...REPORT_OPTIONS, new Option('--by <name>', 'what parts each month').choices(parts).default('entity')],
    async run({ dir, options: { by, ...options }, terminal }) {
      const input = { ...readReportOptions(options), by: parts.find((name) => name === by) ?? 'entity' };
      const report = await readGroup(dir, { command: 'group report series', filters: input }, (node, api) =>
        api.reportSeries(node, input),
      );
      const fields = [
        text('period_month', 'Month', 'Mois'),
        text('code', 'Code'),
        text('label', 'Name', 'Nom'),
        money('cost', 'Cost', 'Coût', { total: true }),
        CURRENCY,
        share('share', 'Share', 'Part'),
        share('change', 'Change', 'Variation'),
        share('change_year', 'On year', 'Sur un an'),
        money('running_cost', 'So far', 'Cumul'),
      ];
      return reportAnswer(report, fields, terminal.language);
    },
  });
}

function addEntityComparison(parent: Command, shell: Shell): void {
  addCommand<ReportOptions & { readonly reference?: string }>(parent, shell, {
    name: 'benchmark',
    summary: 'entities beside each other: share, changes, distance to the average, and at reference prices',
    examples: ['group report benchmark --dir G --month 2025-07 --reference average'],
    dir: "the group's folder",
    options: [...REPORT_OPTIONS, REFERENCE],
    async run({ dir, options: { reference = 'average', ...options }, terminal }) {
      const input = { ...readReportOptions(options), reference };
      const report = await readGroup(dir, { command: 'group report benchmark', filters: input }, (node, api) =>
        api.compareEntities(node, input),
      );
      const fields: readonly ReportField[] = [
        count('rank', '#'),
        ENTITY,
        money('cost', 'Cost', 'Coût', { total: true }),
        CURRENCY,
        share('share', 'Share', 'Part'),
        share('change', 'Change', 'Variation'),
        share('change_year', 'On year', 'Sur un an'),
        money('direct_cost', 'Direct', 'Direct'),
        money('indirect_cost', 'Indirect', 'Indirect'),
        share('distance', 'To average', 'À la moyenne'),
        money('reference_cost', 'At reference', 'À la référence'),
        money('reference_difference', 'Difference', 'Écart'),
        share('reference_coverage', 'Covered', 'Couvert'),
      ];
      return reportAnswer(report, fields, terminal.language);
    },
  });
}

function addUnitCosts(parent: Command, shell: Shell): void {
  addCommand<ReportOptions & { readonly reference?: string }>(parent, shell, {
    name: 'units',
    summary: 'what entities pay for the same unit of the same product',
    examples: ['group report units --dir G --month 2025-07'],
    dir: "the group's folder",
    options: [...REPORT_OPTIONS, REFERENCE],
    async run({ dir, options: { reference = 'average', ...options }, terminal }) {
      const input = { ...readReportOptions(options), reference, limit: 100_000 };
      const report = await readGroup(dir, { command: 'group report units', filters: input }, (node, api) =>
        api.reportUnitCosts(node, input),
      );
      const rows = report.rows.flatMap(({ entities, ...product }) => entities.map((of) => ({ ...product, ...of })));
      const fields = [
        text('label', 'Product', 'Produit'),
        text('unit', 'Unit', 'Unité'),
        ENTITY,
        quantity('quantity', 'Quantity', 'Quantité'),
        money('cost', 'Cost', 'Coût'),
        CURRENCY,
        money('unit_cost', 'Unit cost', 'Coût unitaire'),
        share('distance', 'To average', 'À la moyenne'),
        share('distance_reference', 'To reference', 'À la référence'),
      ];
      const shown = reportAnswer({ ...report, rows }, fields, terminal.language);
      return { ...shown, document: report };
    },
  });
}

const LINES = [
  ['volume', 'Volume', 'Volume'],
  ['mix', 'Mix', 'Mix'],
  ['price', 'Price', 'Prix'],
  ['new', 'New products', 'Nouveaux produits'],
  ['ended', 'Ended products', 'Produits arrêtés'],
  ['unmeasured', 'Not measured', 'Non mesuré'],
  ['indirect', 'Indirect', 'Indirect'],
  ['tax', 'Tax', 'Taxes'],
  ['exchange', 'Exchange', 'Change'],
] as const;

interface BridgeOptions extends ReportOptions {
  readonly fromMonth?: string;
  readonly toMonth?: string;
  readonly entities?: string;
}

function addBridge(parent: Command, shell: Shell): void {
  addCommand<BridgeOptions>(parent, shell, {
    name: 'bridge',
    summary: 'why two months, or two entities, cost differently: volume, mix, price and what no quantity explains',
    examples: [
      'group report bridge --dir G --from-month 2025-06 --to-month 2025-07',
      'group report bridge --dir G --entities FR01,DE02 --month 2025-07',
    ],
    dir: "the group's folder",
    options: [
      ...REPORT_OPTIONS,
      new Option('--from-month <month>', 'the first of two months, YYYY-MM'),
      new Option('--to-month <month>', 'the second of two months, YYYY-MM'),
      new Option('--entities <codes>', 'two entities with a comma between, the first one first'),
    ],
    async run({ dir, options: { fromMonth, toMonth, entities, ...options }, terminal }) {
      const [fromEntity, toEntity] = entities?.split(',').map((code) => code.trim()) ?? [];
      const input = {
        ...readReportOptions(options),
        ...(fromMonth === undefined ? {} : { from_month: readMonth(fromMonth) }),
        ...(toMonth === undefined ? {} : { to_month: readMonth(toMonth) }),
        ...(fromEntity === undefined ? {} : { from_entity: fromEntity }),
        ...(toEntity === undefined ? {} : { to_entity: toEntity }),
      };
      const report = await readGroup(dir, { command: 'group report bridge', filters: input }, (node, api) =>
        api.reportBridge(node, input),
      );
      const french = terminal.language === 'fr';
      const { currency } = report;
      const lines = [
        { line: report.side_from.code, cost: report.side_from.cost, currency },
        ...LINES.map(([code, en, fr]) => ({ line: `  ${french ? fr : en}`, cost: report.lines[code], currency })),
        { line: report.side_to.code, cost: report.side_to.cost, currency },
      ];
      const fields = [text('line', 'Line', 'Ligne'), money('cost', 'Cost', 'Coût'), CURRENCY];
      const flags = flagsOf(report, terminal.language);
      return {
        document: report,
        text: [reportTable(asRows(lines), fields, terminal.language), ...flags].join('\n\n'),
      };
    },
  });
}

function addKpi(parent: Command, shell: Shell): void {
  addCommand<ReportOptions>(parent, shell, {
    name: 'kpi',
    summary: 'how well the group knows its costs, with the formula of each figure',
    examples: ['group report kpi --dir G --from 2025-01 --to 2025-12'],
    dir: "the group's folder",
    options: REPORT_OPTIONS,
    async run({ dir, options, terminal }) {
      const input = readReportOptions(options);
      const report = await readGroup(dir, { command: 'group report kpi', filters: input }, (node, api) =>
        api.reportKpi(node, input),
      );
      const fields = [
        text('code', 'KPI', 'Indicateur'),
        share('value', 'Value', 'Valeur'),
        quantity('numerator', 'Numerator', 'Numérateur'),
        quantity('denominator', 'Denominator', 'Dénominateur'),
        text('unit', 'In', 'En'),
        text('formula', 'Formula', 'Formule'),
      ];
      return reportAnswer(report, fields, terminal.language);
    },
  });
}
