import type { ProgressStep, RunResult } from '@prorata/finops';
import type { Command } from 'commander';
import { addCommand, type Shell } from '../terminal/command.ts';
import type { Language } from '../terminal/decimals.ts';
import { count, money, reportTable, text } from '../terminal/report.ts';
import { readMonth } from '../terminal/values.ts';
import { withEntity } from './open.ts';

/** `prorata entity run`: the monthly batch. */
export function entityRunCommand(entity: Command, shell: Shell): void {
  addCommand(entity, shell, {
    name: 'run <month>',
    summary: 'the monthly batch: mapping, direct facts, indirect facts',
    examples: ['entity run 2025-07 --dir E'],
    dir: "the entity's folder",
    async run({ argument, dir, terminal }) {
      const month = readMonth(argument);
      const bar = terminal.progress('Run', 1);
      try {
        const progress = ({ done, step }: ProgressStep): void => bar.update(done, `${month} ${step}`);
        const result = await withEntity(dir, (node, api) => api.runMonth(node, month, { progress }));
        return { document: result, text: runText(result, terminal.language) };
      } finally {
        bar.stop();
      }
    },
  });
}

function runText(result: RunResult, language: Language): string {
  const steps = result.steps.map(({ step, rows_in, rows_out, duration_ms }) => ({
    step,
    rows_in,
    rows_out,
    duration_ms,
  }));
  const fields = [
    text('step', 'Step', 'Étape'),
    count('rows_in', 'Rows in', 'Entrées'),
    count('rows_out', 'Rows out', 'Sorties'),
    count('duration_ms', 'ms'),
  ];
  const totals = reportTable(
    result.totals.map((total) => ({ ...total })),
    [
      text('currency', 'Currency', 'Devise'),
      count('rows', 'Facts', 'Faits'),
      money('cost_effective', 'Effective', 'Effectif'),
      money('cost_billed', 'Billed', 'Facturé'),
    ],
    language,
  );
  const replaced = result.replaced === null ? [] : [`Replaces the facts of run ${result.replaced.run_id}.`];
  const warnings = result.warnings.map(({ code, detail }) => `! ${code}: ${detail}`);
  return [reportTable(steps, fields, language), '', totals, ...replaced, ...warnings].join('\n');
}
