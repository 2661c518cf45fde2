import type { GroupNode, ReportInput } from '@prorata/group';
import { type Command, Option } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { count, money, quantity, type ReportField, reportTable, share, state, text } from '../terminal/report.ts';
import { type GroupPackage, readGroup } from './open.ts';
import { groupAnalysisCommands } from './report-analysis.ts';
import { asRows, type Report, reportAnswer } from './report-answer.ts';
import {
  ENTITY_OPTION,
  MONTH_OPTIONS,
  REPORT_OPTIONS,
  type ReportOptions,
  readReportOptions,
} from './report-options.ts';

interface ReportSpec {
  readonly name: string;
  readonly summary: string;
  readonly example: string;
  readonly fields: readonly ReportField[];
  read(api: GroupPackage, group: GroupNode, input: ReportInput & { readonly limit: number }): Promise<Report>;
}

const COST = [money('cost', 'Cost', 'Coût', { total: true }), text('currency', 'Currency', 'Devise')] as const;
const LOCAL = [
  money('local_cost', 'Local cost', 'Coût local', { currencyField: 'local_currency' }),
  text('local_currency', 'Local', 'Locale'),
] as const;
const SHARE = share('share', 'Share', 'Part');
const CHANGE = share('change', 'Change', 'Variation');
const RANK = count('rank', '#');
const ENTITY = text('entity', 'Entity', 'Entité');
const DOMAIN = text('domain', 'Domain', 'Domaine');
const APPLICATION = text('application', 'Application');
const QUANTITY = [quantity('quantity', 'Quantity', 'Quantité'), text('unit', 'Unit', 'Unité')] as const;

/** The CLI shows a whole report; only the HTTP API pages. */
const EVERYTHING = 1_000_000;

const REPORTS: readonly ReportSpec[] = [
  {
    name: 'months',
    summary: 'cost of the group month by month, with the change on the month before',
    example: 'group report months --dir G --from 2025-01 --to 2025-12',
    fields: [text('period_month', 'Month', 'Mois'), ...COST, CHANGE],
    read: (api, group, input) => api.reportMonths(group, input),
  },
  {
    name: 'entities',
    summary: 'ranking of the entities: cost, local cost, share, change',
    example: 'group report entities --dir G --month 2025-07',
    fields: [RANK, ENTITY, text('label', 'Name', 'Nom'), ...COST, SHARE, ...LOCAL, CHANGE],
    read: (api, group, input) => api.reportEntities(group, input),
  },
  {
    name: 'domains',
    summary: 'cost by domain over the whole group',
    example: 'group report domains --dir G --month 2025-07 --without-tax',
    fields: [RANK, DOMAIN, ...COST, SHARE, CHANGE],
    read: (api, group, input) => api.reportDomains(group, input),
  },
  {
    name: 'families',
    summary: 'cost by family within its domain',
    example: 'group report families --dir G --month 2025-07',
    fields: [RANK, DOMAIN, text('family', 'Family', 'Famille'), ...COST, SHARE, CHANGE],
    read: (api, group, input) => api.reportFamilies(group, input),
  },
  {
    name: 'matrix',
    summary: 'cost by entity and domain',
    example: 'group report matrix --dir G --month 2025-07',
    fields: [ENTITY, DOMAIN, ...COST, SHARE],
    read: (api, group, input) => api.reportMatrix(group, input),
  },
  {
    name: 'applications',
    summary: 'applications of all entities by cost',
    example: 'group report applications --dir G --month 2025-07 --entity FR01',
    fields: [RANK, ENTITY, APPLICATION, text('label', 'Name', 'Nom'), ...COST, SHARE, CHANGE],
    read: (api, group, input) => api.reportApplications(group, input),
  },
  {
    name: 'products',
    summary: 'quantity and cost by product and unit',
    example: 'group report products --dir G --month 2025-07 --domain Compute',
    fields: [RANK, text('label', 'Product', 'Produit'), ...QUANTITY, ...COST, SHARE],
    read: (api, group, input) => api.reportProducts(group, input),
  },
  {
    name: 'comparison',
    summary: 'what each entity consumes of each product and unit, and what it costs there',
    example: 'group report comparison --dir G --month 2025-07 --domain Compute',
    fields: [text('label', 'Product', 'Produit'), ENTITY, ...QUANTITY, ...COST, SHARE, CHANGE],
    read: (api, group, input) => api.reportComparison(group, input),
  },
];

/** `prorata group report …`: the group's answers. */
export function groupReportCommands(group: Command, shell: Shell): void {
  const parent = addGroup(group, 'report', "the group's answers");
  for (const spec of REPORTS) addReport(parent, shell, spec);
  addDrilldown(parent, shell);
  addCompleteness(parent, shell);
  groupAnalysisCommands(parent, shell);
}

function addReport(parent: Command, shell: Shell, spec: ReportSpec): void {
  addCommand<ReportOptions>(parent, shell, {
    name: spec.name,
    summary: spec.summary,
    examples: [spec.example],
    dir: "the group's folder",
    options: REPORT_OPTIONS,
    async run({ dir, options, terminal }) {
      const input = readReportOptions(options);
      const report = await readGroup(dir, { command: `group report ${spec.name}`, filters: input }, (node, api) =>
        spec.read(api, node, { ...input, limit: EVERYTHING }),
      );
      return reportAnswer(report, spec.fields, terminal.language);
    },
  });
}

function addDrilldown(parent: Command, shell: Shell): void {
  const path = ['entity', 'domain', 'application'];
  addCommand<Omit<ReportOptions, 'entity' | 'domain' | 'application'> & Record<string, string | undefined>>(
    parent,
    shell,
    {
      name: 'drilldown',
      summary: 'one step down: group, entity, domain, application, product; totals stay equal',
      examples: ['group report drilldown --dir G --month 2025-07 --entity FR01 --domain Compute'],
      dir: "the group's folder",
      options: [
        ...REPORT_OPTIONS.filter((option) => !path.includes(option.attributeName())),
        ...path.map((name) => new Option(`--${name} <code>`, `go down into this ${name}`)),
      ],
      async run({ dir, options, terminal }) {
        const { entity, domain, application, ...rest } = options;
        const steps = Object.fromEntries(
          Object.entries({ entity, domain, application }).filter(([, code]) => code !== undefined),
        );
        const { entity: _entities, domain: _domains, application: _applications, ...asked } = readReportOptions(rest);
        const input = { ...asked, limit: EVERYTHING };
        const report = await readGroup(
          dir,
          { command: 'group report drilldown', filters: { ...asked, ...steps } },
          (node, api) => api.drilldown(node, { ...input, ...steps }),
        );
        const fields = [RANK, text('label', report.level), ...QUANTITY, ...COST, SHARE, CHANGE];
        const answer = reportAnswer(report, fields, terminal.language);
        const trail = report.breadcrumb.map(({ label }) => label).join(' › ');
        return { ...answer, text: `${trail}\n\n${answer.text}` };
      },
    },
  );
}

function addCompleteness(parent: Command, shell: Shell): void {
  addCommand<ReportOptions>(parent, shell, {
    name: 'completeness',
    summary: 'which entity has published which month, in which revision',
    examples: ['group report completeness --dir G --from 2025-01 --to 2025-12'],
    dir: "the group's folder",
    options: [...MONTH_OPTIONS, ENTITY_OPTION],
    async run({ dir, options, terminal }) {
      const input = readReportOptions(options);
      const report = await readGroup(dir, { command: 'group report completeness', filters: input }, (node, api) =>
        api.reportCompleteness(node, input),
      );
      const fields = [
        ENTITY,
        text('label', 'Name', 'Nom'),
        text('period_month', 'Month', 'Mois'),
        count('revision', 'Revision', 'Révision'),
        state('status', 'Status', 'Statut'),
        state('group_status', 'Group', 'Groupe'),
        count('fact_rows', 'Facts', 'Faits'),
        count('differs_revision', 'Refused later', 'Refusée ensuite'),
        text('received_at', 'Received', 'Reçu'),
      ];
      return {
        document: report,
        text: `${reportTable(asRows(report.rows), fields, terminal.language)}\n\n${report.published} / ${report.expected}`,
      };
    },
  });
}
