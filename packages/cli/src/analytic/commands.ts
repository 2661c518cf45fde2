import type { Command } from 'commander';
import { addGroup, type Shell } from '../terminal/command.ts';
import { axesCommands } from './axes.ts';
import { balanceCommand } from './balance.ts';
import { batchCommands } from './batch.ts';
import { cyclesCommands } from './cycles.ts';
import { dimensionsCommands } from './dimensions.ts';
import { driversCommands } from './drivers.ts';
import { entriesCommand, postingsCommand } from './lists.ts';
import { rulesCommands } from './rules.ts';
import { explainCommand, previewCommand, reverseCommand, runCommand } from './runs.ts';

/** `prorata analytic …`, in the order of a controller's month. */
export function analyticCommands(program: Command, shell: Shell): void {
  const analytic = addGroup(program, 'analytic', 'analytic accounting of an entity: axes, rules, postings, balance');
  axesCommands(analytic, shell);
  dimensionsCommands(analytic, shell);
  driversCommands(analytic, shell);
  rulesCommands(analytic, shell);
  entriesCommand(analytic, shell);
  previewCommand(analytic, shell);
  runCommand(analytic, shell);
  explainCommand(analytic, shell);
  balanceCommand(analytic, shell);
  reverseCommand(analytic, shell);
  postingsCommand(analytic, shell);
  batchCommands(analytic, shell);
  cyclesCommands(analytic, shell);
}
