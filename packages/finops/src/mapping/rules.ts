import Type, { type Static } from 'typebox';
import { fold, tidy } from './fold.ts';
import { TAX } from './products.ts';

const closed = { additionalProperties: false } as const;
const Text = Type.String({ minLength: 1, maxLength: 256 });
/** The empty text stands for "no value"; `*` for any text. */
const Values = Type.Array(Type.String({ maxLength: 256 }), { minItems: 1, maxItems: 10_000 });

/** What of a charge a rule can look at beside its tags: columns of FOCUS under the names of this mapping. */
export const RULE_COLUMNS = [
  'sub_account_id',
  'sub_account_name',
  'provider',
  'billing_account',
  'region_id',
  'service_category',
  'service_name',
  'consumed_unit',
  'charge_category',
  'charge_class',
] as const;

export type RuleColumn = (typeof RULE_COLUMNS)[number];

/** Columns that only rules look at: charges are told apart by them only where a rule of the mapping does. */
export const EXTRA_COLUMNS = RULE_COLUMNS.filter((column) => !column.startsWith('sub_account'));

export type ExtraColumn = Exclude<RuleColumn, 'sub_account_id' | 'sub_account_name'>;

/** What of a charge a mapping looks at, as it was imported. Columns that no rule looks at may be left out. */
export interface ChargeOrigin extends Readonly<Partial<Record<RuleColumn, string | null>>> {
  /** A JSON object as text. */
  readonly tags: string | null;
  readonly sub_account_id: string | null;
  readonly sub_account_name: string | null;
  readonly tax: boolean;
}

const Match = Type.Object(
  {
    tags: Type.Optional(Type.Record(Text, Values)),
    ...(Object.fromEntries(RULE_COLUMNS.map((column) => [column, Type.Optional(Values)])) as Record<
      RuleColumn,
      ReturnType<typeof Type.Optional<typeof Values>>
    >),
  },
  { ...closed, minProperties: 1 },
);

const Setting = Type.Object(
  {
    application: Type.Optional(Text),
    environment: Type.Optional(Type.Enum(['prod', 'non_prod', 'unknown', 'n_a'])),
    domain: Type.Optional(Text),
    family: Type.Optional(Text),
    product: Type.Optional(Text),
    unit: Type.Optional(Text),
    pool: Type.Optional(Text),
  },
  { ...closed, minProperties: 1 },
);

export const RuleSchema = Type.Object(
  {
    code: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$' }),
    label: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
    match: Match,
    set: Setting,
  },
  closed,
);

/** One rule: where all of `match` holds, `set` says what the charge is, unless a rule before it said so already. */
export type Rule = Static<typeof RuleSchema>;

/** What a rule can decide of a charge. The unit comes with the product. */
export type Attribute = 'application' | 'environment' | 'domain' | 'family' | 'product' | 'pool';

export const ATTRIBUTES: readonly Attribute[] = ['application', 'environment', 'domain', 'family', 'product', 'pool'];

/** What the rules said of one charge, and which rule said it. */
export interface RuleVerdict {
  readonly set: Readonly<Partial<Record<Attribute | 'unit', string>>>;
  readonly by: Readonly<Partial<Record<Attribute, string>>>;
  /** Codes of all rules that match, those that came too late to decide included. */
  readonly matched: readonly string[];
}

const NOTHING: RuleVerdict = { set: {}, by: {}, matched: [] };

/** Makes the rules executable. Tags come by their canonical key. Pure, and in the order of the list: the first one decides. */
export function compileRules(
  rules: readonly Rule[] | undefined,
  canonical: (key: string) => string,
): (origin: ChargeOrigin, tags: ReadonlyMap<string, string>) => RuleVerdict {
  if (rules === undefined || rules.length === 0) return () => NOTHING;
  const compiled = rules.map((rule) => ({ rule, holds: compileMatch(rule.match, canonical) }));
  return (origin, tags) => {
    const set: Partial<Record<Attribute | 'unit', string>> = {};
    const by: Partial<Record<Attribute, string>> = {};
    const matched: string[] = [];
    for (const { rule, holds } of compiled) {
      if (!holds(origin, tags)) continue;
      matched.push(rule.code);
      for (const attribute of ATTRIBUTES) {
        const value = rule.set[attribute];
        if (value === undefined || by[attribute] !== undefined) continue;
        set[attribute] = tidy(value);
        by[attribute] = rule.code;
        if (attribute === 'product' && rule.set.unit !== undefined) set.unit = tidy(rule.set.unit);
      }
    }
    return matched.length === 0 ? NOTHING : { set, by, matched };
  };
}

function compileMatch(match: Rule['match'], canonical: (key: string) => string) {
  const conditions: ((origin: ChargeOrigin, tags: ReadonlyMap<string, string>) => boolean)[] = [];
  for (const column of RULE_COLUMNS) {
    const values = match[column];
    if (values === undefined) continue;
    const among = compileValues(values);
    conditions.push((origin) => among(origin[column] ?? ''));
  }
  for (const [key, values] of Object.entries(match.tags ?? {})) {
    const among = compileValues(values);
    const name = canonical(key);
    conditions.push((_origin, tags) => among(tags.get(name) ?? ''));
  }
  return (origin: ChargeOrigin, tags: ReadonlyMap<string, string>) =>
    conditions.every((condition) => condition(origin, tags));
}

/** Whether a text is among values, folded; `*` in a value stands for any text, none included. */
function compileValues(values: readonly string[]): (text: string) => boolean {
  const exact = new Set(values.filter((value) => !value.includes('*')).map(fold));
  const patterns = values.filter((value) => value.includes('*')).map((value) => fold(value).split('*'));
  return (text) => {
    const folded = fold(text);
    return exact.has(folded) || patterns.some((parts) => fits(folded, parts));
  };
}

/** Beginning, middles in order, end: linear in the text, whatever the pattern. */
function fits(text: string, parts: readonly string[]): boolean {
  const [first = '', ...others] = parts;
  const last = others.pop() ?? '';
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}

/** The columns by which charges have to be told apart for these rules, in a fixed order. */
export function columnsOf(rules: readonly Rule[] | undefined): readonly ExtraColumn[] {
  const used = new Set((rules ?? []).flatMap((rule) => Object.keys(rule.match)));
  return EXTRA_COLUMNS.filter((column) => used.has(column)) as ExtraColumn[];
}

/** What a schema cannot say of rules: codes twice, pools that are not there, codes that are reserved. */
export function ruleFaults(
  rules: readonly Rule[] | undefined,
  pools: readonly string[],
): { readonly pointer: string; readonly message: string }[] {
  const codes = (rules ?? []).map((rule) => rule.code);
  return (rules ?? []).flatMap(({ code, set }, index) => {
    const faults: { pointer: string; message: string }[] = [];
    const add = (place: string, message: string) => faults.push({ pointer: `/rules/${index}${place}`, message });
    if (codes.indexOf(code) < index) add('/code', `${code} is used twice`);
    if (set.pool !== undefined && !pools.includes(set.pool)) add('/set/pool', `"${set.pool}" is no pool of this file`);
    if (set.application !== undefined && fold(set.application) === 'unallocated') {
      add('/set/application', 'the code is reserved: a charge that no rule names goes there');
    }
    if (set.product !== undefined && (tidy(set.product) === TAX || set.product.trim().startsWith('SHARED:'))) {
      add('/set/product', 'the code is reserved');
    }
    if (set.unit !== undefined && set.product === undefined)
      add('/set/unit', 'a unit belongs to a product: set it too');
    for (const [name, value] of Object.entries(set)) if (fold(value) === '') add(`/set/${name}`, 'is blank');
    return faults;
  });
}
