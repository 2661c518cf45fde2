import { addDecimals, compareDecimals, ratioOf, toPixelNumber } from '../format/decimal.ts';
import { heatStep } from '../theme/palette.ts';

export interface Amount {
  readonly entity: string;
  readonly domain: string;
  readonly cost: string | null;
}

export interface Cell {
  /** Null where the entity has nothing in the domain. */
  readonly cost: string | null;
  /** Of the entity's total. */
  readonly share: string | null;
  readonly step: number;
}

export interface Grid {
  readonly domains: readonly { readonly code: string; readonly total: string }[];
  readonly entities: readonly { readonly code: string; readonly total: string; readonly cells: readonly Cell[] }[];
}

/** Arranges amounts into entities × domains, both by their totals, greatest first; colours by amount or by share of the entity. */
export function arrange(amounts: readonly Amount[], by: 'cost' | 'share'): Grid {
  const domains = totals(amounts, 'domain');
  const costs = new Map(amounts.map(({ entity, domain, cost }) => [`${entity}\n${domain}`, cost]));
  const rows = totals(amounts, 'entity').map(({ code, total }) => ({
    code,
    total,
    cells: domains.map((domain) => {
      const cost = costs.get(`${code}\n${domain.code}`) ?? null;
      return { cost, share: cost === null ? null : ratioOf(cost, total) };
    }),
  }));
  const weight = (cell: { cost: string | null; share: string | null }) => toPixelNumber(cell[by] ?? '0');
  const greatest = Math.max(0, ...rows.flatMap(({ cells }) => cells.map(weight)));
  return {
    domains,
    entities: rows.map((row) => ({
      ...row,
      cells: row.cells.map((cell) => ({ ...cell, step: heatStep(weight(cell), greatest) })),
    })),
  };
}

function totals(amounts: readonly Amount[], by: 'entity' | 'domain'): { code: string; total: string }[] {
  const sums = new Map<string, string>();
  for (const amount of amounts) sums.set(amount[by], addDecimals(sums.get(amount[by]) ?? '0', amount.cost ?? '0'));
  return [...sums]
    .map(([code, total]) => ({ code, total }))
    .sort((a, b) => compareDecimals(b.total, a.total) || a.code.localeCompare(b.code));
}
