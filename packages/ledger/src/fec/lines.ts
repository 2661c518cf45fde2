import { ledgerProblem } from '../problems.ts';
import { byteChunks, type FecSource } from './source.ts';

/** Lines as they stand in the file, many at once; the first one has the number `first`, counted from 1. */
export interface LineBatch {
  readonly first: number;
  readonly lines: readonly string[];
}

export type LineEnding = 'CRLF' | 'LF' | 'CR';

const MOST_CHARACTERS = 1 << 20;
const ENDING = /\r\n|\r|\n/;

/**
 * Splits a file into lines that end with CR, LF or CRLF, in any mixture. Holds one chunk and one unfinished line.
 *
 * @throws Problem `FEC_LINE_TOO_LONG`
 */
export async function* readLines(source: FecSource, endings?: Set<LineEnding>): AsyncGenerator<LineBatch> {
  const decoder = new TextDecoder(source.encoding, { fatal: true });
  let rest = '';
  let first = 1;
  for await (const chunk of byteChunks(source.path)) {
    let text = rest + decoder.decode(chunk, { stream: true });
    // The LF of a CRLF may come with the next chunk.
    const open = text.endsWith('\r');
    if (open) text = text.slice(0, -1);
    const lines = text.split(ENDING);
    rest = (lines.pop() ?? '') + (open ? '\r' : '');
    if (rest.length > MOST_CHARACTERS) {
      throw ledgerProblem(
        'FEC_LINE_TOO_LONG',
        `line ${first + lines.length} is longer than ${MOST_CHARACTERS} characters`,
      );
    }
    if (endings !== undefined) noteEndings(text, endings);
    yield { first, lines };
    first += lines.length;
  }
  const last = (rest + decoder.decode()).split(ENDING);
  if (endings !== undefined) noteEndings(rest, endings);
  // Ctrl-Z ends the files of programs that come from DOS.
  if (last.at(-1) === '' || last.at(-1) === '\u001a') last.pop();
  yield { first, lines: last };
}

function noteEndings(text: string, endings: Set<LineEnding>): void {
  if (endings.size === 3) return;
  if (text.includes('\r\n')) endings.add('CRLF');
  if (/(?<!\r)\n/.test(text)) endings.add('LF');
  if (/\r(?!\n)/.test(text)) endings.add('CR');
}
