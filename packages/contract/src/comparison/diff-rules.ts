import type { IndirectRule } from '../format/indirect-rules.ts';
import type { Manifest } from '../format/manifest.ts';

/** What an amount came about by, apart from which products it filled. */
export type ToldRule = Omit<IndirectRule, 'products'>;

/** One indirect rule that two revisions do not tell alike: version, driver, weights, or what it fills. */
export interface RuleDifference {
  readonly change: 'added' | 'removed' | 'changed';
  readonly code: string;
  readonly before: ToldRule | null;
  readonly after: ToldRule | null;
  /** Products that it fills in one of the two only, or otherwise. */
  readonly products: string[];
}

/**
 * What differs between the indirect rules of two manifests, by code. Null where one of them tells none: that says nothing about
 * whether its rules were others.
 */
export function diffRules(
  before: Pick<Manifest, 'indirect_rules'>,
  after: Pick<Manifest, 'indirect_rules'>,
): RuleDifference[] | null {
  if (before.indirect_rules === undefined || after.indirect_rules === undefined) return null;
  const earlier = new Map(before.indirect_rules.map((rule) => [rule.code, rule]));
  const later = new Map(after.indirect_rules.map((rule) => [rule.code, rule]));
  const codes = [...new Set([...earlier.keys(), ...later.keys()])].sort();
  return codes.flatMap((code): RuleDifference[] => {
    const [one, other] = [earlier.get(code), later.get(code)];
    const products = productsThatDiffer(one, other);
    const [told, tells] = [toldOf(one), toldOf(other)];
    if (products.length === 0 && JSON.stringify(told) === JSON.stringify(tells)) return [];
    const change = told === null ? 'added' : tells === null ? 'removed' : 'changed';
    return [{ change, code, before: told, after: tells, products }];
  });
}

/** In one order of members and of weights, so that only what is said counts. */
function toldOf(rule: IndirectRule | undefined): ToldRule | null {
  if (rule === undefined) return null;
  const { code, version, label, base, measure, driver, driver_month, weights } = rule;
  const place = (one: ToldRule['weights'][number]) => `${one.currency} ${one.environment ?? ''}`;
  return {
    code,
    version,
    label,
    base,
    ...(measure === undefined ? {} : { measure }),
    ...(driver === undefined ? {} : { driver }),
    ...(driver_month === undefined ? {} : { driver_month }),
    weights: [...weights].sort((a, b) => (place(a) < place(b) ? -1 : 1)),
  };
}

function productsThatDiffer(before: IndirectRule | undefined, after: IndirectRule | undefined): string[] {
  const [earlier, later] = [filledBy(before), filledBy(after)];
  const products = new Set([...earlier.keys(), ...later.keys()]);
  return [...products].filter((product) => earlier.get(product) !== later.get(product)).sort();
}

function filledBy(rule: IndirectRule | undefined): Map<string, string> {
  return new Map(
    rule?.products.map(({ product_id, environments, sources }) => [
      product_id,
      JSON.stringify([[...environments].sort(), sources.map(({ kind, code }) => `${kind} ${code}`).sort()]),
    ]),
  );
}
