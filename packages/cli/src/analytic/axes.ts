import { type Command, Option } from 'commander';
import { cliProblem } from '../problems.ts';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { count, reportTable, text } from '../terminal/report.ts';
import { axisNamed } from './names.ts';
import { everyRow, withAnalytic } from './open.ts';
import { said } from './words.ts';

export const FOLDER = "the entity's folder";

interface CreateOptions {
  readonly code: string;
  readonly name?: string;
}

/** `prorata analytic axes …`: what amounts are split over. */
export function axesCommands(analytic: Command, shell: Shell): void {
  const group = addGroup(analytic, 'axes', 'what amounts are split over: cost centres, projects, departments');
  addCommand(group, shell, {
    name: 'list',
    isDefault: true,
    summary: 'the axes of the legal entity',
    examples: ['analytic axes list --dir E', 'analytic axes --dir E --json'],
    dir: FOLDER,
    async run({ dir, terminal }) {
      const rows = await withAnalytic(dir, ({ api, node, caller }) =>
        everyRow((page) => api.listAxes(node, caller.context, page)),
      );
      return { document: { rows }, text: reportTable(rows, FIELDS, terminal.language) };
    },
  });
  addCommand<CreateOptions>(group, shell, {
    name: 'create',
    summary: 'make an axis',
    examples: ['analytic axes create --code COST_CENTER --name "Cost centres" --dir E'],
    dir: FOLDER,
    options: [
      new Option('--code <code>', 'letters, digits and _.:/-, such as COST_CENTER').makeOptionMandatory(),
      new Option('--name <text>', 'what people call it'),
    ],
    async run({ dir, options, terminal }) {
      const { code, name } = options;
      const { body } = await withAnalytic(dir, ({ api, node, caller }) =>
        api.createAxis(node, caller, { code: readName(code), name_source: name ?? null }),
      );
      return { document: body, text: said(terminal.language, `Axis ${code} made.`, `Axe ${code} créé.`) };
    },
  });
  activityCommand(group, shell, 'deactivate', false);
  activityCommand(group, shell, 'activate', true);
}

const FIELDS = [
  text('code', 'Code'),
  text('name_source', 'Name', 'Libellé'),
  text('is_active', 'Active', 'Actif'),
  count('version', 'Version'),
  text('id', 'Id'),
];

function activityCommand(group: Command, shell: Shell, verb: string, active: boolean): void {
  addCommand(group, shell, {
    name: `${verb} <axis>`,
    summary: active ? 'let an axis take new postings again' : 'let an axis take no new postings; what was posted stays',
    examples: [`analytic axes ${verb} COST_CENTER --dir E`],
    dir: FOLDER,
    async run({ argument, dir, terminal }) {
      const { body } = await withAnalytic(dir, async (open) => {
        const axis = await axisNamed(open, argument);
        return await open.api.changeAxis(open.node, open.caller, axis.id, { is_active: active });
      });
      const state = active ? (['active', 'actif'] as const) : (['not active', 'inactif'] as const);
      const words = said(terminal.language, `Axis ${body.code} is ${state[0]}.`, `L'axe ${body.code} est ${state[1]}.`);
      return { document: body, text: words };
    },
  });
}

/** What a person types as a code is checked here in words; the service's schema checks it again for HTTP. @throws Problem `OPTION_INVALID` */
export function readName(code: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}$/.test(code)) return code;
  throw cliProblem(
    'OPTION_INVALID',
    `${JSON.stringify(code)} is not a code: letters, digits and _.:/- behind a letter or digit, at most 64`,
    { value: code },
  );
}
