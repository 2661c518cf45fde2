import type { Caller } from '@prorata/analytic';
import type { EntityNode } from '@prorata/finops';
import { withEntity } from '../entity/open.ts';

export type AnalyticPackage = typeof import('@prorata/analytic');

/** An entity node open for its analytic accounting. */
export interface OpenAnalytic {
  readonly node: EntityNode;
  readonly api: AnalyticPackage;
  /** Who asks: the operator of the machine, from the shell. */
  readonly caller: Caller;
}

/** Opens the entity node of a folder for one piece of work on its analytic accounting, and closes it whatever happens. */
export async function withAnalytic<T>(dir: string, work: (open: OpenAnalytic) => Promise<T>): Promise<T> {
  const api = await import('@prorata/analytic');
  return await withEntity(dir, async (node) => {
    return await work({ node, api, caller: { context: node.operator, method: 'SHELL', route: 'analytic' } });
  });
}

interface PageOf<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

/** What a list is asked for, a page at a time. */
export interface PageWish {
  readonly limit: number;
  readonly after?: string;
}

/** All pages of a list: references are few enough to be shown whole. */
export async function everyRow<Row extends object>(
  list: (page: PageWish) => Promise<PageOf<Row>>,
): Promise<{ [Member in keyof Row]: Row[Member] }[]> {
  const rows: Row[] = [];
  for (let wish: PageWish = { limit: 500 }; ; ) {
    const page = await list(wish);
    rows.push(...page.rows);
    if (page.next === null) return rows;
    wish = { ...wish, after: page.next };
  }
}
