import { resolve } from 'node:path';
import type { PublicationPreview, PublishResult } from '@prorata/finops';
import { type Command, Option } from 'commander';
import { changedCosts, costsOf } from '../terminal/changed-costs.ts';
import { addCommand, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { count, money, reportTable, text } from '../terminal/report.ts';
import { readMonth } from '../terminal/values.ts';
import { withEntity } from './open.ts';

interface PublishOptions {
  readonly out?: string;
  readonly push?: string;
  readonly dryRun?: boolean;
}

/** `prorata entity publish`: the signed bundle of a month, and its way to the group. */
export function entityPublishCommand(entity: Command, shell: Shell): void {
  addCommand<PublishOptions>(entity, shell, {
    name: 'publish <month>',
    summary: 'write the signed bundle of a month; unchanged facts give the revision that stands',
    examples: [
      'entity publish 2025-07 --dir E --out FR01_2025-07.zip',
      'entity publish 2025-07 --dir E --push http://127.0.0.1:8080',
      'entity publish 2025-07 --dir E --dry-run',
    ],
    dir: "the entity's folder",
    options: [
      new Option('--out <file>', 'a second place for the bundle'),
      new Option('--dry-run', 'only show what would change against the revision that stands').conflicts([
        'out',
        'push',
      ]),
      new Option('--push <url>', 'send it to the group node, with a token of the entity or the one in PRORATA_TOKEN'),
    ],
    async run({ argument, dir, options, terminal }) {
      const month = readMonth(argument);
      if (options.dryRun === true) {
        const preview = await withEntity(dir, (node, api) => api.previewPublication(node, month));
        return { document: preview, text: previewText(preview, terminal.language) };
      }
      const out = options.out === undefined ? undefined : resolve(options.out);
      const published = await withEntity(dir, (node, api) =>
        api.publishMonth(node, month, {
          out,
          push: options.push,
          token: process.env.PRORATA_TOKEN,
        }),
      );
      return { document: published, text: publishText(published, terminal.language) };
    },
  });
}

function publishText(published: PublishResult, language: Language): string {
  const { entity, period_month: month, revision, created, path, pushed, warnings } = published;
  const state = created ? 'is published' : 'stands already: the facts did not change';
  const rows = published.totals.map((total) => ({ ...total }));
  const fields = [
    text('consumption_type', 'Type'),
    text('currency', 'Currency', 'Devise'),
    count('rows', 'Facts', 'Faits'),
    money('cost_effective', 'Effective', 'Effectif', { total: true }),
    money('cost_billed', 'Billed', 'Facturé', { total: true }),
    money('cost_standard', 'Standard', 'Standard', { total: true }),
  ];
  return [
    `${entity} ${month}, revision ${revision}, ${state}.`,
    path,
    '',
    reportTable(rows, fields, language),
    ...(pushed === null ? [] : [`Sent to ${pushed.url}: ${pushed.status}.`]),
    ...warnings.map(({ code, detail }) => `! ${code}: ${detail}`),
  ].join('\n');
}

function previewText(preview: PublicationPreview, language: Language): string {
  const { entity, period_month: month, revision, unchanged, changes, differences, unmapped } = preview;
  if (unchanged) return `${entity} ${month}: nothing would change; revision ${revision} stands.`;
  const rows = differences.map((fact) => ({ ...fact.grain, change: fact.change, ...costsOf(fact) }));
  const fields = [
    text('change', 'Change', 'Changement'),
    text('application_id', 'Application'),
    text('product_id', 'Product', 'Produit'),
    text('environment', 'Env.'),
    text('consumption_type', 'Type'),
    ...changedCosts(differences),
    text('currency', 'Currency', 'Devise'),
  ];
  const { added, removed, changed } = changes;
  const unknown = unmapped.map(
    ({ kind, code, facts, consequence }) => `! ${kind} ${code}: ${facts} facts, ${consequence}`,
  );
  return [
    `${entity} ${month} would become revision ${revision}: ${added} facts added, ${removed} removed, ${changed} changed. Nothing was published.`,
    ...(rows.length === 0 ? [] : ['', reportTable(rows, fields, language)]),
    ...unknown,
  ].join('\n');
}
