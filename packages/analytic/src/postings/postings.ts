import { firstDayOf, type RequestContext } from '@prorata/platform';
import { type AnalyticNode, found, read } from '../service/node.ts';
import { afterId, PAGE_ROWS, type Page, pageOf } from '../service/page.ts';
import type { PostingAnswer, PostingQuery } from './postings.schema.ts';
import * as sql from './postings.sql.ts';
import { type PostingRow, tellPosting } from './store.ts';

/** @throws Problem `NOT_FOUND` */
export async function postingById(node: AnalyticNode, context: RequestContext, id: string): Promise<PostingAnswer> {
  const rows = await read(node, context, (tx) => tx.query<PostingRow>(sql.BY_ID, [id]));
  return tellPosting(found(rows, `there is no posting ${id}`));
}

/** Postings by entry, rule, month and dimension, in the order in which they were made. */
export async function listPostings(
  node: AnalyticNode,
  context: RequestContext,
  query: PostingQuery,
): Promise<Page<PostingAnswer>> {
  const { limit = PAGE_ROWS, source_entry_id: entry = null, allocation_rule_id: rule = null } = query;
  const month = query.month === undefined ? null : firstDayOf(query.month);
  const values = [afterId(query.after), entry, rule, month, limit + 1];
  const rows = await read(node, context, (tx) =>
    query.dimension_id === undefined
      ? tx.query<PostingRow>(sql.LIST, values)
      : tx.query<PostingRow>(sql.LIST_OF_DIMENSION, [...values, query.dimension_id]),
  );
  return pageOf(rows.map(tellPosting), limit);
}
