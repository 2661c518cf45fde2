import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { MappingTrial, Suggestion, TrialOn } from '@prorata/finops';
import { type Command, Option } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { count, money, reportTable, share, text } from '../terminal/report.ts';
import { readMonth, readPath, readRevision } from '../terminal/values.ts';
import { withEntity } from './open.ts';

const DIR = "the entity's folder";

/** `prorata entity mapping …`: what the mapping does, what it nearly does, and what it was. */
export function entityMappingCommands(entity: Command, shell: Shell): void {
  const group = addGroup(entity, 'mapping', 'the rules by which charges become facts');
  testCommand(group, shell);
  suggestCommand(group, shell);
  acceptCommand(group, shell);
  putCommand(group, shell);
  historyCommand(group, shell);
  diffCommand(group, shell);
}

/** A file that is there, or a month. */
function readOn(argument: string): TrialOn {
  if (existsSync(argument) || !/^\d{4}-\d{2}$/.test(argument)) return { file: readPath(argument) };
  return { month: readMonth(argument) };
}

function testCommand(parent: Command, shell: Shell): void {
  addCommand<{ readonly mapping?: string }>(parent, shell, {
    name: 'test <file-or-month>',
    summary: 'what each rule catches, what nothing catches, and the allocated share in money; nothing is stored',
    examples: [
      'entity mapping test bills/2025-07.csv --dir E',
      'entity mapping test 2025-07 --mapping next.yaml --dir E',
    ],
    dir: DIR,
    options: [new Option('--mapping <file>', "a mapping to try instead of the node's mapping.yaml")],
    async run({ argument, dir, options, terminal }) {
      const on = readOn(argument);
      const other = options.mapping === undefined ? undefined : await readFile(readPath(options.mapping), 'utf8');
      const trial = await withEntity(dir, (node, api) =>
        api.testMapping(node, on, other === undefined ? undefined : api.parseMapping(other)),
      );
      return { document: trial, text: trialText(trial, terminal.language) };
    },
  });
}

function suggestCommand(parent: Command, shell: Shell): void {
  addCommand(parent, shell, {
    name: 'suggest <file-or-month>',
    summary: 'tag keys and values that are nearly known, with their money; nothing is changed',
    examples: ['entity mapping suggest 2025-07 --dir E'],
    dir: DIR,
    async run({ argument, dir, terminal }) {
      const found = await withEntity(dir, (node, api) => api.suggestMappings(node, readOn(argument)));
      return { document: found, text: suggestionsText(found.rows, terminal.language) };
    },
  });
}

function acceptCommand(parent: Command, shell: Shell): void {
  addCommand<{ readonly on: string }>(parent, shell, {
    name: 'accept <number-or-id...>',
    summary: 'write suggestions into mapping.yaml, as aliases; the rest of the file stays as it is written',
    examples: ['entity mapping accept 1 3 --on 2025-07 --dir E'],
    dir: DIR,
    options: [
      new Option('--on <file-or-month>', 'what the suggestions were made on, as for suggest').makeOptionMandatory(),
    ],
    async run({ arguments: names, dir, options, terminal }) {
      const on = readOn(options.on);
      const accepted = await withEntity(dir, (node, api) => api.acceptSuggestions(node, on, names));
      const { version, rows } = accepted;
      const words = {
        en: `mapping.yaml, version ${version}: run the months again that it changes.`,
        fr: `mapping.yaml, version ${version} : relancer les mois concernés.`,
      };
      return { document: accepted, text: `${suggestionsText(rows, terminal.language)}\n${words[terminal.language]}` };
    },
  });
}

function putCommand(parent: Command, shell: Shell): void {
  addCommand(parent, shell, {
    name: 'put <file>',
    summary: 'judge a mapping, keep it as a version and make it mapping.yaml',
    examples: ['entity mapping put next.yaml --dir E'],
    dir: DIR,
    async run({ argument, dir, terminal }) {
      const given = await readFile(readPath(argument), 'utf8');
      const written = await withEntity(dir, (node, api) => api.putMapping(node, given));
      const words = {
        en: written.changed ? `mapping.yaml is version ${written.version}.` : 'The mapping says that already.',
        fr: written.changed ? `mapping.yaml est la version ${written.version}.` : 'Le mapping dit déjà cela.',
      };
      return { document: written, text: words[terminal.language] };
    },
  });
}

function historyCommand(parent: Command, shell: Shell): void {
  addCommand(parent, shell, {
    name: 'history',
    summary: 'the mappings that runs used and people wrote, newest first',
    examples: ['entity mapping history --dir E'],
    dir: DIR,
    async run({ dir, terminal }) {
      const history = await withEntity(dir, (node, api) => api.mappingHistory(node));
      const fields = [
        count('version', 'Version'),
        text('created_at', 'When', 'Quand'),
        text('source', 'From', 'Par'),
        text('sha256', 'SHA-256'),
      ];
      const rows = history.rows.map((row) => ({ ...row }));
      return { document: history, text: reportTable(rows, fields, terminal.language) };
    },
  });
}

function diffCommand(parent: Command, shell: Shell): void {
  addCommand(parent, shell, {
    name: 'diff <version> [other]',
    summary: 'what changed between two versions, or since one of them',
    examples: ['entity mapping diff 1 2 --dir E', 'entity mapping diff 2 --dir E'],
    dir: DIR,
    async run({ arguments: [from = '', to], dir }) {
      const diff = await withEntity(dir, (node, api) =>
        api.mappingDiff(node, readRevision(from), to === undefined ? undefined : readRevision(to)),
      );
      return { document: diff, text: diff.rows.map((row) => `${row.sign} ${row.text}`).join('\n') };
    },
  });
}

function trialText(trial: MappingTrial, language: Language): string {
  const caught = trial.rows.map(({ decides, ...row }) => ({ ...row, decides: decides.join(', ') }));
  const sums = [
    money('cost_effective', 'Effective', 'Effectif'),
    money('cost_billed', 'Billed', 'Facturé'),
    text('currency', 'Currency', 'Devise'),
  ];
  const rules = [
    text('rule', 'Rule', 'Règle'),
    text('decides', 'Decides', 'Décide'),
    count('rows', 'Rows', 'Lignes'),
    count('matched_rows', 'Matches', 'Correspond'),
    ...sums,
  ];
  const left = [
    text('provider', 'Provider', 'Fournisseur'),
    text('sub_account_name', 'Sub-account', 'Sous-compte'),
    text('service_name', 'Service'),
    text('charge_category', 'Charge'),
    text('tags', 'Tags'),
    count('rows', 'Rows', 'Lignes'),
    ...sums,
  ];
  const summary = [
    text('currency', 'Currency', 'Devise'),
    share('allocated_share', 'Allocated', 'Affecté'),
    money('allocated_effective', 'Allocated cost', 'Coût affecté'),
    money('cost_effective', 'Effective', 'Effectif'),
  ];
  const heading = { en: 'Nothing catches:', fr: 'Rien ne prend :' };
  const uncaught = trial.uncaught.map((row) => ({ ...row }));
  return [
    reportTable(caught, rules, language),
    '',
    heading[language],
    reportTable(uncaught, left, language),
    '',
    reportTable(
      trial.summary.map((row) => ({ ...row })),
      summary,
      language,
    ),
  ].join('\n');
}

function suggestionsText(rows: readonly Suggestion[], language: Language): string {
  const lines = rows.flatMap(({ money: sums, ...row }) => sums.map((sum) => ({ ...row, ...sum })));
  const fields = [
    count('number', 'No.', 'N°'),
    text('id', 'Id'),
    text('kind', 'Kind', 'Genre'),
    text('found', 'Found', 'Trouvé'),
    text('meant', 'Meant?', 'Voulu ?'),
    count('rows', 'Rows', 'Lignes'),
    money('cost_effective', 'Effective', 'Effectif'),
    text('currency', 'Currency', 'Devise'),
  ];
  return reportTable(lines, fields, language);
}
