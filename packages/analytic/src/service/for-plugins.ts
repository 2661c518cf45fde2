import type { RequestContext } from '@prorata/platform';
import { listAxes } from '../axes/axes.ts';
import type { AnalyticBalance } from '../balance/balance.schema.ts';
import { analyticBalance } from '../balance/balance.ts';
import { listDimensions } from '../dimensions/dimensions.ts';
import { type AnalyticNode, requireLegalEntity } from './node.ts';

/** What analytic accounting offers to plugins, for the caller whose request it is. */
export interface AnalyticServices {
  /** What an axis bears by dimension and month (`YYYY-MM`, both included), tied to the ledger. */
  balance(query: { readonly axis: string; readonly from: string; readonly to: string }): Promise<AnalyticBalance>;
  /** The dimensions of an axis by code; undefined where there is no such axis. */
  dimensions(
    axis: string,
  ): Promise<readonly { readonly id: string; readonly code: string; readonly is_active: boolean }[] | undefined>;
}

export function analyticServices(node: AnalyticNode, context: RequestContext): AnalyticServices {
  return {
    balance: (query) => analyticBalance(node, context, query),
    async dimensions(axis) {
      requireLegalEntity(context);
      const [own] = (await listAxes(node, context, { code: axis })).rows;
      if (own === undefined) return undefined;
      const rows: { id: string; code: string; is_active: boolean }[] = [];
      for (let after: string | null = null; ; ) {
        const from: { after?: string } = after === null ? {} : { after };
        const page = await listDimensions(node, context, { axis_id: own.id, limit: 500, ...from });
        rows.push(...page.rows.map(({ id, code, is_active }) => ({ id, code, is_active })));
        after = page.next;
        if (after === null) return rows;
      }
    },
  };
}
