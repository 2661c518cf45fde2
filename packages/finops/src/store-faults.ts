import { finopsProblem } from './problems.ts';

/**
 * Names what a store could not hold: no room (the file system says ENOSPC, PostgreSQL 53100, DuckDB quotes the file system), or a sum
 * of more digits than an amount has (PostgreSQL 22003). Any other error is given back as it is.
 *
 * @returns Problem `DISK_FULL` or `AMOUNT_TOO_LARGE`, or the error
 */
export function storeFault(error: unknown): unknown {
  if (!(error instanceof Error) || error.name === 'Problem') return error;
  const code = 'code' in error ? error.code : undefined;
  const [detail = ''] = error.message.split('\n');
  if (code === 'ENOSPC' || code === '53100' || /No space left on device/i.test(error.message)) {
    return finopsProblem('DISK_FULL', detail === '' ? 'no space left' : detail, {}, error);
  }
  if (code === '22003') return finopsProblem('AMOUNT_TOO_LARGE', detail, {}, error);
  return error;
}
