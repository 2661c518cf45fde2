import type { AnalyticServices } from '@prorata/analytic';
import type { PluginHandle } from '@prorata/platform';
import { percentOf, readUnits, writeUnits } from './amounts.ts';
import type { BudgetLine } from './budget-file.ts';
import { type BudgetVersion, linesOf, told, versions } from './budgets.ts';

/** One dimension in one month: what was budgeted first, what is budgeted now, what is booked (IPSAS 24, paragraph 14). */
export interface ReportRow {
  readonly dimension: string;
  readonly month: string;
  readonly original: string;
  readonly final: string;
  readonly actual: string;
  /** Actual minus final: above zero is spent beyond the budget. */
  readonly difference: string;
  /** Actual in percent of final; null where nothing is budgeted. */
  readonly percent: string | null;
  readonly overrun: boolean;
}

export interface Report {
  readonly budget: BudgetVersion;
  readonly original_version: number;
  readonly currency: string;
  readonly rows: readonly ReportRow[];
  readonly overruns: number;
  readonly total: {
    readonly original: string;
    readonly final: string;
    readonly actual: string;
    readonly overrun: string;
  };
}

export interface ReportQuery {
  readonly code: string;
  readonly from: string;
  readonly to: string;
  /** The version that counts as final; the newest unless told. */
  readonly version?: number | undefined;
}

/** Compares a budget with what the axis bears, each dimension with everything below it. */
export async function report(handle: PluginHandle, query: ReportQuery): Promise<Report> {
  const { code, from, to } = query;
  if (from > to) throw handle.refuse('MONTHS_INVALID', `${from} is after ${to}`);
  const read = await handle.read(async (tx) => {
    const all = await versions(tx, code);
    const first = all[0];
    const final = query.version === undefined ? all.at(-1) : all.find(({ version }) => version === query.version);
    if (first === undefined || final === undefined)
      throw handle.refuse('BUDGET_UNKNOWN', `there is no such budget ${code}`);
    return {
      first,
      final,
      original: await linesOf(tx, first.id, from, to),
      current: await linesOf(tx, final.id, from, to),
    };
  });
  const balance = await handle.service<AnalyticServices>('analytic').balance({ axis: read.final.axis, from, to });
  const actual = balance.rows.map((row) => ({
    dimension: row.dimension,
    month: row.period_month,
    amount: readUnits(row.total) ?? 0n,
  }));
  const rows = compare(read.original, read.current, actual);
  const sum = (of: (row: ReportRow) => string) => rows.reduce((total, row) => total + (readUnits(of(row)) ?? 0n), 0n);
  const over = rows.filter(({ overrun }) => overrun);
  return {
    budget: told(read.final),
    original_version: read.first.version,
    currency: balance.currency,
    rows,
    overruns: over.length,
    total: {
      original: writeUnits(sum((row) => row.original)),
      final: writeUnits(sum((row) => row.final)),
      actual: writeUnits(sum((row) => row.actual)),
      overrun: writeUnits(over.reduce((total, row) => total + (readUnits(row.difference) ?? 0n), 0n)),
    },
  };
}

/** Rows for what is budgeted, originally or now; what is booked where nothing was ever budgeted is an overrun of its whole amount. */
export function compare(
  original: readonly BudgetLine[],
  final: readonly BudgetLine[],
  actual: readonly BudgetLine[],
): ReportRow[] {
  const places = new Map<string, { original: bigint; final: bigint; actual: bigint }>();
  for (const [name, lines] of [
    ['original', original],
    ['final', final],
    ['actual', actual],
  ] as const) {
    for (const { dimension, month, amount } of lines) {
      const key = `${dimension}\u0000${month}`;
      const place = places.get(key) ?? { original: 0n, final: 0n, actual: 0n };
      place[name] += amount;
      places.set(key, place);
    }
  }
  return [...places]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, place]) => {
      const [dimension = '', month = ''] = key.split('\u0000');
      const difference = place.actual - place.final;
      return {
        dimension,
        month,
        original: writeUnits(place.original),
        final: writeUnits(place.final),
        actual: writeUnits(place.actual),
        difference: writeUnits(difference),
        percent: percentOf(place.actual, place.final),
        overrun: difference > 0n,
      };
    });
}

const COLUMNS = ['dimension', 'month', 'original', 'final', 'actual', 'difference', 'percent', 'overrun'] as const;

export function reportCsv({ rows }: Report): string {
  const lines = rows.map((row) => COLUMNS.map((column) => String(row[column] ?? '')).join(','));
  return [COLUMNS.join(','), ...lines, ''].join('\r\n');
}
