import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { printFailure } from './failure.ts';
import { loadFrenchWords } from './french-words.ts';
import { type Answer, openTerminal, printAnswer, type Streams, type Terminal } from './terminal.ts';

/** What every command is asked with, beside its own options. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly lang?: string;
  readonly dir?: string;
}

/** Where the outcome of the command that ran is left for the process. */
export interface Shell {
  readonly streams: Streams;
  exitCode: 0 | 1 | 2;
}

export interface CommandSpec<Options extends object> {
  /** Name and arguments as commander writes them: `run <month>`, `receive <file...>`. */
  readonly name: string;
  readonly summary: string;
  /** Complete command lines that work, without the leading `prorata`. */
  readonly examples: readonly string[];
  /** What `--dir` names; a command without a node has no `--dir`. */
  readonly dir?: string;
  readonly options?: readonly Option[];
  /** Whether the group's own word runs it: `analytic axes` is `analytic axes list`. */
  readonly isDefault?: boolean;
  run(context: CommandContext<Options>): Promise<Answer>;
}

export interface CommandContext<Options extends object> {
  readonly terminal: Terminal;
  readonly options: Options;
  /** The node's folder, absolute. */
  readonly dir: string;
  /** First argument; commander has seen to it that it is there where the name asks for it. */
  readonly argument: string;
  /** All arguments in a row, variadic ones flattened. */
  readonly arguments: readonly string[];
}

/** Adds a command that ends with an answer (exit code 0) or a problem (exit code 1). */
export function addCommand<Options extends object>(parent: Command, shell: Shell, spec: CommandSpec<Options>): Command {
  const command = parent.command(spec.name, { isDefault: spec.isDefault === true }).description(spec.summary);
  if (spec.dir !== undefined) command.addOption(new Option('--dir <folder>', spec.dir).default('.', 'current folder'));
  for (const option of spec.options ?? []) command.addOption(option);
  command
    .addOption(new Option('--json', 'one JSON document on stdout'))
    .addOption(new Option('--lang <language>', 'language of the words').choices(['en', 'fr']).default('en'))
    .addOption(new Option('--verbose', 'show where an unexpected error came from'))
    .addHelpText('after', examplesText(spec.examples));
  command.action(async (...given: unknown[]) => {
    const options = command.opts<Options & CommonOptions>();
    const terminal = openTerminal(shell.streams, options);
    const values = given.slice(0, command.registeredArguments.length).flat().filter(isText);
    try {
      const answer = await spec.run({
        terminal,
        options,
        dir: resolve(options.dir ?? '.'),
        argument: values[0] ?? '',
        arguments: values,
      });
      printAnswer(terminal, answer);
      await answer.until;
    } catch (error) {
      shell.exitCode = 1;
      if (terminal.language === 'fr') await loadFrenchWords();
      printFailure(shell.streams, terminal, error);
    }
  });
  return command;
}

/** A word that only groups commands: `entity`, `import`. */
export function addGroup(parent: Command, name: string, summary: string): Command {
  return parent.command(name).description(summary);
}

export function examplesText(examples: readonly string[]): string {
  return `\nExample${examples.length > 1 ? 's' : ''}:\n${examples.map((line) => `  $ npx prorata ${line}`).join('\n')}`;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
