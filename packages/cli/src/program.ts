import { Command, CommanderError } from 'commander';
import { allocateCommand } from './allocate/allocate.ts';
import { analyticCommands } from './analytic/commands.ts';
import { contractCommands } from './contract/check.ts';
import { demoCommand } from './demo/demo.ts';
import { entityCommands } from './entity/commands.ts';
import { groupCommands } from './group/commands.ts';
import { ledgerCommands } from './ledger/commands.ts';
import { auditCommands } from './node/audit.ts';
import { doctorCommand } from './node/doctor.ts';
import { eventCommands } from './node/events.ts';
import { jobsCommands } from './node/jobs.ts';
import { migrateCommand } from './node/migrate.ts';
import { serveCommand } from './node/serve.ts';
import { tokenCommand } from './node/token.ts';
import { cliProblem } from './problems.ts';
import { examplesText, type Shell } from './terminal/command.ts';
import type { Streams } from './terminal/terminal.ts';

/** The whole command line. Commands leave their outcome in `shell`. */
export function buildProgram(shell: Shell): Command {
  const program = new Command('prorata')
    .description('Who consumed what in a group of companies, what it costs, and can we prove it.')
    .version('0.1.0', '--version', 'print the version')
    // An option belongs to the command that it stands behind: `import prices --version 2` names a version of prices.
    .enablePositionalOptions()
    .showSuggestionAfterError(true)
    .showHelpAfterError('(add --help for the arguments and an example)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.streams.out.write(text),
      writeErr: (text) => shell.streams.err.write(text),
    })
    .addHelpText('after', examplesText(['demo', 'entity run 2025-07 --dir fr01']));
  demoCommand(program, shell);
  entityCommands(program, shell);
  analyticCommands(program, shell);
  ledgerCommands(program, shell);
  groupCommands(program, shell);
  contractCommands(program, shell);
  allocateCommand(program, shell);
  serveCommand(program, shell);
  tokenCommand(program, shell);
  auditCommands(program, shell);
  eventCommands(program, shell);
  jobsCommands(program, shell);
  migrateCommand(program, shell);
  doctorCommand(program, shell);
  return program;
}

/**
 * Runs one command line.
 *
 * @param words what follows `prorata`
 * @returns the exit code: 0 done, 1 refused or failed, 2 wrong usage
 */
export async function run(words: readonly string[], streams: Streams): Promise<0 | 1 | 2> {
  const shell: Shell = { streams, exitCode: 0 };
  try {
    await buildProgram(shell).parseAsync([...words], { from: 'user' });
    return shell.exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version leave through the same door, with exit code 0.
    if (error.exitCode === 0) return 0;
    if (words.includes('--json')) {
      const detail = error.message.replace(/^error: /, '');
      streams.out.write(`${JSON.stringify(cliProblem('USAGE', detail), null, 2)}\n`);
    }
    return 2;
  }
}
