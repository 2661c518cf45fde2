import type { Reference, ReferenceKind, UnmappedReport } from '@prorata/finops';
import { Argument, type Command, Option } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { count, reportTable, text } from '../terminal/report.ts';
import { readMonth, readPath } from '../terminal/values.ts';
import { withEntity } from './open.ts';

const KINDS = ['domain', 'family', 'product', 'application'] as const;
const DIR = "the entity's folder";

/** `prorata entity references …`: what codes are called, when they hold, and what they stand for in the group. */
export function entityReferencesCommands(entity: Command, shell: Shell): void {
  const group = addGroup(entity, 'references', 'domains, families, products and applications of the entity');
  listCommand(group, shell);
  importCommand(group, shell);
  deactivateCommand(group, shell);
  reactivateCommand(group, shell);
  mapCommand(group, shell);
  unmappedCommand(group, shell);
  pullCommand(group, shell);
  historyCommand(group, shell);
}

/** Commander checks the kind where it stands as an argument; the types do not know. */
function withKind(command: Command): void {
  const [kind] = command.registeredArguments;
  kind?.choices([...KINDS]);
}

function kindOf(value: string): ReferenceKind {
  return KINDS.find((kind) => kind === value) ?? 'application';
}

function listCommand(parent: Command, shell: Shell): void {
  addCommand<{ readonly kind?: ReferenceKind; readonly month?: string }>(parent, shell, {
    name: 'list',
    summary: 'the references, those that have ended included',
    examples: ['entity references list --kind product --dir E', 'entity references list --month 2025-07 --dir E'],
    dir: DIR,
    options: [
      new Option('--kind <kind>', 'only references of this kind').choices([...KINDS]),
      new Option('--month <month>', 'only references that hold in this month'),
    ],
    async run({ dir, options, terminal }) {
      const month = options.month === undefined ? undefined : readMonth(options.month);
      const list = await withEntity(dir, (node, api) => api.listReferences(node, { kind: options.kind, month }));
      return { document: list, text: referencesText(list.rows, terminal.language) };
    },
  });
}

function importCommand(parent: Command, shell: Shell): void {
  addCommand(parent, shell, {
    name: 'import <file>',
    summary: 'take references from CSV, Parquet, YAML or JSON: kind, code, label, domain, family, unit, validity',
    examples: ['entity references import references.csv --dir E'],
    dir: DIR,
    async run({ argument, dir, terminal }) {
      const path = readPath(argument);
      const taken = await withEntity(dir, (node, api) => api.importReferences(node, { path }));
      const { rows, added, changed, unchanged } = taken;
      const words = {
        en: `${rows} references: ${added} added, ${changed} changed, ${unchanged} as they were.`,
        fr: `${rows} références : ${added} ajoutées, ${changed} modifiées, ${unchanged} inchangées.`,
      };
      return { document: taken, text: words[terminal.language] };
    },
  });
}

function deactivateCommand(parent: Command, shell: Shell): void {
  const command = addCommand<{ readonly lastMonth: string }>(parent, shell, {
    name: 'deactivate <kind> <code>',
    summary: 'end a reference; its history stays',
    examples: ['entity references deactivate application "web shop" --last-month 2025-07 --dir E'],
    dir: DIR,
    options: [new Option('--last-month <month>', 'the last month in which it holds').makeOptionMandatory()],
    async run({ arguments: [kind = '', code = ''], dir, options, terminal }) {
      const last = readMonth(options.lastMonth);
      const name = { kind: kindOf(kind), code };
      const ended = await withEntity(dir, (node, api) => api.deactivateReference(node, name, last));
      return { document: ended, text: referencesText([ended], terminal.language) };
    },
  });
  withKind(command);
}

function reactivateCommand(parent: Command, shell: Shell): void {
  const command = addCommand(parent, shell, {
    name: 'reactivate <kind> <code>',
    summary: 'let a reference that has ended hold again',
    examples: ['entity references reactivate application "web shop" --dir E'],
    dir: DIR,
    async run({ arguments: [kind = '', code = ''], dir, terminal }) {
      const name = { kind: kindOf(kind), code };
      const again = await withEntity(dir, (node, api) => api.reactivateReference(node, name));
      return { document: again, text: referencesText([again], terminal.language) };
    },
  });
  withKind(command);
}

function mapCommand(parent: Command, shell: Shell): void {
  const command = addCommand(parent, shell, {
    name: 'map <kind> <code> [group-code]',
    summary: 'say which code of the group a reference stands for; without one its own code is meant again',
    examples: ['entity references map domain Mainframe "Mainframe and hosts" --dir E'],
    dir: DIR,
    async run({ arguments: [kind = '', code = '', groupCode], dir, terminal }) {
      const name = { kind: kindOf(kind), code };
      const mapped = await withEntity(dir, (node, api) => api.mapReference(node, name, groupCode ?? null));
      return { document: mapped, text: referencesText([mapped], terminal.language) };
    },
  });
  withKind(command);
}

function unmappedCommand(parent: Command, shell: Shell): void {
  const command = addCommand(parent, shell, {
    name: 'unmapped',
    summary: 'what facts name and the group does not know, before it is published',
    examples: ['entity references unmapped 2025-07 --dir E', 'entity references unmapped --dir E'],
    dir: DIR,
    async run({ arguments: [month], dir, terminal }) {
      const wanted = month === undefined ? undefined : readMonth(month);
      const report = await withEntity(dir, (node, api) => api.unmappedReferences(node, wanted));
      return { document: report, text: unmappedText(report, terminal.language) };
    },
  });
  command.addArgument(new Argument('[month]', 'only facts of this month'));
}

function pullCommand(parent: Command, shell: Shell): void {
  addCommand<{ readonly url?: string; readonly token?: string }>(parent, shell, {
    name: 'pull',
    summary: 'ask the group for its references since the version that the entity has',
    examples: ['entity references pull --dir E', 'entity references pull --url https://group.example --dir E'],
    dir: DIR,
    options: [
      new Option('--url <address>', 'address of the group node; that of the admission unless told'),
      new Option('--token <token>', "a token for the group node; one is signed with the entity's key unless told"),
    ],
    async run({ dir, options, terminal }) {
      const { url, token } = options;
      const pulled = await withEntity(dir, (node, api) => api.pullReferences(node, { url, token }));
      const { version, added, changed, deactivated } = pulled;
      const words = {
        en: `References of the group, version ${version}: ${added} added, ${changed} changed, ${deactivated} deactivated.`,
        fr: `Références du groupe, version ${version} : ${added} ajoutées, ${changed} modifiées, ${deactivated} désactivées.`,
      };
      return { document: pulled, text: words[terminal.language] };
    },
  });
}

function historyCommand(parent: Command, shell: Shell): void {
  addCommand<{ readonly kind?: ReferenceKind; readonly code?: string }>(parent, shell, {
    name: 'history',
    summary: 'who changed which reference, newest first',
    examples: ['entity references history --kind product --code MIPS --dir E'],
    dir: DIR,
    options: [
      new Option('--kind <kind>', 'only references of this kind').choices([...KINDS]),
      new Option('--code <code>', 'only this code'),
    ],
    async run({ dir, options, terminal }) {
      const { kind, code } = options;
      const changes = await withEntity(dir, (node, api) => api.referenceChanges(node, { kind, code }));
      const rows = changes.rows.map(({ before, after, ...row }) => ({ ...row, change: changeOf(before, after) }));
      const fields = [
        text('changed_at', 'When', 'Quand'),
        text('kind', 'Kind', 'Genre'),
        text('code', 'Code'),
        count('version', 'Version'),
        text('change', 'Change', 'Modification'),
      ];
      return { document: changes, text: reportTable(rows, fields, terminal.language) };
    },
  });
}

function changeOf(before: Reference | null, after: Reference): string {
  const names = ['label', 'domain', 'family', 'unit', 'valid_from', 'valid_to', 'group_code'] as const;
  const shown = names.filter((name) => (before?.[name] ?? null) !== after[name]);
  return shown.map((name) => `${name} ${before?.[name] ?? '–'} → ${after[name] ?? '–'}`).join(', ');
}

function referencesText(rows: readonly Reference[], language: Language): string {
  const fields = [
    text('kind', 'Kind', 'Genre'),
    text('code', 'Code'),
    text('label', 'Label', 'Libellé'),
    text('domain', 'Domain', 'Domaine'),
    text('family', 'Family', 'Famille'),
    text('unit', 'Unit', 'Unité'),
    text('valid_from', 'From', 'Du'),
    text('valid_to', 'To', 'Au'),
    text('group_code', 'In the group', 'Dans le groupe'),
  ];
  return reportTable(
    rows.map((row) => ({ ...row })),
    fields,
    language,
  );
}

function unmappedText(report: UnmappedReport, language: Language): string {
  const fields = [
    text('kind', 'Kind', 'Genre'),
    text('code', 'Code'),
    text('group_code', 'Mapped to', 'Placé sur'),
    count('facts', 'Facts', 'Faits'),
    text('consequence', 'Consequence', 'Conséquence'),
    text('nearest', 'Nearest', 'Le plus proche'),
  ];
  const nothing = {
    en: `All of it is known to the group (version ${report.version}).`,
    fr: `Tout est connu du groupe (version ${report.version}).`,
  };
  if (report.rows.length === 0) return nothing[language];
  return reportTable(
    report.rows.map((row) => ({ ...row })),
    fields,
    language,
  );
}
