import type { Language } from './decimals.ts';
import { type Progress, startProgress } from './progress.ts';

/** Where a command writes: its answer on `out`, everything else (progress, notes, problems) on `err`. */
export interface Streams {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream;
}

/** The streams together with what the caller asked of the output. */
export interface Terminal extends Streams {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly language: Language;
  /** A line for people while the work goes on; never on stdout. */
  note(text: string): void;
  progress(label: string, total: number): Progress;
}

/** What a command gives back. `document` is what `--json` prints, `text` is for people. */
export interface Answer {
  readonly document: object;
  readonly text: string;
  /** Work that goes on after the answer was printed, such as a server. */
  readonly until?: Promise<void>;
}

export interface OutputWishes {
  readonly json?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly lang?: string | undefined;
}

export function openTerminal(streams: Streams, wishes: OutputWishes): Terminal {
  return {
    ...streams,
    json: wishes.json === true,
    verbose: wishes.verbose === true,
    language: wishes.lang === 'fr' ? 'fr' : 'en',
    note(text) {
      streams.err.write(`${text}\n`);
    },
    progress: (label, total) => startProgress(streams, label, total),
  };
}

/** Prints an answer: one JSON document, or text. */
export function printAnswer(terminal: Terminal, answer: Answer): void {
  const text = terminal.json ? JSON.stringify(answer.document, null, 2) : answer.text;
  if (text !== '') terminal.out.write(`${text}\n`);
}
