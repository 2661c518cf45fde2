import { createHash } from 'node:crypto';
import { firstDayOf, monthOf, type RequestContext, type Tx } from '@prorata/platform';
import { type GroupNode, operatorContext } from '../node/group-node.ts';
import { recorded } from '../node/record.ts';
import { policyIn } from '../policy/policy.ts';
import { groupProblem } from '../problems.ts';
import { readEcbFile } from './ecb-file.ts';
import { BASE_RATE, multiplierOf } from './multiplier.ts';
import { holds, lostBetween, ratesOnto, storedSet } from './onto.ts';
import type { MonthlyRate, RatesFile } from './rate-sums.ts';
import { readRatesCsv } from './rates-csv.ts';

/** What an import of rates made. `months` are `YYYY-MM`; `provisional` those that the file does not hold in full. */
export interface RatesImported {
  readonly rate_set: number;
  readonly replayed: boolean;
  readonly months: number;
  readonly currencies: number;
  readonly first_month: string;
  readonly last_month: string;
  readonly provisional: readonly string[];
  /** What the set that converted open months until now held and this one does not: costs of these have no rate any more. */
  readonly lost: { readonly currencies: readonly string[]; readonly months: readonly string[] };
}

/** The European Central Bank quotes units of each currency for one euro. */
const BASE_CURRENCY = 'EUR';

export interface RatesInput {
  readonly text: string;
  /** Of the file. */
  readonly name: string;
  /** Who gives the rates, where the file is a CSV of another source than the European Central Bank. */
  readonly source?: string;
  /** What one unit of is quoted by that source, ISO 4217; EUR unless told. */
  readonly base?: string;
  /** Number of the set that the rates complete, or the latest one: what the file does not hold is taken from there. */
  readonly onto?: number | 'latest';
}

/**
 * Makes a rate set of the European Central Bank's file, or of another source's CSV (`readRatesCsv`): for each month and currency the
 * mean, and the multiplier into the group's currency. The same file again answers with the set it made. No stored amount changes.
 * With `onto` the new set is that one with the file's rates over it, for a currency that the bank does not quote.
 *
 * @throws Problem `RATES_INVALID` with line and value; `RATE_SET_UNKNOWN`
 */
export async function importRates(
  group: GroupNode,
  input: RatesInput,
  options: { context?: RequestContext; idempotencyKey?: string | undefined } = {},
): Promise<RatesImported> {
  const context = options.context ?? operatorContext(group);
  const { source, base = BASE_CURRENCY, onto } = input;
  const read = source === undefined ? readEcbFile(input.text) : readRatesCsv(input.text, base);
  // The same lines mean other rates against another base, or of another source.
  const text = source === undefined ? input.text : `${source}\n${base}\n${input.text}`;
  const digestOf = (under: number | undefined) =>
    createHash('sha256')
      .update(under === undefined ? text : `onto ${under}\n${text}`)
      .digest('hex');
  return await recorded(
    group,
    context,
    {
      action: 'group.fx.import',
      payload: { name: input.name, sha256: digestOf(undefined), onto },
      idempotencyKey: options.idempotencyKey,
    },
    async (tx, record) => {
      await tx.query(
        `SELECT pg_advisory_xact_lock(hashtextextended('fx/' || current_setting('app.current_tenant'), 3))`,
      );
      const sets = await tx.query<{ rate_set: number; sha256: string }>('SELECT rate_set, sha256 FROM fx_rate_set');
      const latest = Math.max(0, ...sets.map((set) => set.rate_set));
      const under = await setUnder(tx, onto === 'latest' ? latest : onto);
      const file = under === null ? read : ratesOnto(under, read, base);
      const sha256 = digestOf(under?.rateSet);
      const known =
        under !== null && holds(under, read) ? under.rateSet : sets.find((set) => set.sha256 === sha256)?.rate_set;
      if (known !== undefined) return summary(file, known, true);
      const rateSet = latest + 1;
      const before = await storedSet(tx, (await policyIn(tx)).rate_set ?? latest);
      const named = under === null ? (source ?? input.name) : `${source ?? input.name}, onto ${under.rateSet}`;
      await insertSet(tx, group, context, { rateSet, sha256, source: named, base, file });
      const result = {
        ...summary(file, rateSet, false),
        ...(before === null ? {} : { lost: lostBetween(before, file) }),
      };
      record.audit({ subject: 'fx_rate_set', subjectId: String(rateSet), details: result });
      record.emit({ event: 'GROUP.RATES.IMPORTED', entity_id: `rate-sets/${rateSet}`, payload: result });
      return result;
    },
  );
}

async function setUnder(tx: Tx, onto: number | undefined) {
  if (onto === undefined) return null;
  const set = await storedSet(tx, onto);
  if (set === null) throw groupProblem('RATE_SET_UNKNOWN', `there is no rate set ${onto} to put rates onto`, { onto });
  return set;
}

async function insertSet(
  tx: Tx,
  group: GroupNode,
  context: RequestContext,
  set: { rateSet: number; sha256: string; source: string; base: string; file: RatesFile },
): Promise<void> {
  const { tenantId } = group.scope;
  const target = group.config.currency;
  await tx.execute(
    `INSERT INTO fx_rate_set (tenant_id, rate_set, base_currency, group_currency, source, sha256, first_day, last_day, imported_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      tenantId,
      set.rateSet,
      set.base,
      target,
      set.source,
      set.sha256,
      set.file.firstDay,
      set.file.lastDay,
      context.userId,
    ],
  );
  const rows = withMultipliers(set.file.rates, target, set.base);
  await tx.execute(
    `INSERT INTO fx_rate (tenant_id, rate_set, period_month, currency, rate_sum, rate_days, multiplier, provisional)
     SELECT $1, $2, * FROM unnest($3::date[], $4::text[], $5::numeric[], $6::int[], $7::numeric[], $8::boolean[])`,
    [
      tenantId,
      set.rateSet,
      rows.map((row) => firstDayOf(row.month)),
      rows.map((row) => row.currency),
      rows.map((row) => row.sum),
      rows.map((row) => row.days),
      rows.map((row) => row.multiplier),
      rows.map((row) => row.provisional),
    ],
  );
}

/** Null where the group's own currency has no rate in the month: nothing can be converted into it then. */
function withMultipliers(
  rates: readonly MonthlyRate[],
  target: string,
  base: string,
): (MonthlyRate & { multiplier: string | null })[] {
  const reporting = new Map(rates.filter((rate) => rate.currency === target).map((rate) => [rate.month, rate]));
  return rates.map((rate) => {
    const to = target === base ? BASE_RATE : reporting.get(rate.month);
    return { ...rate, multiplier: to === undefined ? null : multiplierOf(rate, to) };
  });
}

function summary(file: RatesFile, rateSet: number, replayed: boolean): RatesImported {
  return {
    rate_set: rateSet,
    replayed,
    months: new Set(file.rates.map((rate) => rate.month)).size,
    currencies: new Set(file.rates.map((rate) => rate.currency)).size,
    first_month: monthOf(file.firstDay),
    last_month: monthOf(file.lastDay),
    provisional: [...new Set(file.rates.filter((rate) => rate.provisional).map((rate) => rate.month))].sort(),
    lost: { currencies: [], months: [] },
  };
}
