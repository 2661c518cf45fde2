import { readFile } from 'node:fs/promises';
import type { RulesTest } from '@prorata/finops';
import { type Command, Option } from 'commander';
import { cliProblem } from '../problems.ts';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { count, money, reportTable, state, text } from '../terminal/report.ts';
import { readMonth, readPath } from '../terminal/values.ts';
import { withEntity } from './open.ts';

const DIR = "the entity's folder";
const RULE_FIELDS = [
  count('order', 'Order', 'Ordre'),
  text('code', 'Rule', 'Règle'),
  count('version', 'Version'),
  state('status', 'Status', 'État'),
  text('label', 'Label', 'Libellé'),
  text('valid_from', 'From', 'De'),
  text('valid_to', 'To', 'À'),
];

/** `prorata entity rules`: which rule spreads which shared cost over whom. */
export function entityRulesCommands(entity: Command, shell: Shell): void {
  const rules = addGroup(entity, 'rules', 'indirect rules: which shared cost is spread over whom, by what');
  importCommand(rules, shell);
  addCommand(rules, shell, {
    name: 'list',
    isDefault: true,
    summary: 'all versions of all indirect rules, in the order in which rules choose',
    examples: ['entity rules list --dir E'],
    dir: DIR,
    async run({ dir, terminal }) {
      const { rows } = await withEntity(dir, (node, api) => api.listRules(node));
      const shown = rows.map((row) => ({ ...row }));
      return { document: { rows }, text: reportTable(shown, RULE_FIELDS, terminal.language) };
    },
  });
  addCommand(rules, shell, {
    name: 'show <rule>',
    summary: 'what a rule says: its newest version, or the one named',
    examples: ['entity rules show network --dir E', 'entity rules show network@2 --dir E'],
    dir: DIR,
    async run({ argument, dir }) {
      const { code, version } = readRule(argument);
      const rule = await withEntity(dir, (node, api) => api.showRule(node, code, version));
      return { document: rule, text: JSON.stringify(rule.document, null, 2) };
    },
  });
  changeCommands(rules, shell);
  testCommand(rules, shell);
}

function importCommand(rules: Command, shell: Shell): void {
  addCommand<{ readonly publish?: boolean }>(rules, shell, {
    name: 'import <file>',
    summary:
      'take a rules file (YAML, prorata.indirect-rules/1): what is new becomes a draft, the next version of its code',
    examples: ['entity rules import rules.yaml --dir E', 'entity rules import rules.yaml --publish --dir E'],
    dir: DIR,
    options: [new Option('--publish', 'publish what is new at once')],
    async run({ argument, dir, options, terminal }) {
      const file = await readFile(readPath(argument), 'utf8');
      const publish = options.publish === true;
      const { rows } = await withEntity(dir, (node, api) => api.importRules(node, file, { publish }));
      const fields = [
        text('code', 'Rule', 'Règle'),
        count('version', 'Version'),
        state('status', 'Status', 'État'),
        text('change', 'Change', 'Changement'),
      ];
      const shown = rows.map((row) => ({ ...row }));
      return { document: { rows }, text: reportTable(shown, fields, terminal.language) };
    },
  });
}

function changeCommands(rules: Command, shell: Shell): void {
  const verbs = [
    ['publish', 'publish the draft of a rule: in force from the next run on, and never changed again', 'is published'],
    ['archive', 'take a published version out of force for the runs to come', 'is archived'],
  ] as const;
  for (const [verb, summary, said] of verbs) {
    addCommand(rules, shell, {
      name: `${verb} <rule>`,
      summary,
      examples: [`entity rules ${verb} network --dir E`, `entity rules ${verb} network@2 --dir E`],
      dir: DIR,
      async run({ argument, dir, terminal }) {
        const { code, version } = readRule(argument);
        const rule = await withEntity(dir, (node, api) =>
          verb === 'publish' ? api.publishRule(node, code, version) : api.archiveRule(node, code, version),
        );
        const words = verb === 'publish' ? 'est publiée' : 'est archivée';
        const named = `${rule.code}@${rule.version}`;
        return {
          document: rule,
          text: terminal.language === 'fr' ? `La règle ${named} ${words}.` : `Rule ${named} ${said}.`,
        };
      },
    });
  }
}

function testCommand(rules: Command, shell: Shell): void {
  addCommand<{ readonly file?: string }>(rules, shell, {
    name: 'test <month>',
    summary: 'what each rule would take in a month, and what each application would bear; changes nothing',
    examples: ['entity rules test 2025-07 --file rules.yaml --dir E', 'entity rules test 2025-07 --dir E'],
    dir: DIR,
    options: [new Option('--file <file>', 'rules to try in place of those in force')],
    async run({ argument, dir, options, terminal }) {
      const month = readMonth(argument);
      const file = options.file === undefined ? undefined : await readFile(readPath(options.file), 'utf8');
      const tested = await withEntity(dir, (node, api) => api.testRules(node, month, file));
      return { document: tested, text: testText(tested, terminal.language) };
    },
  });
}

function testText({ rows, effects, warnings }: RulesTest, language: Language): string {
  const taken = reportTable(
    rows.map((row) => ({
      ...row,
      rule: row.rule_version === null ? row.rule_code : `${row.rule_code}@${row.rule_version}`,
    })),
    [
      text('rule', 'Rule', 'Règle'),
      text('pool', 'Spreads', 'Répartit'),
      text('domain_id', 'Domain', 'Domaine'),
      text('environment', 'Env.'),
      money('pool_effective', 'Effective', 'Effectif', { total: true }),
      money('pool_billed', 'Billed', 'Facturé', { total: true }),
      text('currency', 'Currency', 'Devise'),
      text('total_weight', 'Weights', 'Poids'),
      text('warning', 'Warning', 'Alerte'),
    ],
    language,
  );
  const borne = reportTable(
    effects.map((effect) => ({ ...effect })),
    [
      text('application', 'Application'),
      money('before', 'Stands', 'Actuel', { total: true }),
      money('after', 'Would be', 'Serait', { total: true }),
      money('difference', 'Difference', 'Écart', { total: true }),
      text('currency', 'Currency', 'Devise'),
    ],
    language,
  );
  return [taken, '', borne, ...warnings.map(({ code, detail }) => `! ${code}: ${detail}`)].join('\n');
}

/** `network`, or `network@2` for a version of it. @throws Problem `OPTION_INVALID` */
function readRule(text: string): { readonly code: string; readonly version?: number } {
  const [, code, version] = /^([a-z0-9][a-z0-9_-]{0,31})(?:@([1-9]\d{0,8}))?$/.exec(text) ?? [];
  if (code === undefined) {
    throw cliProblem('OPTION_INVALID', `${JSON.stringify(text)} is not a rule; write network, or network@2`, {
      value: text,
    });
  }
  return version === undefined ? { code } : { code, version: Number(version) };
}
