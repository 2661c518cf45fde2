import type { BatchResult, ProgressStep, RunResult } from '@prorata/finops';
import { type Command, Option } from 'commander';
import { cliProblem } from '../problems.ts';
import { addCommand, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { count, money, type ReportRow, reportTable, state, text } from '../terminal/report.ts';
import type { Answer, Terminal } from '../terminal/terminal.ts';
import { readMonth } from '../terminal/values.ts';
import { withEntity } from './open.ts';

interface RunOptions {
  readonly resume?: boolean;
  readonly asJob?: boolean;
}

interface Months {
  readonly from: string;
  readonly to: string;
}

/** `prorata entity run`: the monthly batch of a month, or of each month of a range. */
export function entityRunCommand(entity: Command, shell: Shell): void {
  addCommand<RunOptions>(entity, shell, {
    name: 'run [month] [to]',
    summary: 'the monthly batch: mapping, direct facts, prices, indirect facts, of one month or of each of a range',
    examples: [
      'entity run 2025-07 --dir E',
      'entity run 2025-01..2025-12 --dir E',
      'entity run --resume --dir E',
      'entity run 2025-01 2025-12 --as-job --dir E',
    ],
    dir: "the entity's folder",
    options: [
      new Option('--resume', 'go on with the batch of months that was cut off or failed'),
      new Option('--as-job', 'let `prorata serve` or `prorata jobs work` do it').conflicts('resume'),
    ],
    async run({ arguments: given, dir, options, terminal }) {
      const asked = options.resume === true ? readNothing(given) : readMonths(given);
      if (options.asJob === true && asked !== undefined) return await askForMonths(dir, asked, terminal);
      if (asked !== undefined && asked.from === asked.to && !given.join('').includes('..')) {
        return await runOne(dir, asked.from, terminal);
      }
      return await runRange(dir, asked, terminal);
    },
  });
}

/** A month, `FROM..TO`, or two months. */
function readMonths(given: readonly string[]): Months {
  const [first, second] = given.length === 1 ? (given[0] ?? '').split('..') : given;
  if (first === undefined || first === '') {
    throw cliProblem('OPTION_INVALID', 'run needs a month (2025-07), a range (2025-01..2025-12), or --resume', {});
  }
  return { from: readMonth(first), to: readMonth(second ?? first) };
}

function readNothing(given: readonly string[]): undefined {
  if (given.length === 0) return undefined;
  throw cliProblem('OPTION_INVALID', '--resume goes on with the months of its batch and takes none', {});
}

async function runOne(dir: string, month: string, terminal: Terminal): Promise<Answer> {
  const bar = terminal.progress('Run', 1);
  try {
    const progress = ({ done, total = 1, step }: ProgressStep): void => bar.update(done / total, `${month} ${step}`);
    const result = await withEntity(dir, (node, api) => api.runMonth(node, month, { progress }));
    return { document: result, text: runText(result, terminal.language) };
  } finally {
    bar.stop();
  }
}

async function runRange(dir: string, asked: Months | undefined, terminal: Terminal): Promise<Answer> {
  let bar: ReturnType<Terminal['progress']> | undefined;
  try {
    const result = await withEntity(dir, async (node, api) => {
      const unfinished = asked === undefined ? await api.unfinishedBatch(node) : undefined;
      const range = asked ?? { from: unfinished?.from_month ?? '', to: unfinished?.to_month ?? '' };
      const named = unfinished === undefined ? {} : { batchId: unfinished.batch_id };
      return await api.runMonths(node, range, {
        ...named,
        monthDone({ period_month, status }, done, total) {
          bar ??= terminal.progress('Run', total);
          bar.update(done, `${period_month} ${status.toLowerCase()}`);
        },
      });
    });
    return { document: { ...result, rows: result.months }, text: batchText(result, terminal.language) };
  } finally {
    bar?.stop();
  }
}

async function askForMonths(dir: string, range: Months, { language }: Terminal): Promise<Answer> {
  const { jobId, created } = await withEntity(dir, async (node, api) => {
    const { askForJob } = await import('@prorata/platform');
    return await askForJob(node.db, node.operator, api.finopsRunJobs(node), {
      kind: api.RUN_JOB,
      payload: range,
      jobKey: `${range.from}..${range.to}`,
    });
  });
  const words = {
    en: `Job ${jobId} waits for a worker: \`prorata serve\` or \`prorata jobs work\`.`,
    fr: `La tâche ${jobId} attend un exécutant : \`prorata serve\` ou \`prorata jobs work\`.`,
  };
  return { document: { job_id: jobId, created, ...range }, text: words[language] };
}

function batchText(result: BatchResult, language: Language): string {
  const rows = result.months.flatMap((month): ReportRow[] => {
    const { period_month, status, facts, warnings, reason } = month;
    const shown = { period_month, status, facts, warnings, reason: reason ?? '' };
    if (month.totals.length === 0) return [{ ...shown, cost_effective: null, cost_billed: null, currency: '' }];
    return month.totals.map((total) => ({ ...shown, ...total }));
  });
  const fields = [
    text('period_month', 'Month', 'Mois'),
    state('status', 'Status', 'État'),
    count('facts', 'Facts', 'Faits'),
    money('cost_effective', 'Effective', 'Effectif'),
    money('cost_billed', 'Billed', 'Facturé'),
    text('currency', 'Currency', 'Devise'),
    count('warnings', 'Warnings', 'Alertes'),
    text('reason', 'Reason', 'Raison'),
  ];
  return reportTable(rows, fields, language);
}

function runText(result: RunResult, language: Language): string {
  const steps = result.steps.map(({ step, rows_in, rows_out, errors, duration_ms }) => ({
    step,
    rows_in,
    rows_out,
    errors,
    duration_ms,
  }));
  const totals = reportTable(
    result.totals.map((total) => ({ ...total })),
    [
      text('currency', 'Currency', 'Devise'),
      count('rows', 'Facts', 'Faits'),
      money('cost_effective', 'Effective', 'Effectif'),
      money('cost_billed', 'Billed', 'Facturé'),
      money('cost_standard', 'Standard', 'Standard'),
    ],
    language,
  );
  const replaced = result.replaced === null ? [] : [`Replaces the facts of run ${result.replaced.run_id}.`];
  const warnings = result.warnings.map(({ code, detail }) => `! ${code}: ${detail}`);
  return [reportTable(steps, STEP_FIELDS, language), '', totals, ...replaced, ...warnings].join('\n');
}

/** Columns of the steps of a run. */
export const STEP_FIELDS = [
  text('step', 'Step', 'Étape'),
  count('rows_in', 'Rows in', 'Entrées'),
  count('rows_out', 'Rows out', 'Sorties'),
  count('errors', 'Errors', 'Erreurs'),
  count('duration_ms', 'ms'),
];
