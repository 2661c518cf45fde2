import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { run } from '@prorata/cli';

const BIN = fileURLToPath(new URL('../../packages/cli/bin/prorata.mjs', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the real command in a process of its own. */
export function start(words: readonly string[]): ChildProcess {
  return spawn(process.execPath, [BIN, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs the real command to its end. */
export async function prorata(...words: readonly string[]): Promise<Outcome> {
  const child = start(words);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr] = await Promise.all([read(child.stdout), read(child.stderr)]);
  return { code: await ended, stdout, stderr };
}

async function read(stream: NodeJS.ReadableStream | null): Promise<string> {
  return stream === null ? '' : await textOf(stream);
}

/** The document of a command that has to succeed. */
export async function answer(...words: readonly string[]): Promise<Record<string, unknown>> {
  const outcome = await prorata(...words, '--json');
  if (outcome.code !== 0) throw new Error(`prorata ${words.join(' ')} ended with ${outcome.code}\n${outcome.stderr}`);
  return documentOf(outcome);
}

/** The same, inside this process. */
export async function answerInProcess(...words: readonly string[]): Promise<Record<string, unknown>> {
  const outcome = await inProcess(...words, '--json');
  if (outcome.code !== 0) throw new Error(`prorata ${words.join(' ')} ended with ${outcome.code}\n${outcome.stderr}`);
  return documentOf(outcome);
}

/** The problem document of a command that has to be refused with exit code 1. */
export async function refusal(...words: readonly string[]): Promise<Record<string, unknown>> {
  return refused(words, await prorata(...words, '--json'));
}

/** The same, inside this process. */
export async function refusalInProcess(...words: readonly string[]): Promise<Record<string, unknown>> {
  return refused(words, await inProcess(...words, '--json'));
}

function refused(words: readonly string[], outcome: Outcome): Record<string, unknown> {
  if (outcome.code !== 1) {
    throw new Error(`prorata ${words.join(' ')} ended with ${outcome.code}\n${outcome.stdout}${outcome.stderr}`);
  }
  return documentOf(outcome);
}

export function documentOf(outcome: Outcome): Record<string, unknown> {
  const document: unknown = JSON.parse(outcome.stdout);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new Error(`stdout is no JSON document: ${outcome.stdout}`);
  }
  return { ...document };
}

/** The same command line inside this process: as good for what is refused, and it starts no other process. */
export async function inProcess(...words: readonly string[]): Promise<Outcome> {
  const streams = { out: new PassThrough(), err: new PassThrough() };
  const [stdout, stderr] = [textOf(streams.out), textOf(streams.err)];
  const code = await run(words, streams);
  streams.out.end();
  streams.err.end();
  return { code, stdout: await stdout, stderr: await stderr };
}

/** A folder for one test file, and how to remove it. */
export async function scratch(name: string): Promise<{ readonly dir: string; remove(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), `prorata-${name}-`));
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

/** 10.50 and 10.5 are one amount. */
export function amount(value: unknown): string {
  return String(value)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}

/** Starts the command and kills it after `milliseconds`; false when it had ended by then. */
export async function killedAfter(milliseconds: number, words: readonly string[]): Promise<boolean> {
  const child = start(words);
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('close', (_code, signal) => resolve(signal)),
  );
  await Promise.race([sleep(milliseconds), ended]);
  child.kill('SIGKILL');
  return (await ended) === 'SIGKILL';
}
