import { type Command, Option } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import { reportTable, text } from '../terminal/report.ts';
import { readCode, readMonth } from '../terminal/values.ts';
import { withGroup } from './open.ts';

interface ActivityOptions {
  readonly from?: string;
  readonly to?: string;
}

/** `prorata group entities` and `activity`: who belongs to the group, and in which months. */
export function groupEntityCommands(group: Command, shell: Shell): void {
  addCommand(group, shell, {
    name: 'entities',
    summary: 'every entity that ever enrolled, with its keys and active months',
    examples: ['group entities --dir G'],
    dir: "the group's folder",
    async run({ dir, terminal }) {
      const rows = await withGroup(dir, (node, api) => api.listEntities(node));
      const lines = rows.map(({ keys, ...row }) => ({
        ...row,
        kid: keys.find(({ revoked }) => !revoked)?.kid ?? null,
      }));
      const fields = [
        text('entity', 'Entity', 'Entité'),
        text('label', 'Name', 'Nom'),
        text('country', 'Country', 'Pays'),
        text('currency', 'Currency', 'Devise'),
        text('active_from', 'From', 'De'),
        text('active_to', 'To', 'À'),
        text('kid', 'Key', 'Clé'),
      ];
      return { document: { rows }, text: reportTable(lines, fields, terminal.language) };
    },
  });
  addCommand<ActivityOptions>(group, shell, {
    name: 'activity <entity>',
    summary: 'say in which months an entity publishes; a bound that is not given is taken away',
    examples: ['group activity FR01 --from 2025-01 --dir G'],
    dir: "the group's folder",
    options: [new Option('--from <month>', 'first month'), new Option('--to <month>', 'last month')],
    async run({ argument, dir, options }) {
      const activity = {
        entity: readCode(argument),
        active_from: options.from === undefined ? null : readMonth(options.from),
        active_to: options.to === undefined ? null : readMonth(options.to),
      };
      await withGroup(dir, (node, api) => api.setEntityActivity(node, activity));
      const { entity, active_from: from, active_to: to } = activity;
      return { document: activity, text: `${entity} publishes from ${from ?? 'any month'} to ${to ?? 'any month'}.` };
    },
  });
}
