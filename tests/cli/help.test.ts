import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { buildProgram, run } from '../../packages/cli/src/program.ts';
import { documentOf, inProcess, prorata } from './process.ts';

type Command = ReturnType<typeof buildProgram>;

const silent = () => ({ out: new PassThrough(), err: new PassThrough() });

/** Every command that does something, with the words that call it. */
function leaves(command: Command, words: readonly string[] = []): { words: string[]; command: Command }[] {
  if (command.commands.length === 0) return [{ words: [...words], command }];
  return command.commands.flatMap((child) => leaves(child, [...words, child.name()]));
}

const commands = leaves(buildProgram({ streams: silent(), exitCode: 0 }));

async function helpOf(words: readonly string[]): Promise<string> {
  const streams = silent();
  expect(await run([...words, '--help'], streams)).toBe(0);
  streams.out.end();
  return Buffer.concat(await streams.out.toArray()).toString('utf8');
}

describe('prorata --help', () => {
  it.each(commands.map(({ words, command }) => [words.join(' '), words, command] as const))(
    '%s shows its options and an example that starts with its own words',
    async (_name, words, command) => {
      const help = await helpOf(words);
      expect(help).toMatch(/\nExamples?:\n/);
      expect(help).toContain(`$ npx prorata ${words.join(' ')}`);
      expect(help).toContain('--json');
      expect(command.description().length).toBeGreaterThan(10);
    },
  );

  it('has examples that the command line itself accepts', async () => {
    for (const { words, command } of commands) {
      const help = await helpOf(words);
      for (const [, line = ''] of help.matchAll(/\$ npx prorata (.+)/g)) {
        const options = new Set(command.options.flatMap((option) => [option.long, option.short]));
        for (const [flag] of line.matchAll(/(?<= )--[a-z-]+/g)) expect([...options], line).toContain(flag);
      }
    }
  });

  it('runs as a process, and says its version', async () => {
    const help = await prorata('--help');
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('Usage: prorata');
    expect((await prorata('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('wrong usage ends with 2', () => {
  it.each([
    [['nonsense'], 'unknown command'],
    [['allocate'], 'missing required argument'],
    [['allocate', '-', '--colour'], 'unknown option'],
    [['allocate', '-', '--lang', 'de'], 'Allowed choices are en, fr'],
  ])('%j', async (words, message) => {
    const outcome = await inProcess(...words);
    expect(outcome.code).toBe(2);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr).toContain(message);
  });

  it('is a problem document with --json', async () => {
    const outcome = await prorata('nonsense', '--json');
    expect(outcome.code).toBe(2);
    expect(documentOf(outcome)).toMatchObject({ code: 'USAGE' });
  });
});
