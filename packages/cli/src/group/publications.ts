import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { PublicationDifference } from '@prorata/group';
import { type Command, Option } from 'commander';
import { changedCosts, costsOf } from '../terminal/changed-costs.ts';
import { addCommand, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { count, reportTable, state, text } from '../terminal/report.ts';
import { readCode, readMonth, readRevision } from '../terminal/values.ts';
import { listed } from './listed.ts';
import { readGroup, requireEntities } from './open.ts';
import { ENTITY_OPTION, MONTH_OPTIONS, type ReportOptions, readReportOptions } from './report-options.ts';

interface ListOptions extends ReportOptions {
  readonly allRevisions?: boolean;
}

/** `prorata group publications`, `publication` and `difference`: what was received, as it was received. */
export function groupPublicationCommands(group: Command, shell: Shell): void {
  addList(group, shell);
  addBundle(group, shell);
  addDifference(group, shell);
}

function addList(group: Command, shell: Shell): void {
  addCommand<ListOptions>(group, shell, {
    name: 'publications',
    summary: 'accepted bundles by entity, month and revision',
    examples: ['group publications --entity DE02 --month 2025-08 --all-revisions --dir G'],
    dir: "the group's folder",
    options: [...MONTH_OPTIONS, ENTITY_OPTION, new Option('--all-revisions', 'superseded ones as well')],
    async run({ dir, options, terminal }) {
      const { from, to, entity } = readReportOptions(options);
      const asked = { ...(from && { from }), ...(to && { to }), ...(entity && { entity }) };
      const rows = await readGroup(dir, { command: 'group publications', filters: asked }, async (node, api) => {
        await requireEntities(node, api, entity);
        return await api.listPublications(node, { ...asked, all_revisions: options.allRevisions === true });
      });
      const fields = [
        text('entity', 'Entity', 'Entité'),
        text('period_month', 'Month', 'Mois'),
        count('revision', 'Revision', 'Révision'),
        state('status', 'Status', 'Statut'),
        state('period_state', 'Month is', 'Mois'),
        count('rows', 'Facts', 'Faits'),
        count('differs_revision', 'Refused later', 'Refusée ensuite'),
        text('received_at', 'Received', 'Reçu'),
      ];
      return listed(rows, fields, terminal.language);
    },
  });
}

interface BundleOptions {
  readonly out: string;
}

function addBundle(group: Command, shell: Shell): void {
  addCommand<BundleOptions>(group, shell, {
    name: 'publication <entity> <month> <revision>',
    summary: 'write a bundle as it was received, superseded ones too',
    examples: ['group publication DE02 2025-08 1 --out DE02_2025-08_r1.zip --dir G'],
    dir: "the group's folder",
    options: [new Option('--out <file>', 'where the bundle goes').makeOptionMandatory()],
    async run({ arguments: [entity = '', month = '', revision = ''], dir, options }) {
      const of = { entity: readCode(entity), month: readMonth(month), revision: readRevision(revision) };
      const out = resolve(options.out);
      await readGroup(dir, { command: 'group publication', filters: of }, async (node, api) => {
        const draft = `${out}.${process.pid}.part`;
        await pipeline(await api.publicationBundle(node, of), createWriteStream(draft));
        await rename(draft, out);
      });
      return { document: { ...of, path: out }, text: out };
    },
  });
}

const MOST_DIFFERENCES = 100_000;

interface DifferenceOptions {
  readonly from: string;
  readonly to: string;
}

function addDifference(group: Command, shell: Shell): void {
  addCommand<DifferenceOptions>(group, shell, {
    name: 'difference <entity> <month>',
    summary: 'what changed between two revisions, fact by fact',
    examples: ['group difference DE02 2025-08 --from 1 --to 2 --dir G'],
    dir: "the group's folder",
    options: [
      new Option('--from <revision>', 'the earlier one').makeOptionMandatory(),
      new Option('--to <revision>', 'the later one').makeOptionMandatory(),
    ],
    async run({ arguments: [entity = '', month = ''], dir, options, terminal }) {
      const of = { entity: readCode(entity), month: readMonth(month) };
      const [from, to] = [readRevision(options.from), readRevision(options.to)];
      const difference = await readGroup(
        dir,
        { command: 'group difference', filters: { ...of, from, to } },
        (node, api) => api.publicationDifference(node, { ...of, from, to, limit: MOST_DIFFERENCES }),
      );
      return { document: difference, text: differenceText(difference, terminal.language) };
    },
  });
}

function differenceText({ rows, more, rules }: PublicationDifference, language: Language): string {
  const lines = rows.map(({ grain, ...fact }) => ({
    change: fact.change,
    application: grain.application_id,
    product: grain.product_id,
    environment: grain.environment,
    type: grain.consumption_type,
    currency: grain.currency,
    ...costsOf(fact),
  }));
  const fields = [
    text('change', 'Change', 'Écart'),
    text('application', 'Application'),
    text('product', 'Product', 'Produit'),
    text('environment', 'Env.'),
    text('type', 'Type'),
    ...changedCosts(rows),
    text('currency', 'Currency', 'Devise'),
  ];
  const told = (rules ?? []).map(({ change, code, before, after }) => ({
    change,
    rule: code,
    before: versionOf(before),
    after: versionOf(after),
  }));
  const rulesTable = reportTable(
    told,
    [
      text('change', 'Change', 'Écart'),
      text('rule', 'Indirect rule', 'Règle indirecte'),
      text('before', 'before', 'avant'),
      text('after', 'after', 'après'),
    ],
    language,
  );
  return `${reportTable(lines, fields, language)}${more === 0 ? '' : `\n+ ${more}`}${told.length === 0 ? '' : `\n\n${rulesTable}`}`;
}

function versionOf(rule: { readonly version: number | null; readonly driver?: string } | null): string {
  if (rule === null) return '';
  const version = rule.version === null ? '–' : `v${rule.version}`;
  return rule.driver === undefined ? version : `${version}, ${rule.driver}`;
}
