import type { RunRow, ShownRun } from '@prorata/finops';
import { type Command, Option } from 'commander';
import { addCommand, addGroup, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { count, money, reportTable, state, text } from '../terminal/report.ts';
import { readMonth } from '../terminal/values.ts';
import { withEntity } from './open.ts';
import { STEP_FIELDS } from './run.ts';

const DIR = "the entity's folder";

/** `prorata entity runs`: what was run, what each step did, and what was replaced. */
export function entityRunsCommands(entity: Command, shell: Shell): void {
  const runs = addGroup(entity, 'runs', 'what was run, what each step did, and what was replaced');
  addCommand<{ readonly month?: string }>(runs, shell, {
    name: 'list',
    isDefault: true,
    summary: 'the latest runs, or those of a month',
    examples: ['entity runs list --dir E', 'entity runs list --month 2025-07 --dir E'],
    dir: DIR,
    options: [new Option('--month <month>', 'only this month')],
    async run({ dir, options, terminal }) {
      const month = options.month === undefined ? undefined : readMonth(options.month);
      const { rows } = await withEntity(dir, (node, api) => api.listRuns(node, month));
      return { document: { rows }, text: runsTable(rows, terminal.language) };
    },
  });
  addBatches(runs, shell);
  addCommand(runs, shell, {
    name: 'show <run>',
    summary: 'one run: its steps, and totals and digest of the facts that it replaced',
    examples: ['entity runs show 0199f3c0-7d2e-7000-8000-0000000000aa --dir E'],
    dir: DIR,
    async run({ argument, dir, terminal }) {
      const run = await withEntity(dir, (node, api) => api.showRun(node, argument));
      return { document: run, text: runText(run, terminal.language) };
    },
  });
}

function addBatches(runs: Command, shell: Shell): void {
  addCommand(runs, shell, {
    name: 'batches',
    summary: 'the latest batches of months, asked for, scheduled or by command',
    examples: ['entity runs batches --dir E'],
    dir: DIR,
    async run({ dir, terminal }) {
      const { rows } = await withEntity(dir, (node, api) => api.listBatches(node));
      const fields = [
        text('batch_id', 'Batch', 'Lot'),
        text('from_month', 'From', 'De'),
        text('to_month', 'To', 'À'),
        state('status', 'Status', 'État'),
        count('months_completed', 'Months run', 'Mois exécutés'),
        text('trigger', 'By', 'Par'),
        text('started_at', 'Started', 'Début'),
        text('ended_at', 'Ended', 'Fin'),
      ];
      const shown = rows.map((row) => ({ ...row }));
      return { document: { rows }, text: reportTable(shown, fields, terminal.language) };
    },
  });
  addCommand(runs, shell, {
    name: 'batch <batch>',
    summary: 'one batch of months and its runs, those of earlier attempts included',
    examples: ['entity runs batch 0199f3c0-7d2e-7000-8000-0000000000aa --dir E'],
    dir: DIR,
    async run({ argument, dir, terminal }) {
      const batch = await withEntity(dir, (node, api) => api.showBatch(node, argument));
      const heading = `${batch.from_month} – ${batch.to_month} ${batch.status} ${batch.trigger}`;
      return { document: batch, text: [heading, '', runsTable(batch.runs, terminal.language)].join('\n') };
    },
  });
}

function runsTable(rows: readonly RunRow[], language: Language): string {
  const fields = [
    text('run_id', 'Run', 'Exécution'),
    text('period_month', 'Month', 'Mois'),
    state('status', 'Status', 'État'),
    text('trigger', 'By', 'Par'),
    text('started_at', 'Started', 'Début'),
    text('ended_at', 'Ended', 'Fin'),
    text('replaces', 'Replaces', 'Remplace'),
  ];
  const shown = rows.map((row) => ({ ...row, replaces: row.replaced?.run_id ?? '' }));
  return reportTable(shown, fields, language);
}

const MONEY_FIELDS = [
  text('currency', 'Currency', 'Devise'),
  count('rows', 'Facts', 'Faits'),
  money('cost_effective', 'Effective', 'Effectif'),
  money('cost_billed', 'Billed', 'Facturé'),
];

function runText(run: ShownRun, language: Language): string {
  const heading = `${run.period_month} ${run.status} ${run.trigger} ${run.started_at} – ${run.ended_at ?? '…'}`;
  const warnings = run.steps.flatMap((step) => step.warnings.map(({ code, detail }) => `! ${code}: ${detail}`));
  const steps = reportTable(
    run.steps.map((step) => ({ ...step })),
    STEP_FIELDS,
    language,
  );
  if (run.replaced === null) return [heading, '', steps, ...warnings].join('\n');
  const { run_id, sha256, totals } = run.replaced;
  const words = language === 'fr' ? 'Remplace les faits de' : 'Replaces the facts of';
  const before = reportTable(
    totals.map((total) => ({ ...total })),
    MONEY_FIELDS,
    language,
  );
  return [heading, '', steps, ...warnings, '', `${words} ${run_id} (SHA-256 ${sha256}):`, before].join('\n');
}
