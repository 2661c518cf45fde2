import { isUuid } from '@prorata/platform';
import { analyticProblem } from '../problems.ts';

/** One page of a list, in the order of creation; `next` is the cursor of the page behind it, null at the end. */
export interface Page<Row> {
  readonly rows: Row[];
  readonly next: string | null;
}

export interface PageRequest {
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

/** Rows of a page unless the request says otherwise. */
export const PAGE_ROWS = 50;
export const MOST_PAGE_ROWS = 500;

/** The id after which a page starts; ids are UUIDv7, so that their order is that of creation. @throws Problem `CURSOR_INVALID` */
export function afterId(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const id = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!isUuid(id)) throw analyticProblem('CURSOR_INVALID', `after is ${cursor.slice(0, 60)}`);
  return id;
}

/** Makes a page of one row more than it may hold: the row beyond tells that there is a next one. */
export function pageOf<Row extends { readonly id: string }>(rows: readonly Row[], limit: number): Page<Row> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { rows: kept, next: more ? Buffer.from(last.id, 'latin1').toString('base64url') : null };
}
