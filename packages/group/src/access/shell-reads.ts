import { Problem } from '@prorata/platform';
import { type GroupNode, operatorContext } from '../node/group-node.ts';
import { openAccessLog } from './access-log.ts';

/** A read that is asked for by a command on the node's own machine. */
export interface ShellRead {
  /** Its words: `group report entities`. */
  readonly command: string;
  readonly filters: object;
}

/** How a command stands in the log, where a request has GET. */
const SHELL = 'SHELL';

/**
 * Reads for the operator and keeps the read in the access log before the answer leaves, as a request's is: who may open the node's
 * folder sees every entity, and that he looked is known. A read that was refused is kept as well.
 */
export async function readForShell<T>(group: GroupNode, read: ShellRead, work: () => Promise<T>): Promise<T> {
  const log = openAccessLog(group);
  const noted = async (status: number, rows: number | null) => {
    const filters = { ...read.filters };
    log.note({ context: operatorContext(group), method: SHELL, route: read.command, filters, status, rows });
    await log.close();
  };
  let answer: T;
  try {
    answer = await work();
  } catch (error) {
    await noted(error instanceof Problem ? error.status : 500, null);
    throw error;
  }
  await noted(200, rowsOf(answer));
  return answer;
}

/** Null for a file. */
function rowsOf(answer: unknown): number | null {
  const rows = typeof answer === 'object' && answer !== null && 'rows' in answer ? answer.rows : answer;
  return Array.isArray(rows) ? rows.length : null;
}
