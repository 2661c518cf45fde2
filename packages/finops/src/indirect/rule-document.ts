import { createHash } from 'node:crypto';
import { canonicalJson } from '@prorata/platform';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { parseDocument } from 'yaml';
import { fold } from '../mapping/fold.ts';
import { finopsProblem } from '../problems.ts';

/** Names the version of the rules file; a file without it is not read. */
export const INDIRECT_RULES_SCHEMA = 'prorata.indirect-rules/1';
/** The rule where no other one takes a pool: by direct effective cost, over all applications. Nobody writes it. */
export const DEFAULT_RULE = 'default';
/** In `from.pools`: every pool of mapping.yaml. */
export const EVERY_POOL = '*';

const closed = { additionalProperties: false } as const;
const Code = Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,31}$', description: 'Lower case, digits, - and _' });
const Text = Type.String({ minLength: 1, maxLength: 256 });
const Texts = Type.Array(Text, { minItems: 1, maxItems: 10_000 });
const Month = Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$', description: 'YYYY-MM' });
const Decimal = Type.String({
  pattern: '^[0-9]{1,20}([.][0-9]{1,18})?$',
  description: 'A decimal between quotes: YAML would make a float of it',
});
const Environment = Type.Enum(['prod', 'non_prod', 'unknown', 'n_a']);
const Environments = Type.Array(Environment, { minItems: 1, maxItems: 4 });

const FactFilter = {
  applications: Type.Optional(Texts),
  domains: Type.Optional(Texts),
  products: Type.Optional(Texts),
  environments: Type.Optional(Environments),
};

const From = Type.Union([
  Type.Object(
    {
      pools: Type.Array(Type.Union([Code, Type.Literal(EVERY_POOL)]), { minItems: 1, maxItems: 100 }),
      environments: Type.Optional(Environments),
    },
    closed,
  ),
  Type.Object({ facts: Type.Object(FactFilter, { ...closed, minProperties: 1 }) }, closed),
  Type.Object({ products: Texts }, closed),
]);

const DirectCost = Type.Object(
  {
    ...FactFilter,
    measure: Type.Optional(Type.Enum(['effective', 'billed', 'standard', 'cost'])),
    without_tax: Type.Optional(Type.Boolean()),
  },
  closed,
);

const By = Type.Union([
  Type.Object({ direct_cost: DirectCost }, closed),
  Type.Object({ driver: Text }, closed),
  Type.Object({ coefficient: Text, total: Type.Optional(Decimal) }, closed),
  Type.Object({ fixed: Type.Record(Text, Decimal, { minProperties: 1 }), total: Type.Optional(Decimal) }, closed),
  Type.Object({ even: Type.Literal(true) }, closed),
]);

const To = Type.Object(
  {
    applications: Type.Optional(Texts),
    except: Type.Optional(Texts),
    pools: Type.Optional(Type.Record(Code, Decimal, { minProperties: 1, maxProperties: 100 })),
    environment: Type.Optional(Type.Enum(['keep', 'as_base', 'prod', 'non_prod', 'unknown', 'n_a'])),
  },
  closed,
);

const Rule = Type.Object(
  {
    code: Code,
    label: Text,
    order: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    valid_from: Type.Optional(Month),
    valid_to: Type.Optional(Month),
    from: From,
    by: By,
    to: Type.Optional(To),
    fallback: Type.Optional(Text),
    loops: Type.Optional(Type.Enum(['refuse', 'step-down', 'reciprocal'])),
  },
  closed,
);

/** The rules file as it is written: JSON Schema `schema/indirect-rules-1.schema.json` says the same. */
export const IndirectRulesSchema = Type.Object(
  { schema: Type.Literal(INDIRECT_RULES_SCHEMA), rules: Type.Array(Rule, { minItems: 1, maxItems: 1000 }) },
  closed,
);

/** One rule as it is written, stored and digested. */
export type IndirectRule = Static<typeof Rule>;
export type FactFilter = NonNullable<Extract<IndirectRule['from'], { facts: unknown }>['facts']>;
export type DirectCostBase = Static<typeof DirectCost>;

/** What is wrong with a rule, at its JSON pointer. */
export interface RuleFault {
  readonly pointer: string;
  readonly message: string;
}

/**
 * Reads a rules file (YAML or JSON) and everything that is wrong with it.
 *
 * @throws Problem `RULES_INVALID` with `errors`, each with its JSON pointer
 */
export function parseRules(text: string): readonly IndirectRule[] {
  const yaml = parseDocument(text, { uniqueKeys: true });
  const broken = yaml.errors[0];
  if (broken !== undefined) throw rulesInvalid([{ pointer: '', message: broken.message }]);
  const value: unknown = yaml.toJS({ maxAliasCount: 100 });
  if (!Value.Check(IndirectRulesSchema, value)) {
    throw rulesInvalid(
      Value.Errors(IndirectRulesSchema, value).map((error) => ({
        pointer: error.instancePath,
        message: error.message,
      })),
    );
  }
  const faults = value.rules.flatMap((rule, index) => faultsOf(rule, `/rules/${index}`));
  const codes = value.rules.map((rule) => rule.code);
  for (const [index, code] of codes.entries()) {
    if (codes.indexOf(code) < index) faults.push({ pointer: `/rules/${index}/code`, message: `${code} is used twice` });
  }
  if (faults.length > 0) throw rulesInvalid(faults);
  return value.rules;
}

/** SHA-256 of the canonical rule: what a run keeps of the rule that it used. */
export function ruleDigest(rule: IndirectRule): string {
  return createHash('sha256').update(canonicalJson(rule)).digest('hex');
}

export function rulesInvalid(errors: readonly RuleFault[]) {
  const shown = errors.slice(0, 5).map((error) => `${error.pointer || '/'} ${error.message}`);
  return finopsProblem('RULES_INVALID', `indirect rules: ${shown.join('; ')}`, { errors: errors.slice(0, 100) });
}

/** What a schema cannot say of one rule. */
function faultsOf(rule: IndirectRule, pointer: string): RuleFault[] {
  const faults: RuleFault[] = [];
  const refuse = (place: string, message: string) => faults.push({ pointer: `${pointer}${place}`, message });
  const { by, from, to = {} } = rule;
  if (rule.code === DEFAULT_RULE) refuse('/code', `${DEFAULT_RULE} is the rule that applies where no other one does`);
  if (rule.valid_from !== undefined && rule.valid_to !== undefined && rule.valid_to < rule.valid_from) {
    refuse('/valid_to', `${rule.valid_to} is before ${rule.valid_from}`);
  }
  if (to.environment === 'as_base' && !('direct_cost' in by)) {
    refuse('/to/environment', 'as_base needs a direct cost, whose facts have environments');
  }
  if ('products' in from && (to.environment === 'as_base' || to.environment === 'keep')) {
    refuse('/to/environment', 'a price is one amount: name the environment that it belongs to');
  }
  if (to.pools !== undefined && !('pools' in from)) refuse('/to/pools', 'only a pool passes money on to pools');
  if ('facts' in from && isBlank(from.facts)) refuse('/from/facts', 'chooses every fact');
  faults.push(...weightFaults(rule, pointer));
  for (const [name, list] of Object.entries({ applications: to.applications, except: to.except })) {
    if (list?.some((one) => fold(one) === 'unallocated')) refuse(`/to/${name}`, 'UNALLOCATED is never a target');
  }
  return faults;
}

function isBlank(filter: FactFilter): boolean {
  return Object.values(filter).every((list) => list === undefined || list.length === 0);
}

function weightFaults({ by, to }: IndirectRule, pointer: string): RuleFault[] {
  const faults: RuleFault[] = [];
  if ('fixed' in by) {
    const seen = new Set<string>();
    for (const name of Object.keys(by.fixed)) {
      const place = `${pointer}/by/fixed/${escaped(name)}`;
      if (seen.has(fold(name))) faults.push({ pointer: place, message: `names "${fold(name)}" again` });
      seen.add(fold(name));
    }
    const sum = Object.values(by.fixed).reduce((all, weight) => all + unitsOf(weight), 0n);
    if (sum === 0n) faults.push({ pointer: `${pointer}/by/fixed`, message: 'all weights are zero' });
    if (by.total !== undefined && sum !== unitsOf(by.total)) {
      faults.push({ pointer: `${pointer}/by/total`, message: `the weights do not add up to ${by.total}` });
    }
  }
  const passed = Object.entries(to?.pools ?? {});
  for (const [pool, share] of passed) {
    if (unitsOf(share) === 0n) faults.push({ pointer: `${pointer}/to/pools/${pool}`, message: 'passes nothing' });
  }
  if (passed.reduce((all, [, share]) => all + unitsOf(share), 0n) > SHARE_UNITS) {
    faults.push({ pointer: `${pointer}/to/pools`, message: 'passes more than the whole: shares add up to at most 1' });
  }
  return faults;
}

const SHARE_UNITS = 10n ** 18n;

/** Units of 10^-18 of a text that the pattern of `Decimal` took. */
export function unitsOf(decimal: string): bigint {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return BigInt(whole + fraction.padEnd(18, '0'));
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
