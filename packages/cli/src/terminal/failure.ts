import { addProblemWords, Problem, problemWords } from '@prorata/platform';
import { cliProblem } from '../problems.ts';
import type { Language } from './decimals.ts';
import type { Streams } from './terminal.ts';

const NEXT: Readonly<Record<Language, string>> = { en: 'What to do', fr: 'Que faire' };

/** What nobody foresaw in a command: it has no correlation id, but a place that can be shown. */
const FAILED = {
  INTERNAL: {
    title: 'The command failed',
    next: 'Run it again with --verbose to see where it failed, and report that; work that did not end left nothing half-done.',
  },
} as const;
addProblemWords('fr', FAILED, {
  INTERNAL: {
    title: 'La commande a échoué',
    next: 'Relancez-la avec --verbose pour voir où elle a échoué, et signalez-le ; ce qui n’a pas abouti n’a rien laissé à moitié fait.',
  },
});

export interface FailureWishes {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly language: Language;
}

/**
 * Prints what went wrong: code, title, detail and next step on stderr, and with `--json` the problem document (RFC 9457)
 * on stdout. Title and next step are in the language asked for, as over HTTP, once their words were loaded. A stack is shown with `--verbose` only.
 */
export function printFailure(streams: Streams, wishes: FailureWishes, error: unknown): void {
  const problem = problemOf(error);
  const { title, next } = problemWords(wishes.language, problem) ?? problem;
  if (wishes.json) streams.out.write(`${JSON.stringify({ ...problem.toJSON(), title, next }, null, 2)}\n`);
  const lines = [`${problem.code}: ${title}`, `  ${problem.detail}`, ...places(problem)];
  if (next !== '') lines.push(`${NEXT[wishes.language]}: ${next}`);
  if (wishes.verbose) lines.push('', ...stacks(error));
  streams.err.write(`${lines.join('\n')}\n`);
}

/** Whatever was thrown, as a problem: the packages of a node throw problems, the rest is `INTERNAL`. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // The libraries that stand alone (contract, allocation) have error classes of their own with the same members.
  if (error instanceof Error && 'code' in error && 'next' in error && typeof error.code === 'string') {
    const { status, title, detail, extensions } = error as Partial<Problem>;
    return new Problem({
      status: typeof status === 'number' ? status : 422,
      title: title ?? error.message,
      code: error.code,
      detail: detail ?? error.message,
      next: String(error.next ?? ''),
      extensions: { ...violationsOf(error), ...extensions },
    });
  }
  const detail = error instanceof Error ? error.message : String(error);
  const refused = fileSystemRefusal(error);
  if (refused !== undefined) return cliProblem('FILE_SYSTEM_REFUSED', detail, refused, error);
  return new Problem({ ...FAILED.INTERNAL, status: 500, code: 'INTERNAL', detail, cause: error });
}

/** A full disk, a folder that is not there, or that nobody may write to; not the refusals of a network, which have another call. */
const OF_FILES = [
  'ENOSPC',
  'EDQUOT',
  'EROFS',
  'EACCES',
  'EPERM',
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'ENOTEMPTY',
  'EEXIST',
  'ENAMETOOLONG',
  'EIO',
];

function fileSystemRefusal(error: unknown): Record<string, unknown> | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  if (typeof error.code !== 'string' || !OF_FILES.includes(error.code) || error.syscall === 'connect') return undefined;
  return { reason: error.code, ...('path' in error ? { path: error.path } : {}) };
}

function violationsOf(error: object): Record<string, unknown> {
  return 'violations' in error && Array.isArray(error.violations) ? { violations: error.violations } : {};
}

const MOST_PLACES = 20;

/** The places that a problem names one by one, at most twenty of them. */
function places(problem: Problem): string[] {
  const listed = ['violations', 'errors', 'rows', 'results', 'checks', 'candidates']
    .map((name) => problem.extensions[name])
    .find((value): value is unknown[] => Array.isArray(value));
  if (listed === undefined) return [];
  const lines = listed.slice(0, MOST_PLACES).map((place) => `  · ${inOneLine(place)}`);
  if (listed.length > MOST_PLACES) lines.push(`  · … and ${listed.length - MOST_PLACES} more (--json has all of them)`);
  return lines;
}

function inOneLine(place: unknown): string {
  if (typeof place !== 'object' || place === null) return String(place);
  return Object.entries(place)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ');
}

function stacks(error: unknown): string[] {
  const lines: string[] = [];
  for (let current = error; current instanceof Error; current = current.cause) lines.push(current.stack ?? '');
  return lines;
}
