import type { Tx } from '@prorata/platform';
import type { LoadedMapping } from '../mapping/document.ts';
import * as sql from './inputs.sql.ts';
import type { MonthKey } from './step.ts';

/** Kinds of what a month is computed from. */
export type InputKind =
  | 'BILLS'
  | 'MEASUREMENTS'
  | 'DRIVERS'
  | 'MAPPING'
  | 'RULES'
  | 'PRICES'
  | 'PRODUCTS'
  | 'CORRECTIONS';

/** Everything that a month is computed from, by kind: a digest each, absent where there is nothing of the kind. */
export type MonthInputs = Readonly<Partial<Record<InputKind, string>>>;

/**
 * What a month is computed from as it is now. A run keeps it; where it is no longer the same, the facts say what was and not what
 * is, and are neither closed nor published.
 */
export async function inputsOf(tx: Tx, key: MonthKey, mapping: LoadedMapping): Promise<MonthInputs> {
  const rows = await tx.query<{ kind: InputKind; sha256: string }>(sql.INPUTS, key);
  return { ...Object.fromEntries(rows.map(({ kind, sha256 }) => [kind, sha256])), MAPPING: mapping.sha256 };
}

/** Kinds that differ, in the order of the alphabet. */
export function changedInputs(before: MonthInputs, now: MonthInputs): InputKind[] {
  const kinds = [...new Set([...Object.keys(before), ...Object.keys(now)])] as InputKind[];
  return kinds.filter((kind) => before[kind] !== now[kind]).sort();
}
