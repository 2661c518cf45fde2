import { type Command, Option } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { count, state, text } from '../terminal/report.ts';
import { readCode, readId } from '../terminal/values.ts';
import { listed } from './listed.ts';
import { readGroup, withGroup } from './open.ts';

interface ListOptions {
  readonly entity?: string;
  readonly all?: boolean;
}

/** `prorata group quarantine …`: refused bundles, why, and taking them once the cause is gone. */
export function groupQuarantineCommands(group: Command, shell: Shell): void {
  const quarantine = addGroup(group, 'quarantine', 'refused bundles, kept until they are taken or let go');
  addList(quarantine, shell);
  addShow(quarantine, shell);
  addReplay(quarantine, shell);
  addDiscard(quarantine, shell);
}

function addList(quarantine: Command, shell: Shell): void {
  addCommand<ListOptions>(quarantine, shell, {
    name: 'list',
    isDefault: true,
    summary: 'refused bundles that are held, the latest first',
    examples: ['group quarantine --dir G', 'group quarantine list --entity DE02 --all --dir G'],
    dir: "the group's folder",
    options: [
      new Option('--entity <code>', 'of one entity'),
      new Option('--all', 'also those that were taken, let go, or are too old'),
    ],
    async run({ dir, options, terminal }) {
      const filter = {
        limit: 1000,
        status: options.all === true ? ('ALL' as const) : ('HELD' as const),
        ...(options.entity === undefined ? {} : { entity: readCode(options.entity) }),
      };
      const rows = await readGroup(dir, { command: 'group quarantine', filters: filter }, (node, api) =>
        api.listQuarantine(node, filter),
      );
      const fields = [
        text('id', 'Id'),
        text('entity', 'Entity', 'Entité'),
        text('file', 'File', 'Fichier'),
        text('code', 'Refused with', 'Motif'),
        state('status', 'Status', 'Statut'),
        count('refusals', 'Times', 'Fois'),
        text('last_at', 'Last', 'Dernier'),
      ];
      return listed(rows, fields, terminal.language);
    },
  });
}

function addShow(quarantine: Command, shell: Shell): void {
  addCommand(quarantine, shell, {
    name: 'show <id>',
    summary: 'one refused bundle with its report',
    examples: ['group quarantine show 019ac3e2-7c1f-7d3a-9b60-2f4c1d5e8a90 --dir G'],
    dir: "the group's folder",
    async run({ argument, dir }) {
      const id = readId(argument);
      const entry = await readGroup(dir, { command: 'group quarantine show', filters: { id } }, (node, api) =>
        api.showQuarantined(node, id),
      );
      const { file, entity, code, status, report } = entry;
      const places = report.violations.map(({ file: where, row, column, value, message }) =>
        ['-', where, row === null ? null : `row ${row}`, column, value === null ? null : `"${value}"`, message]
          .filter((part) => part !== null)
          .join(' '),
      );
      const more = report.more === 0 ? [] : [`and ${report.more} more`];
      return {
        document: entry,
        text: [`${file} (${entity ?? 'no entity'}): ${code}, ${status}`, ...places, ...more].join('\n'),
      };
    },
  });
}

function addReplay(quarantine: Command, shell: Shell): void {
  addCommand<{ readonly entity?: string; readonly all?: boolean }>(quarantine, shell, {
    name: 'replay [id]',
    summary: 'take a refused bundle through the whole intake again; all that are held with --all',
    examples: [
      'group quarantine replay 019ac3e2-7c1f-7d3a-9b60-2f4c1d5e8a90 --dir G',
      'group quarantine replay --all --entity DE02 --dir G',
    ],
    dir: "the group's folder",
    options: [new Option('--all', 'all that are held'), new Option('--entity <code>', 'with --all: of one entity')],
    async run({ argument, dir, options, terminal }) {
      if (options.all !== true) {
        const received = await withGroup(dir, (node, api) => api.replayQuarantined(node, readId(argument)));
        const { entity, period_month, revision } = received;
        return { document: received, text: `${entity} ${period_month} revision ${revision} is accepted.` };
      }
      const filter = options.entity === undefined ? {} : { entity: readCode(options.entity) };
      const rows = await withGroup(dir, (node, api) => api.replayAll(node, filter));
      const fields = [
        text('entity', 'Entity', 'Entité'),
        text('file', 'File', 'Fichier'),
        state('outcome', 'Outcome', 'Résultat'),
        text('code', 'Refused with', 'Motif'),
        text('detail', 'Detail', 'Détail'),
      ];
      return listed(rows, fields, terminal.language);
    },
  });
}

function addDiscard(quarantine: Command, shell: Shell): void {
  addCommand<{ readonly reason: string }>(quarantine, shell, {
    name: 'discard <id>',
    summary: 'let a refused bundle go; its report stays',
    examples: ['group quarantine discard 019ac3e2-7c1f-7d3a-9b60-2f4c1d5e8a90 --reason "sent twice" --dir G'],
    dir: "the group's folder",
    options: [new Option('--reason <text>', 'why; kept with it').makeOptionMandatory()],
    async run({ argument, dir, options }) {
      const input = { id: readId(argument), reason: options.reason };
      const entry = await withGroup(dir, (node, api) => api.discardQuarantined(node, input));
      return { document: entry, text: `${entry.file} is let go.` };
    },
  });
}
