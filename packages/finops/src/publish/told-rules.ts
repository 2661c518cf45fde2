import { type IndirectRule, IndirectRulesSchema, ruleInconsistency } from '@prorata/contract';
import type { Tx } from '@prorata/platform';
import Value from 'typebox/value';
import type { MonthKey } from '../facts/step.ts';
import * as sql from './told-rules.sql.ts';

interface FilledProduct extends Record<string, unknown> {
  readonly code: string;
  readonly version: number | null;
  /** Null for the default rule, which nobody wrote. */
  readonly label: string | null;
  readonly base: IndirectRule['base'];
  readonly measure: NonNullable<IndirectRule['measure']> | null;
  readonly driver: string | null;
  readonly driver_month: string | null;
  readonly product_id: string;
  readonly environments: IndirectRule['products'][number]['environments'];
  readonly sources: IndirectRule['products'][number]['sources'];
}

interface TotalWeight extends Record<string, unknown> {
  readonly code: string;
  readonly currency: string;
  /** Empty unless the rule follows the environments of its base. */
  readonly environment: '' | NonNullable<IndirectRule['weights'][number]['environment']>;
  readonly total: string;
}

/** Most that a manifest says about rules, in bytes of JSON: beside it, totals and files have room in what any reader takes. */
const MOST_BYTES = 400_000;

/**
 * How the indirect amounts of a month came about, for the manifest: rule, version, driver, total of the weights, and what was spread.
 * Undefined where there is nothing indirect, and where there is more to say than a manifest holds.
 */
export async function toldRules(tx: Pick<Tx, 'query'>, key: MonthKey): Promise<IndirectRule[] | undefined> {
  const filled = await tx.query<FilledProduct>(sql.FILLED_PRODUCTS, key);
  if (filled.length === 0) return undefined;
  const weights = await tx.query<TotalWeight>(sql.TOTAL_WEIGHTS, key);
  const rules = [...Map.groupBy(filled, (one) => one.code).values()].map((of) => toldRule(of, weights));
  const fits = Value.Check(IndirectRulesSchema, rules) && ruleInconsistency(rules) === null;
  return fits && Buffer.byteLength(JSON.stringify(rules)) <= MOST_BYTES ? rules : undefined;
}

function toldRule(filled: readonly FilledProduct[], weights: readonly TotalWeight[]): IndirectRule {
  const [first] = filled;
  if (first === undefined) throw new RangeError('a rule that fills nothing is not told');
  const { code, version, label, base, measure, driver, driver_month } = first;
  const driven = base === 'driver' || base === 'coefficient';
  return {
    code,
    version,
    label: label === null ? 'By direct effective cost' : printable(label),
    base,
    ...(base === 'direct_cost' && measure !== null ? { measure } : {}),
    ...(driven && driver !== null && driver_month !== null ? { driver: printable(driver), driver_month } : {}),
    weights: weights
      .filter((one) => one.code === code)
      .map(({ currency, environment, total }) => ({ currency, ...(environment === '' ? {} : { environment }), total })),
    products: filled.map(({ product_id, environments, sources }) => ({ product_id, environments, sources })),
  };
}

/** A label of a file may hold line breaks; a manifest holds none. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}
