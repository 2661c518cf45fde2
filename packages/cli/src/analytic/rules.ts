import { canonicalJson } from '@prorata/allocation';
import { type Command, Option } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { count, reportTable, state, text } from '../terminal/report.ts';
import { FOLDER, readName } from './axes.ts';
import { type JsonObject, notJson, readJsonObject, textMember } from './json-file.ts';
import { ruleNamed, versionsOf } from './names.ts';
import { everyRow, type OpenAnalytic, withAnalytic } from './open.ts';
import { said } from './words.ts';

interface ImportOptions {
  readonly code?: string;
  readonly post?: boolean;
}

/** `prorata analytic rules …`: how entries are split, in versions that never change once posted. */
export function rulesCommands(analytic: Command, shell: Shell): void {
  const group = addGroup(analytic, 'rules', 'how entries are split, in versions that never change once posted');
  addCommand(group, shell, {
    name: 'list',
    isDefault: true,
    summary: 'every version of every rule',
    examples: ['analytic rules list --dir E'],
    dir: FOLDER,
    async run({ dir, terminal }) {
      const rows = await withAnalytic(dir, ({ api, node, caller }) =>
        everyRow((page) => api.listRules(node, caller.context, page)),
      );
      return { document: { rows }, text: reportTable(rows, FIELDS, terminal.language) };
    },
  });
  addCommand(group, shell, {
    name: 'show <rule>',
    summary: 'one version of a rule: the newest unless told',
    examples: ['analytic rules show CHARGES --dir E', 'analytic rules show CHARGES@2 --dir E'],
    dir: FOLDER,
    async run({ argument, dir }) {
      const rule = await withAnalytic(dir, (open) => ruleNamed(open, argument));
      return { document: rule, text: JSON.stringify(rule.rule, null, 2) };
    },
  });
  importCommand(group, shell);
  addCommand(group, shell, {
    name: 'post <rule>',
    summary: 'post the draft of a rule: it allocates, and never changes',
    examples: ['analytic rules post CHARGES --dir E'],
    dir: FOLDER,
    async run({ argument, dir, terminal }) {
      const { body } = await withAnalytic(dir, async (open) => {
        return await open.api.postRule(open.node, open.caller, (await ruleNamed(open, argument)).id);
      });
      const name = `${body.rule_code}@${body.version}`;
      return { document: body, text: said(terminal.language, `Rule ${name} posted.`, `Règle ${name} validée.`) };
    },
  });
}

const FIELDS = [
  text('rule_code', 'Rule', 'Règle'),
  count('version', 'Version'),
  state('status', 'Status', 'État'),
  text('description_source', 'Description'),
  text('posted_at', 'Posted', 'Validée'),
  text('id', 'Id'),
];

function importCommand(group: Command, shell: Shell): void {
  addCommand<ImportOptions>(group, shell, {
    name: 'import <file>',
    summary: 'store a rule from a JSON file: a draft, the change of the draft, or the next version',
    examples: [
      'analytic rules import charges.json --dir E',
      'analytic rules import rule-only.json --code CHARGES --post --dir E',
    ],
    dir: FOLDER,
    options: [
      new Option('--code <code>', 'code of a rule whose file holds the rule alone'),
      new Option('--post', 'post it at once'),
    ],
    async run({ argument, dir, options, terminal }) {
      const given = readRuleFile(argument, await readJsonObject(argument), options.code);
      const { outcome, rule } = await withAnalytic(dir, (open) => store(open, given, options.post === true));
      const name = `${rule.rule_code}@${rule.version}`;
      const words = said(
        terminal.language,
        `${name}: ${outcome}, ${rule.status}.`,
        `${name} : ${FRENCH[outcome]}, ${rule.status}.`,
      );
      return { document: { outcome, ...rule }, text: words };
    },
  });
}

type Outcome = 'created' | 'changed' | 'unchanged' | 'next version';
const FRENCH: Readonly<Record<Outcome, string>> = {
  created: 'créée',
  changed: 'modifiée',
  unchanged: 'inchangée',
  'next version': 'version suivante',
};

interface GivenRule {
  readonly rule_code: string;
  readonly description_source?: string | undefined;
  readonly rule: JsonObject;
}

/** `{"rule_code", "description_source"?, "rule"}` as the API takes it, or the rule alone with `--code`. */
function readRuleFile(file: string, document: JsonObject, code: string | undefined): GivenRule {
  if ('schema' in document) {
    if (code === undefined) throw notJson(file, 'it holds a rule alone; say its code with --code');
    return { rule_code: readName(code), rule: document };
  }
  const unknown = Object.keys(document).filter((name) => !['rule_code', 'description_source', 'rule'].includes(name));
  if (unknown.length > 0)
    throw notJson(file, `${unknown.join(', ')}: known members are rule_code, description_source, rule`);
  const { rule } = document;
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) throw notJson(file, 'rule is no JSON object');
  const name = code ?? textMember(file, document, 'rule_code');
  if (name === undefined) throw notJson(file, 'rule_code is missing');
  const description_source = textMember(file, document, 'description_source');
  return { rule_code: readName(name), description_source, rule: rule as JsonObject };
}

async function store(open: OpenAnalytic, given: GivenRule, post: boolean) {
  const { api, node, caller } = open;
  const stored = await draftOf(open, given);
  if (!post || stored.rule.status === 'POSTED') return stored;
  return { ...stored, rule: (await api.postRule(node, caller, stored.rule.id)).body };
}

async function draftOf(
  { api, node, caller, ...open }: OpenAnalytic,
  { rule_code, description_source, rule }: GivenRule,
) {
  const description = description_source === undefined ? {} : { description_source };
  const [latest] = await versionsOf({ api, node, caller, ...open }, rule_code);
  if (latest === undefined) {
    const { body } = await api.createRule(node, caller, { rule_code, rule, ...description });
    return { outcome: 'created' as Outcome, rule: body };
  }
  const told = description_source === undefined || description_source === latest.description_source;
  if (told && canonicalJson(rule) === canonicalJson(latest.rule))
    return { outcome: 'unchanged' as Outcome, rule: latest };
  if (latest.status === 'DRAFT') {
    const { body } = await api.changeRule(node, caller, latest.id, { rule, ...description });
    return { outcome: 'changed' as Outcome, rule: body };
  }
  const { body } = await api.createVersion(node, caller, latest.id, { rule, ...description });
  return { outcome: 'next version' as Outcome, rule: body };
}
