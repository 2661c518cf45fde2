import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { platformProblem, writeFileWhole } from '@prorata/platform';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addCommand, type Shell } from './command.ts';

async function runOne(words: readonly string[], run: () => Promise<{ document: object; text: string }>) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const shell: Shell = { streams: { out, err }, exitCode: 0 };
  const program = new Command('prorata').exitOverride();
  addCommand(program, shell, { name: 'try <thing>', summary: 'tries', examples: ['try it'], dir: 'a folder', run });
  await program.parseAsync([...words], { from: 'user' });
  out.end();
  err.end();
  return { exitCode: shell.exitCode, out: await textOf(out), err: await textOf(err) };
}

const answer = async () => ({ document: { rows: [1] }, text: 'one row' });

describe('a command', () => {
  it('prints text for people and one JSON document for programs', async () => {
    expect(await runOne(['try', 'it'], answer)).toEqual({ exitCode: 0, out: 'one row\n', err: '' });
    const asJson = await runOne(['try', 'it', '--json'], answer);
    expect(JSON.parse(asJson.out)).toEqual({ rows: [1] });
  });

  it('prints a problem with what to do next and ends with 1', async () => {
    const refuse = async () => {
      throw platformProblem('MONTH_INVALID', '"2025-13" is not a month', { violations: [{ row: 3, message: 'why' }] });
    };
    const shown = await runOne(['try', 'it'], refuse);
    expect(shown).toMatchObject({ exitCode: 1, out: '' });
    expect(shown.err).toContain('MONTH_INVALID: The month is not a month\n  "2025-13" is not a month\n');
    expect(shown.err).toContain('row 3, message why');
    expect(shown.err).toContain('What to do: Write months as YYYY-MM');
    const asJson = await runOne(['try', 'it', '--json'], refuse);
    expect(JSON.parse(asJson.out)).toMatchObject({ code: 'MONTH_INVALID', status: 400 });
    const french = await runOne(['try', 'it', '--lang', 'fr', '--json'], refuse);
    expect(french.err).toContain('MONTH_INVALID: Ce n’est pas un mois\n');
    expect(french.err).toContain('Que faire: Écrivez les mois AAAA-MM');
    expect(JSON.parse(french.out)).toMatchObject({
      code: 'MONTH_INVALID',
      title: 'Ce n’est pas un mois',
      next: expect.stringContaining('Écrivez'),
    });
  });

  it('hides the stack of an unexpected error unless it is asked for', async () => {
    const fail = async () => {
      throw new Error('something broke', { cause: new TypeError('underneath') });
    };
    const shown = await runOne(['try', 'it'], fail);
    expect(shown.err).toContain('INTERNAL');
    expect(shown.err).not.toContain('command.test.ts');
    expect((await runOne(['try', 'it', '--lang', 'fr'], fail)).err).toContain('Que faire: Relancez-la avec --verbose');
    const verbose = await runOne(['try', 'it', '--verbose'], fail);
    expect(verbose.err).toContain('command.test.ts');
    expect(verbose.err).toContain('underneath');
  });

  it('takes the members of an error that brings code, title and next step with it', async () => {
    const refuse = async () => {
      const members = { code: 'SIGNATURE_INVALID', title: 'The signature is wrong', next: 'Sign again.' };
      throw Object.assign(new Error('changed byte'), members, { violations: [{ code: 'SIGNATURE_INVALID' }] });
    };
    const document: unknown = JSON.parse((await runOne(['try', 'it', '--json'], refuse)).out);
    expect(document).toMatchObject({ code: 'SIGNATURE_INVALID', title: 'The signature is wrong', next: 'Sign again.' });
    expect(document).toHaveProperty('violations.0.code', 'SIGNATURE_INVALID');
  });

  it('names what the file system refuses, and leaves nothing of a file that could not be written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'prorata-command-'));
    const [missing, taken] = [join(folder, 'not', 'there.zip'), join(folder, 'taken')];
    await mkdir(join(taken, 'full'), { recursive: true });
    for (const [path, reason] of [
      [missing, 'ENOENT'],
      [taken, /^EISDIR|^ENOTEMPTY|^EEXIST/],
    ] as const) {
      const shown = await runOne(['try', 'it', '--json'], async () => {
        await writeFileWhole(path, 'content');
        return await answer();
      });
      expect(shown.exitCode).toBe(1);
      expect(JSON.parse(shown.out)).toMatchObject({
        code: 'FILE_SYSTEM_REFUSED',
        reason: expect.stringMatching(reason),
        path,
        next: expect.stringContaining('the room on its disk'),
      });
    }
    expect(await readdir(folder)).toEqual(['taken']);
    await rm(folder, { recursive: true });
  });

  it('takes an error of the network for what it is: unexpected', async () => {
    const fail = async () => {
      throw Object.assign(new Error('connect EACCES 10.0.0.1:443'), { code: 'EACCES', syscall: 'connect' });
    };
    expect((await runOne(['try', 'it'], fail)).err).toContain('INTERNAL');
  });
});
