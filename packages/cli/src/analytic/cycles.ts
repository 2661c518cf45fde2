import type { NewCycle } from '@prorata/analytic';
import { type Command, Option } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { count, money, reportTable, state, text } from '../terminal/report.ts';
import { readMonth } from '../terminal/values.ts';
import { FOLDER, readName } from './axes.ts';
import { notJson, readJsonObject, textMember } from './json-file.ts';
import { axisNamed, cycleNamed } from './names.ts';
import { everyRow, withAnalytic } from './open.ts';
import { said } from './words.ts';

interface ReverseOptions {
  readonly month?: string;
}

/** `prorata analytic cycles …`: service centres that are emptied over the balances of a month. */
export function cyclesCommands(analytic: Command, shell: Shell): void {
  const group = addGroup(analytic, 'cycles', 'service centres that are emptied over the balances of a month');
  addCommand(group, shell, {
    name: 'list',
    isDefault: true,
    summary: 'every version of every cycle',
    examples: ['analytic cycles list --dir E'],
    dir: FOLDER,
    async run({ dir, terminal }) {
      const rows = await withAnalytic(dir, ({ api, node, caller }) =>
        everyRow((page) => api.listCycles(node, caller.context, page)),
      );
      const fields = [
        text('code', 'Cycle'),
        count('version', 'Version'),
        text('name_source', 'Name', 'Libellé'),
        text('id', 'Id'),
      ];
      return { document: { rows }, text: reportTable(rows, fields, terminal.language) };
    },
  });
  createCommand(group, shell);
  runCommands(group, shell);
  readCommands(group, shell);
}

function createCommand(group: Command, shell: Shell): void {
  addCommand(group, shell, {
    name: 'create <file>',
    summary: 'store a cycle from a JSON file (code, axis, name, definition), or the next version of its code',
    examples: ['analytic cycles create it-services.json --dir E'],
    dir: FOLDER,
    async run({ argument, dir, terminal }) {
      const document = await readJsonObject(argument);
      const [code, axis] = ['code', 'axis'].map((name) => textMember(argument, document, name));
      const { definition } = document;
      if (code === undefined || axis === undefined || typeof definition !== 'object' || definition === null) {
        throw notJson(argument, 'a cycle has the members code, axis and definition');
      }
      const { body } = await withAnalytic(dir, async (open) => {
        const checked = await open.api.checkCycleDefinition(definition);
        const input: NewCycle = {
          code: readName(code),
          axis_id: (await axisNamed(open, axis)).id,
          name_source: textMember(argument, document, 'name') ?? null,
          definition: checked,
        };
        return await open.api.createCycle(open.node, open.caller, input);
      });
      const name = `${body.code}@${body.version}`;
      return { document: body, text: said(terminal.language, `Cycle ${name} stored.`, `Cycle ${name} enregistré.`) };
    },
  });
}

const RUN_FIELDS = [
  text('cycle_code', 'Cycle'),
  text('source_month', 'Month', 'Mois'),
  state('status', 'Status', 'État'),
  text('id', 'Run', 'Exécution'),
];
const FLOW_FIELDS = [
  text('from', 'From', 'De'),
  text('to', 'To', 'Vers'),
  money('amount', 'Amount', 'Montant'),
  text('currency', 'Currency', 'Devise'),
];

interface Ran {
  readonly currency: string;
  readonly result: {
    readonly flows: readonly { readonly from: string; readonly to: string; readonly amount: string }[];
  };
}
const flowRows = ({ currency, result }: Ran) => result.flows.map((flow) => ({ ...flow, currency }));

function runCommands(group: Command, shell: Shell): void {
  addCommand(group, shell, {
    name: 'run <cycle> <month>',
    summary: 'empty the service centres over the balances of a month; once a cycle and month',
    examples: ['analytic cycles run IT 2026-10 --dir E'],
    dir: FOLDER,
    async run({ arguments: [cycle = '', month = ''], dir, terminal }) {
      const { body, replayed } = await withAnalytic(dir, async (open) => {
        const { id } = await cycleNamed(open, cycle);
        return await open.api.runCycle(open.node, open.caller, id, readMonth(month));
      });
      const rows = flowRows(body);
      return { document: { ...body, replayed, rows }, text: reportTable(rows, FLOW_FIELDS, terminal.language) };
    },
  });
  addCommand<ReverseOptions>(group, shell, {
    name: 'reverse <run>',
    summary: 'take a run back by its mirror, in an open month',
    examples: ['analytic cycles reverse 019a2b3c-0000-7000-8000-000000000000 --month 2026-11 --dir E'],
    dir: FOLDER,
    options: [new Option('--month <month>', "month of the mirror; the run's own unless told")],
    async run({ argument, dir, options, terminal }) {
      const month = options.month === undefined ? undefined : readMonth(options.month);
      const { body } = await withAnalytic(dir, ({ api, node, caller }) =>
        api.reverseCycleRun(node, caller, argument, month),
      );
      const rows = flowRows(body);
      return { document: { ...body, rows }, text: reportTable(rows, FLOW_FIELDS, terminal.language) };
    },
  });
}

function readCommands(group: Command, shell: Shell): void {
  addCommand(group, shell, {
    name: 'runs',
    summary: 'the runs of cycles',
    examples: ['analytic cycles runs --dir E'],
    dir: FOLDER,
    async run({ dir, terminal }) {
      const rows = await withAnalytic(dir, ({ api, node, caller }) =>
        everyRow((page) => api.listCycleRuns(node, caller.context, page)),
      );
      return { document: { rows }, text: reportTable(rows, RUN_FIELDS, terminal.language) };
    },
  });
  addCommand(group, shell, {
    name: 'explain <run>',
    summary: 'the path of the money through the centres, in words',
    examples: ['analytic cycles explain 019a2b3c-0000-7000-8000-000000000000 --lang fr --dir E'],
    dir: FOLDER,
    async run({ argument, dir, terminal }) {
      const explained = await withAnalytic(dir, ({ api, node, caller }) =>
        api.explainCycleRun(node, caller.context, argument, terminal.language),
      );
      return { document: explained, text: explained.lines.join('\n') };
    },
  });
}
