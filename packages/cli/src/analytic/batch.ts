import { type Command, Option } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import { count, reportTable, state, text } from '../terminal/report.ts';
import { readMonth } from '../terminal/values.ts';
import { FOLDER } from './axes.ts';
import { ruleNamed } from './names.ts';
import { everyRow, type OpenAnalytic, withAnalytic } from './open.ts';

interface ListOptions {
  readonly month?: string;
}

/** `prorata analytic batch …`: posted rules over all posted entries of a month. */
export function batchCommands(analytic: Command, shell: Shell): void {
  const group = addGroup(analytic, 'batch', 'posted rules over all posted entries of a month');
  addCommand(group, shell, {
    name: 'run <month> <rule...>',
    isDefault: true,
    summary: 'run rules over a month, one after the other; what has its posting keeps it',
    examples: ['analytic batch run 2026-10 CHARGES --dir E', 'analytic batch run 2026-10 CHARGES RENT@2 --dir E'],
    dir: FOLDER,
    async run({ arguments: [month = '', ...rules], dir, terminal }) {
      const bar = terminal.progress('Batch', 1);
      try {
        const answer = await withAnalytic(dir, async (open) => {
          const { api, node, caller } = open;
          const allocationRuleIds: string[] = [];
          for (const rule of rules) allocationRuleIds.push((await ruleNamed(open, rule, { posted: true })).id);
          const made = await api.createBatchRun(node, caller, { month: readMonth(month), allocationRuleIds });
          await api.runBatch(node, caller.context, made.body.id);
          return await told(open, made.body.id);
        });
        bar.update(1);
        return { document: answer, text: reportTable([answer], FIELDS, terminal.language) };
      } finally {
        bar.stop();
      }
    },
  });
  resumeCommand(group, shell);
  readCommands(group, shell);
}

const FIELDS = [
  text('month', 'Month', 'Mois'),
  state('status', 'Status', 'État'),
  count('seen', 'Seen', 'Vues'),
  count('posted', 'Posted', 'Imputées'),
  count('existing', 'Had theirs', 'Déjà imputées'),
  count('unmatched', 'Not taken', 'Non visées'),
  count('refused', 'Refused', 'Refusées'),
  text('id', 'Id'),
];

/** A run with the entries that it could not allocate, each with its reason. */
async function told({ api, node, caller }: OpenAnalytic, id: string) {
  const run = await api.batchRunById(node, caller.context, id);
  const rows = await everyRow((page) => api.batchRefusals(node, caller.context, id, page));
  return { ...run, rows };
}

function resumeCommand(group: Command, shell: Shell): void {
  addCommand(group, shell, {
    name: 'resume <run>',
    summary: 'let a run that failed or was cut off go on where it stopped',
    examples: ['analytic batch resume 019a2b3c-0000-7000-8000-000000000000 --dir E'],
    dir: FOLDER,
    async run({ argument, dir, terminal }) {
      const answer = await withAnalytic(dir, async (open) => {
        const { body } = await open.api.resumeBatchRun(open.node, open.caller, argument);
        await open.api.runBatch(open.node, open.caller.context, body.id);
        return await told(open, body.id);
      });
      return { document: answer, text: reportTable([answer], FIELDS, terminal.language) };
    },
  });
}

function readCommands(group: Command, shell: Shell): void {
  addCommand<ListOptions>(group, shell, {
    name: 'list',
    summary: 'the runs that were asked for',
    examples: ['analytic batch list --month 2026-10 --dir E'],
    dir: FOLDER,
    options: [new Option('--month <month>', 'YYYY-MM')],
    async run({ dir, options, terminal }) {
      const month = options.month === undefined ? {} : { month: readMonth(options.month) };
      const rows = await withAnalytic(dir, ({ api, node, caller }) =>
        everyRow((page) => api.listBatchRuns(node, caller.context, { ...month, ...page })),
      );
      return { document: { rows }, text: reportTable(rows, FIELDS, terminal.language) };
    },
  });
  addCommand(group, shell, {
    name: 'show <run>',
    summary: 'one run, with every entry that it could not allocate',
    examples: ['analytic batch show 019a2b3c-0000-7000-8000-000000000000 --dir E'],
    dir: FOLDER,
    async run({ argument, dir, terminal }) {
      const answer = await withAnalytic(dir, (open) => told(open, argument));
      const refused = [
        text('source_entry_id', 'Entry', 'Écriture'),
        text('code', 'Code'),
        text('detail', 'Detail', 'Détail'),
      ];
      const tables = [reportTable([answer], FIELDS, terminal.language)];
      if (answer.rows.length > 0) tables.push(reportTable(answer.rows, refused, terminal.language));
      return { document: answer, text: tables.join('\n') };
    },
  });
}
