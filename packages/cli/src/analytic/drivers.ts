import type { DriverRowGiven } from '@prorata/analytic';
import type { EntityNode } from '@prorata/finops';
import { type Command, Option } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { count, quantity, reportTable, state, text } from '../terminal/report.ts';
import type { Answer, Terminal } from '../terminal/terminal.ts';
import { readMonth } from '../terminal/values.ts';
import { FOLDER, readName } from './axes.ts';
import { axisNamed, driverNamed } from './names.ts';
import { everyRow, withAnalytic } from './open.ts';
import { readTable } from './table-rows.ts';
import { said } from './words.ts';

interface CreateOptions {
  readonly axis: string;
  readonly code: string;
  readonly name?: string;
}
interface ValuesOptions {
  readonly from?: string;
  readonly to?: string;
}

/** `prorata analytic drivers …`: weights by month for the dimensions of an axis. */
export function driversCommands(analytic: Command, shell: Shell): void {
  const group = addGroup(
    analytic,
    'drivers',
    'weights by month for the dimensions of an axis: heads, square metres, servers',
  );
  addCommand(group, shell, {
    name: 'list',
    isDefault: true,
    summary: 'the drivers of the legal entity',
    examples: ['analytic drivers list --dir E'],
    dir: FOLDER,
    async run({ dir, terminal }) {
      const rows = await withAnalytic(dir, async ({ api, node, caller }) => {
        const drivers = await everyRow((page) => api.listDrivers(node, caller.context, page));
        const axes = await everyRow((page) => api.listAxes(node, caller.context, page));
        const codes = new Map(axes.map(({ id, code }) => [id, code]));
        return drivers.map((driver) => ({ ...driver, axis: codes.get(driver.axis_id) ?? driver.axis_id }));
      });
      return { document: { rows }, text: reportTable(rows, FIELDS, terminal.language) };
    },
  });
  createCommand(group, shell);
  valuesCommand(group, shell);
  addCommand(group, shell, {
    name: 'import <file>',
    summary: 'replace the months that a file names (CSV or Parquet): driver, month, dimension, value, and axis',
    examples: ['analytic drivers import drivers.csv --dir E'],
    dir: FOLDER,
    async run({ argument, dir, terminal }) {
      return await withAnalytic(dir, ({ node }) => importDriverFile(node, argument, terminal));
    },
  });
}

const FIELDS = [
  text('code', 'Driver', 'Inducteur'),
  text('axis', 'Axis', 'Axe'),
  text('name_source', 'Name', 'Libellé'),
  count('version', 'Version'),
];

function createCommand(group: Command, shell: Shell): void {
  addCommand<CreateOptions>(group, shell, {
    name: 'create',
    summary: 'make a driver for an axis',
    examples: ['analytic drivers create --code HEADCOUNT --axis DEPARTMENT --dir E'],
    dir: FOLDER,
    options: [
      new Option('--code <code>', 'letters, digits and _.:/-, such as HEADCOUNT').makeOptionMandatory(),
      new Option('--axis <axis>', 'code or id of the axis that it weighs').makeOptionMandatory(),
      new Option('--name <text>', 'what people call it'),
    ],
    async run({ dir, options, terminal }) {
      const { code, axis, name } = options;
      const { body } = await withAnalytic(dir, async (open) => {
        const input = { code: readName(code), axis_id: (await axisNamed(open, axis)).id, name_source: name ?? null };
        return await open.api.createDriver(open.node, open.caller, input);
      });
      return { document: body, text: said(terminal.language, `Driver ${code} made.`, `Inducteur ${code} créé.`) };
    },
  });
}

function valuesCommand(group: Command, shell: Shell): void {
  addCommand<ValuesOptions>(group, shell, {
    name: 'values <driver>',
    summary: 'the weights of a driver by month and dimension',
    examples: ['analytic drivers values HEADCOUNT --from 2026-10 --to 2026-12 --dir E'],
    dir: FOLDER,
    options: [new Option('--from <month>', 'first month, YYYY-MM'), new Option('--to <month>', 'last month, YYYY-MM')],
    async run({ argument, dir, options, terminal }) {
      const [from, to] = [options.from, options.to].map((month) =>
        month === undefined ? undefined : readMonth(month),
      );
      const values = await withAnalytic(dir, async (open) => {
        const driver = await driverNamed(open, argument);
        return await open.api.valuesOf(open.node, open.caller.context, driver.id, from, to);
      });
      const fields = [
        text('month', 'Month', 'Mois'),
        text('dimension', 'Dimension'),
        quantity('weight', 'Weight', 'Poids'),
      ];
      return { document: values, text: reportTable(values.rows, fields, terminal.language) };
    },
  });
}

export const DRIVER_COLUMNS = {
  required: ['driver', 'month', 'dimension', 'value'],
  optional: ['axis'],
} as const;

/** Replaces the months of the analytic drivers that a file names; the answer shows what the months hold now. */
export async function importDriverFile(node: EntityNode, file: string, terminal: Terminal): Promise<Answer> {
  const { importDriverRows } = await import('@prorata/analytic');
  const { readTableNumber } = await import('@prorata/finops');
  const table = await readTable<'driver' | 'month' | 'dimension' | 'value' | 'axis'>(node, file, DRIVER_COLUMNS);
  const given = table.rows.map(({ line, values }): DriverRowGiven => {
    const { driver, month, dimension, value, axis } = values;
    // What is no number goes on as it stands, so that the refusal lists it with the other rows at fault.
    const weight = readTableNumber(value ?? '', table.dialect) ?? value ?? '';
    const row = { line, driver: driver ?? '', month: month ?? '', dimension: dimension ?? '', weight };
    return { ...row, axis: axis ?? undefined };
  });
  const caller = { context: node.operator, method: 'SHELL', route: 'analytic' };
  const { body } = await importDriverRows(node, caller, given);
  const rows = body.drivers.flatMap(({ driver, changed, totals }) =>
    totals.map((total) => ({ driver, ...total, state: changed ? 'imported' : 'known' })),
  );
  const changed = body.drivers.some((driver) => driver.changed);
  const document = {
    target: 'analytic',
    file: table.file,
    sha256: table.sha256,
    imported: changed,
    lines: body.rows,
    rows,
  };
  const fields = [
    text('driver', 'Driver', 'Inducteur'),
    text('month', 'Month', 'Mois'),
    state('state', 'State', 'État'),
    count('values', 'Values', 'Valeurs'),
    quantity('total', 'Total'),
  ];
  return { document, text: reportTable(rows, fields, terminal.language) };
}
