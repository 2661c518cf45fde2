import type { Problem } from '@prorata/platform';
import { finopsProblem } from '../problems.ts';

/** Turns what DuckDB says about a file into a problem that a person can act upon. */
export function readFault(error: unknown, name: string): Problem | unknown {
  if (!(error instanceof Error) || error.name === 'Problem') return error;
  const line = /CSV Error on Line: (\d+)/.exec(error.message)?.[1];
  if (line !== undefined) {
    const reason =
      /Expected Number of Columns: \d+ Found: \d+|unterminated quote|Invalid unicode|Maximum line size[^\n]*/.exec(
        error.message,
      );
    return finopsProblem(
      'CSV_MALFORMED',
      `${name}, line ${line}: ${reason?.[0] ?? 'not CSV'}`,
      { line: Number(line) },
      error,
    );
  }
  if (/CSV Parser state machine|CSV Error/.test(error.message)) {
    return finopsProblem('CSV_MALFORMED', `${name} mixes line ends, or is not CSV by RFC 4180`, {}, error);
  }
  if (/Parquet|TProtocolException|Snappy|ZSTD|No magic bytes/i.test(error.message)) {
    const reason = error.message.split('\n')[0]?.slice(0, 300);
    return finopsProblem('FILE_UNREADABLE', `${name} is not a Parquet file that can be read: ${reason}`, {}, error);
  }
  if (/[Oo]verflow|Out of Range Error/.test(error.message)) {
    return finopsProblem('ROWS_REFUSED', `${name}: a sum has more than 20 digits before the point`, {}, error);
  }
  return error;
}
