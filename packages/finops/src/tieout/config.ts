import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '@prorata/platform';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { parseDocument } from 'yaml';
import { finopsProblem } from '../problems.ts';
import { DEFAULT_TIE_OUT } from './default-config.ts';

const closed = { additionalProperties: false } as const;
const Text = Type.String({ minLength: 1, maxLength: 256 });
const Texts = Type.Array(Text, { minItems: 1, maxItems: 1000 });
const Accounts = Type.Array(Type.String({ pattern: '^[0-9A-Za-z]{1,64}$' }), { maxItems: 1000 });
const Amount = Type.String({ pattern: '^(0|[1-9][0-9]{0,8})(\\.[0-9]{1,12})?$' });

const RuleSchema = Type.Object(
  {
    code: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$' }),
    match: Type.Optional(
      Type.Object({ provider: Type.Optional(Texts), billing_account: Type.Optional(Texts) }, closed),
    ),
    cost_accounts: Type.Array(Type.String({ pattern: '^[0-9A-Za-z]{1,64}$' }), { minItems: 1, maxItems: 1000 }),
    prepaid_accounts: Type.Optional(Accounts),
    tax_accounts: Type.Optional(Accounts),
    suppliers: Type.Optional(Type.Array(Text, { maxItems: 1000 })),
    journals: Type.Optional(Type.Array(Text, { maxItems: 1000 })),
    tax: Type.Optional(Type.Union([Type.Literal('in_bills'), Amount])),
  },
  closed,
);

const ConfigSchema = Type.Object(
  {
    schema: Type.Literal('prorata.tie-out/1'),
    settlement_accounts: Type.Array(Type.String({ pattern: '^[0-9A-Za-z]{1,64}$' }), { minItems: 1, maxItems: 1000 }),
    accrual_accounts: Type.Optional(Accounts),
    look: Type.Object(
      { before: Type.Integer({ minimum: 0, maximum: 12 }), after: Type.Integer({ minimum: 0, maximum: 12 }) },
      closed,
    ),
    rounding: Amount,
    rates: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$' }),
        Type.Record(Type.String({ pattern: '^[A-Z]{3}$' }), Amount),
      ),
    ),
    rules: Type.Array(RuleSchema, { minItems: 1, maxItems: 1000 }),
  },
  closed,
);

/** `tie-out.yaml` as it is written. */
export type TieOutConfig = Static<typeof ConfigSchema>;
export type TieOutRule = TieOutConfig['rules'][number];

export interface LoadedTieOut {
  readonly config: TieOutConfig;
  /** SHA-256 of the canonical content; each report names it. */
  readonly sha256: string;
}

/** Reads the node's `tie-out.yaml`; without the file the default that a new node gets. @throws Problem `TIE_OUT_INVALID` */
export async function loadTieOut(dir: string): Promise<LoadedTieOut> {
  const path = join(dir, 'tie-out.yaml');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return DEFAULT_TIE_OUT;
    throw finopsProblem('TIE_OUT_INVALID', `${path} cannot be read`, { errors: [] }, cause);
  });
  return parseTieOut(text);
}

/** Reads a configuration from its text. @throws Problem `TIE_OUT_INVALID` with every fault and its JSON pointer */
export function parseTieOut(text: string): LoadedTieOut {
  const yaml = parseDocument(text, { uniqueKeys: true });
  const broken = yaml.errors[0];
  if (broken !== undefined) throw invalid([{ pointer: '', message: broken.message }]);
  const value: unknown = yaml.toJS({ maxAliasCount: 100 });
  if (!Value.Check(ConfigSchema, value)) {
    throw invalid(
      Value.Errors(ConfigSchema, value).map((error) => ({ pointer: error.instancePath, message: error.message })),
    );
  }
  const faults = contradictions(value);
  if (faults.length > 0) throw invalid(faults);
  return { config: value, sha256: createHash('sha256').update(canonicalJson(value)).digest('hex') };
}

interface Fault {
  /** JSON pointer into the file. */
  readonly pointer: string;
  readonly message: string;
}

function invalid(errors: readonly Fault[]) {
  const shown = errors.slice(0, 5).map((error) => `${error.pointer || '/'} ${error.message}`);
  return finopsProblem('TIE_OUT_INVALID', `tie-out.yaml: ${shown.join('; ')}`, { errors: errors.slice(0, 100) });
}

/** What a schema cannot say: rules that are never reached, and an account that would be two things at once. */
function contradictions(config: TieOutConfig): Fault[] {
  const faults: Fault[] = [];
  const codes = config.rules.map((rule) => rule.code);
  for (const [index, rule] of config.rules.entries()) {
    const pointer = `/rules/${index}`;
    if (codes.indexOf(rule.code) < index)
      faults.push({ pointer: `${pointer}/code`, message: `${rule.code} is used twice` });
    if (rule.match === undefined && index < config.rules.length - 1) {
      faults.push({ pointer, message: 'takes all invoices, so the rules after it take none: give it a "match"' });
    }
    for (const account of [...rule.cost_accounts, ...(rule.prepaid_accounts ?? []), ...(rule.tax_accounts ?? [])]) {
      const general = [...config.settlement_accounts, ...(config.accrual_accounts ?? [])];
      const settled = general.find((prefix) => account.startsWith(prefix));
      if (settled !== undefined) {
        faults.push({ pointer, message: `"${account}" begins with "${settled}", which settles or accrues invoices` });
      }
    }
    const seen = new Map<string, string>();
    for (const [role, accounts] of Object.entries(accountsOf(config, rule))) {
      for (const account of accounts) {
        const other = seen.get(account);
        if (other !== undefined && other !== role) {
          faults.push({
            pointer: `${pointer}/cost_accounts`,
            message: `"${account}" stands under ${other} and ${role}`,
          });
        }
        seen.set(account, role);
      }
    }
  }
  return faults;
}

/** What an account is to a rule. */
export type AccountRole = 'cost' | 'prepaid' | 'tax' | 'settlement' | 'accrual';

function accountsOf(config: TieOutConfig, rule: TieOutRule): Readonly<Record<AccountRole, readonly string[]>> {
  return {
    cost: rule.cost_accounts,
    prepaid: rule.prepaid_accounts ?? [],
    tax: rule.tax_accounts ?? [],
    settlement: config.settlement_accounts,
    accrual: config.accrual_accounts ?? [],
  };
}

/** Tells what an account is to a rule: the longest prefix that fits it; undefined where none does. */
export function roleReader(config: TieOutConfig, rule: TieOutRule): (account: string) => AccountRole | undefined {
  const made = readers.get(rule);
  if (made !== undefined) return made;
  const prefixes = (Object.entries(accountsOf(config, rule)) as [AccountRole, readonly string[]][])
    .flatMap(([role, accounts]) => accounts.map((prefix) => ({ role, prefix })))
    .sort((one, other) => other.prefix.length - one.prefix.length);
  const known = new Map<string, AccountRole | undefined>();
  const read = (account: string) => {
    if (!known.has(account)) known.set(account, prefixes.find(({ prefix }) => account.startsWith(prefix))?.role);
    return known.get(account);
  };
  readers.set(rule, read);
  return read;
}

const readers = new WeakMap<TieOutRule, (account: string) => AccountRole | undefined>();

/** The first rule that takes an invoice. */
export function ruleOf(config: TieOutConfig, provider: string, billingAccount: string): TieOutRule | undefined {
  return config.rules.find(
    ({ match }) =>
      (match?.provider === undefined || match.provider.includes(provider)) &&
      (match?.billing_account === undefined || match.billing_account.includes(billingAccount)),
  );
}
