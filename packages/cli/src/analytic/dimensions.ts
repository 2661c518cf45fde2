import type { DimensionRowGiven } from '@prorata/analytic';
import { type Command, Option } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { count, reportTable, text } from '../terminal/report.ts';
import { FOLDER, readName } from './axes.ts';
import { axisNamed, dimensionNamed } from './names.ts';
import { everyRow, type OpenAnalytic, withAnalytic } from './open.ts';
import { readTable } from './table-rows.ts';
import { said } from './words.ts';

interface AxisOption {
  readonly axis?: string;
}
interface CreateOptions {
  readonly axis: string;
  readonly code: string;
  readonly name?: string;
  readonly parent?: string;
}

const AXIS = new Option('--axis <axis>', 'code or id of the axis');

/** `prorata analytic dimensions …`: the values of the axes, a tree on each. */
export function dimensionsCommands(analytic: Command, shell: Shell): void {
  const group = addGroup(analytic, 'dimensions', 'the values of the axes, a tree on each');
  listCommand(group, shell);
  createCommand(group, shell);
  importCommand(group, shell);
  activityCommand(group, shell, 'deactivate', false);
  activityCommand(group, shell, 'activate', true);
}

function listCommand(group: Command, shell: Shell): void {
  addCommand<AxisOption>(group, shell, {
    name: 'list',
    isDefault: true,
    summary: 'dimensions, of one axis or of all',
    examples: ['analytic dimensions list --axis COST_CENTER --dir E'],
    dir: FOLDER,
    options: [AXIS],
    async run({ dir, options, terminal }) {
      const rows = await withAnalytic(dir, (open) => listed(open, options.axis));
      return { document: { rows }, text: reportTable(rows, FIELDS, terminal.language) };
    },
  });
}

const FIELDS = [
  text('axis', 'Axis', 'Axe'),
  text('code', 'Code'),
  text('parent', 'Below', 'Sous'),
  text('name_source', 'Name', 'Libellé'),
  text('is_active', 'Active', 'Actif'),
  count('version', 'Version'),
];

async function listed(open: OpenAnalytic, axis: string | undefined) {
  const { api, node, caller } = open;
  const on = axis === undefined ? {} : { axis_id: (await axisNamed(open, axis)).id };
  const rows = await everyRow((page) => api.listDimensions(node, caller.context, { ...on, ...page }));
  const axes = await everyRow((page) => api.listAxes(node, caller.context, page));
  const codes = new Map([...rows, ...axes].map(({ id, code }) => [id, code]));
  return rows.map(({ axis_id, parent_id, ...row }) => ({
    axis: codes.get(axis_id) ?? axis_id,
    parent: parent_id === null ? null : (codes.get(parent_id) ?? parent_id),
    ...row,
    axis_id,
    parent_id,
  }));
}

function createCommand(group: Command, shell: Shell): void {
  addCommand<CreateOptions>(group, shell, {
    name: 'create',
    summary: 'make a dimension on an axis',
    examples: ['analytic dimensions create --axis COST_CENTER --code CC-100 --name "Head office" --dir E'],
    dir: FOLDER,
    options: [
      new Option('--axis <axis>', 'code or id of the axis').makeOptionMandatory(),
      new Option('--code <code>', 'letters, digits and _.:/-, such as CC-100').makeOptionMandatory(),
      new Option('--name <text>', 'what people call it'),
      new Option('--parent <dimension>', 'the dimension above it on the axis'),
    ],
    async run({ dir, options, terminal }) {
      const { axis, code, name, parent } = options;
      const { body } = await withAnalytic(dir, async (open) => {
        const above = parent === undefined ? {} : { parent_id: (await dimensionNamed(open, parent, axis)).id };
        const input = { axis_id: (await axisNamed(open, axis)).id, code: readName(code), name_source: name ?? null };
        return await open.api.createDimension(open.node, open.caller, { ...input, ...above });
      });
      const words = said(
        terminal.language,
        `Dimension ${code} made on ${axis}.`,
        `Dimension ${code} créée sur ${axis}.`,
      );
      return { document: body, text: words };
    },
  });
}

function importCommand(group: Command, shell: Shell): void {
  addCommand<AxisOption>(group, shell, {
    name: 'import <file>',
    summary: 'bring dimensions in line with a file (CSV or Parquet): code, and axis, parent, name where it has them',
    examples: [
      'analytic dimensions import dimensions.csv --dir E',
      'analytic dimensions import centres.csv --axis COST_CENTER --dir E',
    ],
    dir: FOLDER,
    options: [new Option('--axis <axis>', 'axis of a file that has no column axis')],
    async run({ argument, dir, options, terminal }) {
      const answer = await withAnalytic(dir, async (open) => {
        const table = await readTable(open.node, argument, {
          required: ['code'],
          optional: ['axis', 'parent', 'name'],
        });
        const axis = options.axis === undefined ? undefined : (await axisNamed(open, options.axis)).code;
        const rows = table.rows.map(({ line, values }): DimensionRowGiven => {
          const { code, parent, name } = values;
          return { line, axis: values.axis ?? axis ?? '', code: code ?? '', parent, name };
        });
        const { body } = await open.api.importDimensionRows(open.node, open.caller, rows);
        return { file: table.file, sha256: table.sha256, lines: body.rows, rows: body.axes };
      });
      return { document: answer, text: reportTable(answer.rows, IMPORTED, terminal.language) };
    },
  });
}

const IMPORTED = [
  text('axis', 'Axis', 'Axe'),
  count('created', 'Made', 'Créées'),
  count('changed', 'Changed', 'Modifiées'),
  count('unchanged', 'Unchanged', 'Inchangées'),
];

function activityCommand(group: Command, shell: Shell, verb: string, active: boolean): void {
  addCommand<AxisOption>(group, shell, {
    name: `${verb} <dimension>`,
    summary: active ? 'let a dimension take new postings again' : 'let a dimension take no new postings',
    examples: [`analytic dimensions ${verb} CC-100 --axis COST_CENTER --dir E`],
    dir: FOLDER,
    options: [AXIS],
    async run({ argument, dir, options, terminal }) {
      const { body } = await withAnalytic(dir, async (open) => {
        const dimension = await dimensionNamed(open, argument, options.axis);
        return await open.api.changeDimension(open.node, open.caller, dimension.id, { is_active: active });
      });
      const [en, fr] = active ? ['active', 'active'] : ['not active', 'inactive'];
      const words = said(terminal.language, `Dimension ${body.code} is ${en}.`, `La dimension ${body.code} est ${fr}.`);
      return { document: body, text: words };
    },
  });
}
