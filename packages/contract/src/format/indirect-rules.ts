import Type, { type Static } from 'typebox';
import { CODE_LENGTH, ENVIRONMENTS, LABEL_LENGTH } from './tables.ts';

const closed = { additionalProperties: false } as const;
const Printable = (maxLength: number) =>
  Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]+$' });
const Code = Printable(CODE_LENGTH);

/** Most members of the lists; a manifest of usual size ends long before. */
const MOST = { rules: 1000, products: 10_000, sources: 1000, weights: 1000 } as const;

/** By what a rule weighs those who share: what they cost directly, a driver, normalised coefficients, weights of its own, or evenly. */
export const RULE_BASES = ['direct_cost', 'driver', 'coefficient', 'fixed', 'even'] as const;
/** Which cost weighs, where direct cost does. */
export const RULE_MEASURES = ['effective', 'billed', 'standard', 'cost'] as const;
/** What a rule spreads: a pool, direct facts that it chose, or a product whose price is the whole amount. */
export const SOURCE_KINDS = ['POOL', 'FACTS', 'PRODUCT'] as const;

/** Member of a manifest since contract 1.1: how INDIRECT amounts came about, one entry a rule that spread something in the month. */
export const IndirectRuleSchema = Type.Object(
  {
    code: Code,
    version: Type.Union([Type.Integer({ minimum: 1, maximum: 2_147_483_647 }), Type.Null()], {
      description: 'None where the rule has no versions, as one that applies where no other does.',
    }),
    label: Printable(LABEL_LENGTH),
    base: Type.Enum([...RULE_BASES]),
    measure: Type.Optional(Type.Enum([...RULE_MEASURES], { description: 'Which cost weighs; of direct_cost only.' })),
    driver: Type.Optional({
      ...Code,
      description: 'Code of the driver or coefficients; with these bases, and no other.',
    }),
    driver_month: Type.Optional(
      Type.String({
        pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$',
        description: 'Month whose values weighed; stands with driver.',
      }),
    ),
    weights: Type.Array(
      Type.Object(
        {
          currency: Type.String({ pattern: '^[A-Z]{3}$' }),
          environment: Type.Optional(
            Type.Enum([...ENVIRONMENTS], { description: 'Where the rule weighs each environment on its own.' }),
          ),
          total: Type.String({ pattern: '^[0-9]{1,20}(\\.[0-9]{1,18})?$' }),
        },
        closed,
      ),
      {
        maxItems: MOST.weights,
        description:
          'What all that share weigh together, in each currency that the rule spread, 0 where nothing weighs; empty where it is not told.',
      },
    ),
    products: Type.Array(
      Type.Object(
        {
          product_id: { ...Code, description: 'An INDIRECT product of the facts.' },
          environments: Type.Array(Type.Enum([...ENVIRONMENTS]), { minItems: 1, maxItems: ENVIRONMENTS.length }),
          sources: Type.Array(Type.Object({ kind: Type.Enum([...SOURCE_KINDS]), code: Code }, closed), {
            minItems: 1,
            maxItems: MOST.sources,
          }),
        },
        closed,
      ),
      { minItems: 1, maxItems: MOST.products },
    ),
  },
  closed,
);

export const IndirectRulesSchema = Type.Array(IndirectRuleSchema, { maxItems: MOST.rules });

/**
 * One rule as the entity tells it. The share of an application is the quantity of its INDIRECT fact; the weights themselves stay
 * with the entity, their total does not. A product that several rules fill, as taxes of several pools, stands under each.
 */
export type IndirectRule = Static<typeof IndirectRuleSchema>;

/** What the schema cannot say about the rules of a manifest: the first contradiction with its place below the list, or null. */
export function ruleInconsistency(rules: readonly IndirectRule[]): { pointer: string; message: string } | null {
  const codes = new Set<string>();
  for (const [index, rule] of rules.entries()) {
    const found = contradiction(rule) ?? (codes.has(rule.code) ? { at: 'code', says: 'names each rule once' } : null);
    if (found !== null) return { pointer: `/${index}/${found.at}`, message: `${found.at} ${found.says}` };
    codes.add(rule.code);
  }
  return null;
}

function contradiction(rule: IndirectRule): { readonly at: string; readonly says: string } | null {
  const driven = rule.base === 'driver' || rule.base === 'coefficient';
  if (driven !== (rule.driver !== undefined)) return { at: 'driver', says: 'stands with driver and coefficient, only' };
  if (driven !== (rule.driver_month !== undefined)) return { at: 'driver_month', says: 'stands with driver, only' };
  if (rule.measure !== undefined && rule.base !== 'direct_cost')
    return { at: 'measure', says: 'is of direct_cost only' };
  if (!eachOnce(rule.weights.map(({ currency, environment = '' }) => `${currency} ${environment}`))) {
    return { at: 'weights', says: 'names each currency and environment once' };
  }
  if (!eachOnce(rule.products.map((product) => product.product_id))) {
    return { at: 'products', says: 'names each product once' };
  }
  const doubled = rule.products.findIndex(
    ({ environments, sources }) =>
      !eachOnce(environments) || !eachOnce(sources.map(({ kind, code }) => `${kind} ${code}`)),
  );
  return doubled < 0 ? null : { at: `products/${doubled}`, says: 'names each environment and source once' };
}

function eachOnce(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}
