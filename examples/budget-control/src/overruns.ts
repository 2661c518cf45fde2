import type { AnalyticServices } from '@prorata/analytic';
import type { PluginHandle, PluginRecord, PluginTx } from '@prorata/platform';
import { readUnits } from './amounts.ts';
import { linesOf, versions } from './budgets.ts';
import { compare, type ReportRow } from './report.ts';

const REMEMBER = `
  INSERT INTO budget_control_overrun (version_id, dimension, period_month, overrun) VALUES ($1, $2, $3, $4)
  ON CONFLICT (tenant_id, legal_entity_id, version_id, dimension, period_month) DO UPDATE
     SET overrun = excluded.overrun, told_at = now() WHERE budget_control_overrun.overrun < excluded.overrun`;

/**
 * Looks at a month of every budget and tells each overrun once, and again when it has grown (`BUDGET.OVERRUN.DETECTED`).
 *
 * @returns the overruns that were told now
 */
export async function tellOverruns(
  handle: Pick<PluginHandle, 'service'>,
  tx: PluginTx,
  record: PluginRecord,
  month: string,
): Promise<(ReportRow & { readonly code: string })[]> {
  const newest = new Map((await versions(tx, null)).map((version) => [version.code, version]));
  const news: (ReportRow & { code: string })[] = [];
  for (const version of newest.values()) {
    const budget = await linesOf(tx, version.id, month, month);
    const { rows, currency } = await handle
      .service<AnalyticServices>('analytic')
      .balance({ axis: version.axis, from: month, to: month });
    const actual = rows.map((row) => ({ dimension: row.dimension, month, amount: readUnits(row.total) ?? 0n }));
    for (const row of compare([], budget, actual).filter(({ overrun }) => overrun)) {
      const grown = await tx.execute(REMEMBER, [version.id, row.dimension, `${month}-01`, row.difference]);
      if (grown === 0) continue;
      const { dimension, final, difference, percent } = row;
      record.audit({ subject: 'overrun', subjectId: version.id, details: { dimension, month, difference } });
      record.emit({
        event: 'BUDGET.OVERRUN.DETECTED',
        entity_id: version.id,
        payload: {
          ...{ code: version.code, version: version.version, axis: version.axis, dimension, period_month: month },
          ...{ budget: final, actual: row.actual, overrun: difference, percent, currency },
        },
      });
      news.push({ ...row, code: version.code });
    }
  }
  return news;
}
