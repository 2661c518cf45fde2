import type { Service } from './catalogue.ts';
import { type RandomStream, randomStream } from './random.ts';
import { type Resource, resourcesOf, targetCost } from './resources.ts';
import type { SampleEntity } from './sample-group.ts';

/** Ten decimals: quantities carry four, prices six, so a cost is the exact product of the two. */
export const COST_SCALE = 10;
const CENT = 10n ** 8n;

/** One row of a bill, before a dialect writes it down. Costs are bigint of 10⁻¹⁰, quantities of 10⁻⁴, prices of 10⁻⁶. */
export interface Charge {
  readonly category: 'Usage' | 'Purchase' | 'Tax' | 'Credit' | 'Adjustment';
  readonly correction: boolean;
  readonly frequency: 'Usage-Based' | 'Recurring' | 'One-Time';
  readonly description: string;
  /** UTC, milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly billed: bigint;
  readonly effective: bigint;
  readonly list: bigint;
  readonly contracted: bigint;
  readonly quantity: bigint | null;
  readonly unit: string | null;
  readonly priceMicros: bigint | null;
  readonly provider: string;
  readonly serviceCategory: string;
  readonly serviceName: string;
  readonly sku: string | null;
  readonly resource: { readonly id: string; readonly type: string } | null;
  readonly region: readonly [string, string] | null;
  readonly subAccount: { readonly id: string; readonly name: string } | null;
  readonly commitment: { readonly id: string; readonly status: 'Used' | 'Unused' | null } | null;
  /** JSON text as the provider exports it, or null for a resource that nobody tagged. */
  readonly tags: string | null;
}

export interface MonthOptions {
  readonly entity: SampleEntity;
  readonly month: string;
  /** About so many rows. */
  readonly rows: number;
  readonly seed: string;
}

export interface Period {
  readonly start: number;
  readonly end: number;
  readonly days: number;
}

const DAY = 86_400_000;

export function periodOf(month: string): Period {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const start = Date.UTC(year, number - 1, 1);
  const end = Date.UTC(year, number, 1);
  return { start, end, days: Math.round((end - start) / DAY) };
}

/** The bill of one entity and month. Two calls with the same options give the same rows. */
export function chargesOf(options: MonthOptions): Charge[] {
  const { entity, month } = options;
  const random = randomStream(`${options.seed}/${entity.code}/${month}`);
  const period = periodOf(month);
  const resources = resourcesOf(entity, options.rows, options.seed);
  const rowsEach = Math.max(1, Math.round((options.rows * 0.96) / resources.length));
  const usage = resources.flatMap((resource) => usageOf(resource, options, period, rowsEach, random));
  const corrections = correctionsOf(resources, options, period, random);
  const commitment = commitmentOf(options, usage, period, random);
  const before = [...usage, ...corrections, ...commitment, ...creditsOf(options, usage, period, random)];
  return [...before, ...roundingOf(before, period), ...taxOf(before, entity, period)];
}

/** Price after the negotiated discount of 8 %. */
function contractedPrice(priceMicros: bigint): bigint {
  const reduced = (priceMicros * 92n) / 100n;
  return reduced === 0n ? priceMicros : reduced;
}

function usageOf(
  resource: Resource,
  options: MonthOptions,
  period: Period,
  rows: number,
  random: RandomStream,
): Charge[] {
  const target = targetCost(resource, options.entity, options.month) / rows;
  return Array.from({ length: target > 0 ? rows : 0 }, () => {
    const day = random.integer(0, period.days - 1);
    const noisy = target * (0.82 + random.next() * 0.36);
    const start = period.start + day * DAY + random.integer(0, 22) * 3_600_000;
    // A free tier, now and then: a row that costs nothing.
    const quantity = random.chance(0.015) ? 0n : quantityFor(noisy, resource.service);
    return usageCharge(resource, quantity, start, resource.committed);
  });
}

function quantityFor(cost: number, service: Service): bigint {
  const price = Number(contractedPrice(service.priceMicros)) / 1e6;
  return BigInt(Math.round((cost / price) * 10_000));
}

function usageCharge(resource: Resource, quantity: bigint, start: number, committed: boolean): Charge {
  const { service } = resource;
  const contracted = quantity * contractedPrice(service.priceMicros);
  return {
    category: 'Usage',
    correction: false,
    frequency: 'Usage-Based',
    description: `${service.name}, per ${service.unit}`,
    start,
    end: start + 3_600_000,
    billed: committed ? 0n : contracted,
    effective: contracted,
    list: quantity * service.priceMicros,
    contracted,
    quantity,
    unit: service.unit,
    priceMicros: service.priceMicros,
    provider: service.provider,
    serviceCategory: service.category,
    serviceName: service.name,
    sku: resource.sku,
    resource: { id: resource.id, type: service.resourceType },
    region: resource.region,
    subAccount: resource.subAccount,
    commitment: committed ? { id: resource.commitmentId, status: 'Used' } : null,
    tags: resource.tags,
  };
}

/** Late usage and refunds of the month before, billed now (FOCUS column ChargeClass). */
function correctionsOf(
  resources: readonly Resource[],
  options: MonthOptions,
  period: Period,
  random: RandomStream,
): Charge[] {
  if (options.month.endsWith('-01')) return [];
  const usual = resources.filter((resource) => !resource.committed);
  return Array.from({ length: 3 }, (_, index) => {
    const resource = random.pick(usual);
    const size = quantityFor(20 + random.next() * 90, resource.service);
    const start = period.start - random.integer(2, 26) * DAY;
    const charge = usageCharge(resource, index === 1 ? -size : size, start, false);
    return { ...charge, correction: true, description: `Correction: ${charge.description}` };
  });
}

/** What every charge has that is not usage of a resource. */
function lineOf(
  charge: Pick<Charge, 'category' | 'frequency' | 'description' | 'billed' | 'effective' | 'provider'> &
    Partial<Charge>,
  period: Period,
): Charge {
  return {
    correction: false,
    start: period.start,
    end: period.end,
    list: charge.billed,
    contracted: charge.billed,
    quantity: null,
    unit: null,
    priceMicros: null,
    serviceCategory: 'Other',
    serviceName: charge.category,
    sku: null,
    resource: null,
    region: null,
    subAccount: null,
    commitment: null,
    tags: null,
    ...charge,
  };
}

/**
 * The plan behind the committed rows: a part is paid for the year in January, the rest each month; neither is a cost of
 * the month (EffectiveCost 0), the used and the unused parts are.
 */
function commitmentOf(
  { entity, month }: MonthOptions,
  usage: readonly Charge[],
  period: Period,
  random: RandomStream,
): Charge[] {
  const used = usage.filter((charge) => charge.commitment !== null);
  const first = used[0];
  if (first === undefined) return [];
  const provider = first.provider;
  const id = first.commitment?.id ?? '';
  const amount = used.reduce((sum, charge) => sum + charge.effective, 0n);
  const unused = (amount * BigInt(random.integer(2, 9))) / 100n;
  const monthly = roundToCents((amount * 70n) / 100n);
  const plan = { serviceCategory: 'Compute', serviceName: `${provider} Commitment`, provider } as const;
  const purchase = (description: string, billed: bigint, frequency: 'Recurring' | 'One-Time'): Charge =>
    lineOf(
      {
        category: 'Purchase',
        frequency,
        description,
        billed,
        effective: 0n,
        ...plan,
        commitment: { id, status: null },
      },
      period,
    );
  const lines = [
    purchase('Commitment, monthly part', monthly, 'Recurring'),
    lineOf(
      {
        category: 'Usage',
        frequency: 'Usage-Based',
        description: 'Unused commitment',
        billed: 0n,
        effective: unused,
        ...plan,
        commitment: { id, status: 'Unused' },
      },
      period,
    ),
  ];
  if (month.endsWith('-01')) {
    const year = roundToCents(BigInt(Math.round(entity.januaryCost * 0.4)) * 10n ** 10n);
    lines.unshift(purchase('Commitment, prepaid for the year', year, 'One-Time'));
  }
  return lines;
}

function creditsOf({ month }: MonthOptions, usage: readonly Charge[], period: Period, random: RandomStream): Charge[] {
  const quarter = Number(month.slice(5)) % 3 === 0;
  const provider = usage[0]?.provider;
  if (provider === undefined) return [];
  const credit = (description: string, amount: number): Charge => {
    const billed = -BigInt(Math.round(amount * 100)) * CENT;
    return lineOf(
      { category: 'Credit', frequency: 'One-Time', description, billed, effective: billed, provider },
      period,
    );
  };
  const lines = [credit('Service level credit', 40 + random.next() * 160)];
  if (quarter) lines.push(credit('Migration programme credit', 900 + random.next() * 1600));
  return lines;
}

/** Providers bring a bill to whole cents with a line of its own. */
function roundingOf(charges: readonly Charge[], period: Period): Charge[] {
  return byProvider(charges).flatMap(([provider, own]) => {
    const billed = own.reduce((sum, charge) => sum + charge.billed, 0n);
    const difference = roundToCents(billed) - billed;
    if (difference === 0n) return [];
    return [
      lineOf(
        {
          category: 'Adjustment',
          frequency: 'One-Time',
          description: 'Rounding of the invoice',
          billed: difference,
          effective: difference,
          provider,
        },
        period,
      ),
    ];
  });
}

function taxOf(charges: readonly Charge[], entity: SampleEntity, period: Period): Charge[] {
  return byProvider(charges).map(([provider, own]) => {
    const base = own.reduce((sum, charge) => sum + charge.billed, 0n);
    const tax = roundToCents((base * entity.taxPercent) / 100n);
    return lineOf(
      {
        category: 'Tax',
        frequency: 'One-Time',
        description: `VAT ${entity.taxPercent} %`,
        billed: tax,
        effective: tax,
        provider,
      },
      period,
    );
  });
}

function byProvider(charges: readonly Charge[]): [string, Charge[]][] {
  const groups = new Map<string, Charge[]>();
  for (const charge of charges) {
    const own = groups.get(charge.provider);
    if (own === undefined) groups.set(charge.provider, [charge]);
    else own.push(charge);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

function roundToCents(units: bigint): bigint {
  const half = CENT / 2n;
  return units >= 0n ? ((units + half) / CENT) * CENT : -((-units + half) / CENT) * CENT;
}
