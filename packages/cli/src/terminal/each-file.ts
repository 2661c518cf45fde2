import { basename } from 'node:path';
import { Problem } from '@prorata/platform';
import { problemOf } from './failure.ts';
import type { Terminal } from './terminal.ts';
import { readPath } from './values.ts';

/** What became of one of several files: an answer, or the problem that refused it. */
export type FileOutcome<T> =
  | { readonly file: string; readonly done: T }
  | { readonly file: string; readonly refused: Problem };

/**
 * Judges several files one by one: a refused file does not keep the others out.
 *
 * @returns the answers, when no file was refused
 * @throws Problem of the first refused file; with several files, `results` lists all of them
 */
export async function forEachFile<T extends object>(
  files: readonly string[],
  terminal: Terminal,
  label: string,
  work: (path: string, say: (step: string) => void) => Promise<T>,
): Promise<T[]> {
  const outcomes: FileOutcome<T>[] = [];
  const bar = terminal.progress(label, files.length);
  try {
    for (const file of files) {
      bar.update(outcomes.length, basename(file));
      const say = (step: string): void => bar.update(outcomes.length, `${basename(file)}: ${step}`);
      outcomes.push(await outcomeOf(file, (path) => work(path, say)));
    }
    bar.update(files.length);
  } finally {
    bar.stop();
  }
  const first = outcomes.find((outcome) => 'refused' in outcome);
  if (first === undefined) return outcomes.flatMap((outcome) => ('done' in outcome ? [outcome.done] : []));
  throw 'refused' in first ? refusalOf(first.file, first.refused, outcomes) : new Error('unreachable');
}

async function outcomeOf<T>(file: string, work: (path: string) => Promise<T>): Promise<FileOutcome<T>> {
  try {
    return { file, done: await work(readPath(file)) };
  } catch (error) {
    return { file, refused: problemOf(error) };
  }
}

/** The problem of the first refused file, with what became of the others. */
function refusalOf<T extends object>(file: string, problem: Problem, outcomes: readonly FileOutcome<T>[]): Problem {
  if (outcomes.length === 1) {
    return new Problem({ ...withMembers(problem), extensions: { file, ...problem.extensions }, cause: problem.cause });
  }
  const refused = outcomes.filter((outcome) => 'refused' in outcome).length;
  const detail = `${problem.detail} (${refused} of ${outcomes.length} files refused, the others were taken)`;
  const results = outcomes.map((outcome) =>
    'done' in outcome
      ? { ...outcome.done, file: outcome.file, accepted: true }
      : { file: outcome.file, accepted: false, code: outcome.refused.code, detail: outcome.refused.detail },
  );
  return new Problem({
    ...withMembers(problem),
    detail,
    extensions: { file, ...problem.extensions, results },
    cause: problem.cause,
  });
}

function withMembers({ code, status, title, detail, next }: Problem) {
  return { code, status, title, detail, next };
}
