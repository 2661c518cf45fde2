import type { AccessEntry } from '@prorata/group';
import { type Command, Option } from 'commander';
import { cliProblem } from '../problems.ts';
import { addCommand, type Shell } from '../terminal/command.ts';
import { count, reportTable, text } from '../terminal/report.ts';
import { readCode } from '../terminal/values.ts';
import { listed } from './listed.ts';
import { readGroup, withGroup } from './open.ts';

interface LogOptions {
  readonly since?: string;
  readonly until?: string;
  readonly user?: string;
  readonly entity?: string;
  readonly route?: string;
  readonly limit: string;
}

const DIR = "the group's folder";
const READER = new Option(
  '--reader',
  "readers of the entity: its own slice of the reports, nothing of another's",
).makeOptionMandatory();
const MOST_ROWS = 1_000;

/** `prorata group grant`, `revoke` and `access-log`: who may look at the group, and who did. */
export function groupAccessCommands(group: Command, shell: Shell): void {
  addCommand(group, shell, {
    name: 'grant <entity>',
    summary: 'let readers of an entity see its own slice of the reports',
    examples: ['group grant FR01 --reader --dir G'],
    dir: DIR,
    options: [READER],
    async run({ argument, dir }) {
      const granted = await withGroup(dir, (node, api) => api.grantReader(node, { entity: readCode(argument) }));
      return { document: granted, text: `Readers of ${granted.entity} see its own slice, and nothing else.` };
    },
  });
  addCommand(group, shell, {
    name: 'revoke <entity>',
    summary: 'take the slice of an entity away from its readers again',
    examples: ['group revoke FR01 --reader --dir G'],
    dir: DIR,
    options: [READER],
    async run({ argument, dir }) {
      const revoked = await withGroup(dir, (node, api) => api.revokeReader(node, { entity: readCode(argument) }));
      return { document: revoked, text: `Readers of ${revoked.entity} see nothing of the group.` };
    },
  });
  addCommand(group, shell, {
    name: 'grants',
    summary: 'entities whose readers see their own slice',
    examples: ['group grants --dir G'],
    dir: DIR,
    async run({ dir, terminal }) {
      const rows = await readGroup(dir, { command: 'group grants', filters: {} }, (node, api) => api.listGrants(node));
      const fields = [text('entity', 'Entity', 'Entité'), text('granted_at', 'Granted', 'Accordé')];
      return listed(rows, fields, terminal.language);
    },
  });
  accessLogCommand(group, shell);
}

function accessLogCommand(group: Command, shell: Shell): void {
  addCommand<LogOptions>(group, shell, {
    name: 'access-log',
    summary: 'who read what of the group over HTTP, the newest first',
    examples: ['group access-log --dir G', 'group access-log --since 2026-11-01 --entity FR01 --dir G'],
    dir: DIR,
    options: [
      new Option('--since <moment>', 'not before this day or moment, RFC 3339'),
      new Option('--until <moment>', 'not after this day or moment, RFC 3339'),
      new Option('--user <id>', 'only this user'),
      new Option('--entity <code>', "only reads within this entity's walls"),
      new Option('--route <route>', 'only this route, such as /api/group/entities'),
      new Option('--limit <number>', `at most this many rows, ${MOST_ROWS} at most`).default('100'),
    ],
    async run({ dir, options, terminal }) {
      const { entity, route, user } = options;
      const query = {
        limit: readLimit(options.limit),
        ...(options.since === undefined ? {} : { since: readMoment('--since', options.since) }),
        ...(options.until === undefined ? {} : { until: readMoment('--until', options.until) }),
        ...(user === undefined ? {} : { user: readUser(user) }),
        ...(entity === undefined ? {} : { entity: readCode(entity) }),
        ...(route === undefined ? {} : { route }),
      };
      const page = await readGroup(dir, { command: 'group access-log', filters: query }, (node, api) =>
        api.listAccesses(node, query),
      );
      const fields = [
        text('read_at', 'When', 'Quand'),
        text('user_id', 'User', 'Utilisateur'),
        text('roles', 'Roles', 'Rôles'),
        text('entity', 'Within', 'Dans'),
        text('route', 'Route'),
        text('filters', 'Filters', 'Filtres'),
        count('rows', 'Rows', 'Lignes'),
      ];
      return { document: page, text: reportTable(page.rows.map(shown), fields, terminal.language) };
    },
  });
}

function shown(entry: AccessEntry) {
  const { read_at, user_id, roles, entity, route, filters, rows } = entry;
  return { read_at, user_id, roles: roles.join(' '), entity, route, filters: JSON.stringify(filters), rows };
}

function readLimit(value: string): number {
  if (/^[1-9]\d{0,3}$/.test(value) && Number(value) <= MOST_ROWS) return Number(value);
  throw cliProblem('OPTION_INVALID', `--limit ${value} is not a whole number from 1 to ${MOST_ROWS}`, { value });
}

function readMoment(option: string, value: string): string {
  const moment = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(value)
    ? new Date(value)
    : undefined;
  if (moment !== undefined && !Number.isNaN(moment.getTime())) return moment.toISOString();
  throw cliProblem(
    'OPTION_INVALID',
    `${option} ${value} is no day and no moment, such as 2026-11-01 or 2026-11-01T08:00:00Z`,
    {
      value,
    },
  );
}

function readUser(value: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) return value;
  throw cliProblem('OPTION_INVALID', `--user ${value} is no UUID`, { value });
}
