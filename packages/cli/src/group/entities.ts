import { isCountryCode } from '@prorata/platform';
import { type Command, Option } from 'commander';
import { cliProblem } from '../problems.ts';
import { addCommand, type Shell } from '../terminal/command.ts';
import { reportTable, text } from '../terminal/report.ts';
import { readCode, readMonth } from '../terminal/values.ts';
import { readGroup, withGroup } from './open.ts';
import { whole } from './policy.ts';

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
      const rows = await readGroup(dir, { command: 'group entities', filters: {} }, (node, api) =>
        api.listEntities(node),
      );
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
  addChanges(group, shell);
}

interface ChangeOptions {
  readonly label?: string;
  readonly country?: string;
  readonly dueDay?: string;
}

function addChanges(group: Command, shell: Shell): void {
  addCommand<ChangeOptions>(group, shell, {
    name: 'change <entity>',
    summary: 'change the name, the country or the due day of an entity; what it published stays',
    examples: ['group change FR01 --label "Helios France SAS" --country FR --due-day 8 --dir G'],
    dir: "the group's folder",
    options: [
      new Option('--label <text>', 'its name'),
      new Option('--country <code>', 'ISO 3166-1 alpha-2'),
      new Option('--due-day <day>', 'of the following month, or "policy"'),
    ],
    async run({ argument, dir, options: { label, country, dueDay } }) {
      const change = {
        entity: readCode(argument),
        ...(label === undefined ? {} : { label }),
        ...(country === undefined ? {} : { country: readCountry(country) }),
        ...(dueDay === undefined ? {} : { due_day: dueDay === 'policy' ? null : whole(dueDay, 1, 31) }),
      };
      const entry = await withGroup(dir, (node, api) => api.changeEntity(node, change));
      return { document: entry, text: `${entry.entity}: ${entry.label}, ${entry.country}.` };
    },
  });
  addCommand<{ readonly lastMonth: string }>(group, shell, {
    name: 'deactivate <entity>',
    summary: 'end the publishing of an entity with its last month; its history stays',
    examples: ['group deactivate FR01 --last-month 2025-12 --dir G'],
    dir: "the group's folder",
    options: [new Option('--last-month <month>', 'that it publishes').makeOptionMandatory()],
    async run({ argument, dir, options }) {
      const input = { entity: readCode(argument), last_month: readMonth(options.lastMonth) };
      const entry = await withGroup(dir, (node, api) => api.deactivateEntity(node, input));
      return { document: entry, text: `${entry.entity} publishes until ${entry.active_to}.` };
    },
  });
  addCommand(group, shell, {
    name: 'reactivate <entity>',
    summary: 'take the end away: later months are taken and expected again',
    examples: ['group reactivate FR01 --dir G'],
    dir: "the group's folder",
    async run({ argument, dir }) {
      const entry = await withGroup(dir, (node, api) => api.reactivateEntity(node, { entity: readCode(argument) }));
      return { document: entry, text: `${entry.entity} publishes again.` };
    },
  });
}

/** @throws Problem `OPTION_INVALID` */
function readCountry(value: string): string {
  if (isCountryCode(value)) return value;
  throw cliProblem('OPTION_INVALID', `${JSON.stringify(value)} is no country; ISO 3166-1 codes look like FR`, {
    value,
  });
}
