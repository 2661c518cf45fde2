import type { FactRow } from '@prorata/contract';

/** A group small enough to check by head: North spends most, on the databases of its shop. */
export const SAMPLE_ENTITIES = [
  { code: 'FR01', label: 'Boreal North', country: 'FR', currency: 'EUR', scale: 3, misses: undefined },
  { code: 'DE02', label: 'Boreal East', country: 'DE', currency: 'EUR', scale: 2, misses: undefined },
  { code: 'GB03', label: 'Boreal Isles', country: 'GB', currency: 'GBP', scale: 1, misses: '2025-04' },
] as const;

export const SAMPLE_MONTHS = ['2025-01', '2025-02', '2025-03', '2025-04'] as const;

export type SampleEntity = (typeof SAMPLE_ENTITIES)[number];
export type SampleMonth = (typeof SAMPLE_MONTHS)[number];

interface Line {
  readonly application: string;
  readonly domain: string;
  readonly product: string | null;
  readonly unit: string;
  /** Cost of a month for scale 1, in whole units. */
  readonly cost: number;
  readonly type?: 'INDIRECT';
}

const LINES: readonly Line[] = [
  { application: 'Shop', domain: 'Databases', product: 'Relational database', unit: 'Hours', cost: 5000 },
  { application: 'Shop', domain: 'Databases', product: 'Cache', unit: 'Hours', cost: 1000 },
  // Spread from a shared platform: the whole of it, because the shop is all that uses it.
  { application: 'Shop', domain: 'Databases', product: 'Backup', unit: 'share', cost: 300, type: 'INDIRECT' },
  { application: 'Payroll', domain: 'Databases', product: 'Relational database', unit: 'Hours', cost: 1500 },
  { application: 'Shop', domain: 'Compute', product: 'Virtual machine', unit: 'Hours', cost: 3000 },
  { application: 'Payroll', domain: 'Compute', product: 'Virtual machine', unit: 'Hours', cost: 900 },
  { application: 'Payroll', domain: 'Storage', product: 'Object storage', unit: 'GB-Months', cost: 400 },
  { application: 'UNALLOCATED', domain: 'Other', product: 'TAX', unit: 'none', cost: 1200 },
  { application: 'UNALLOCATED', domain: 'Compute', product: null, unit: 'none', cost: -50 },
];

/** The facts of an entity and month; growing by a tenth a month, and restated with one more on the shop's cache. */
export function sampleFactsOf(entity: SampleEntity, month: SampleMonth, restated = false): FactRow[] {
  const growth = 10 + SAMPLE_MONTHS.indexOf(month);
  return LINES.map((line) => {
    const tenths = line.cost * entity.scale * growth + (restated && line.product === 'Cache' ? 10 : 0);
    const cost = `${Math.trunc(tenths / 10)}.${Math.abs(tenths % 10)}`;
    return {
      period_month: month,
      entity_id: entity.code,
      application_id: line.application,
      domain_id: line.domain,
      family_id: null,
      product_id: line.product,
      unit: line.unit,
      environment: 'prod',
      consumption_type: line.type ?? 'DIRECT',
      currency: entity.currency,
      quantity: line.type === 'INDIRECT' ? '1' : String(Math.abs(line.cost) * 2),
      cost_effective: tenths < 0 && !cost.startsWith('-') ? `-${cost}` : cost,
      cost_billed: tenths < 0 && !cost.startsWith('-') ? `-${cost}` : cost,
      cost_standard: null,
    };
  });
}

/**
 * One rate a month, so that the mean is that rate: 0.8 pounds for a euro. May shows that April is over; nothing shows that the file
 * holds the whole of January, so January is provisional.
 */
export function ratesFile(): string {
  const days = ['2025-05-02', '2025-04-15', '2025-03-14', '2025-02-14', '2025-01-15'];
  return `${['Date,GBP,CHF,', ...days.map((day) => `${day},0.8,0.95,`)].join('\n')}\n`;
}
