import { type Charge, COST_SCALE } from './charges.ts';
import type { Dialect, SampleEntity } from './sample-group.ts';

/** How one provider's export differs from the letter of the FOCUS specification. */
interface Style {
  readonly columns: readonly string[];
  /** What stands where there is nothing. */
  readonly nothing: string;
  readonly mark: string;
  readonly usageBased: string;
  time(epoch: number): string;
  cost(units: bigint): string;
}

/** FOCUS 1.0, the columns that the sample bills fill. */
const FOCUS_1_0: readonly string[] = [
  ...['BilledCost', 'BillingAccountId', 'BillingAccountName', 'BillingCurrency', 'BillingPeriodEnd'],
  ...['BillingPeriodStart', 'ChargeCategory', 'ChargeClass', 'ChargeDescription', 'ChargeFrequency'],
  ...['ChargePeriodEnd', 'ChargePeriodStart', 'CommitmentDiscountId', 'CommitmentDiscountStatus'],
  ...['ConsumedQuantity', 'ConsumedUnit', 'ContractedCost', 'ContractedUnitPrice', 'EffectiveCost'],
  ...['InvoiceIssuerName', 'ListCost', 'ListUnitPrice', 'PricingCategory', 'PricingQuantity', 'PricingUnit'],
  ...['ProviderName', 'PublisherName', 'RegionId', 'RegionName', 'ResourceId', 'ResourceName', 'ResourceType'],
  ...['ServiceCategory', 'ServiceName', 'SkuId', 'SkuPriceId', 'SubAccountId', 'SubAccountName', 'Tags'],
];

const FOCUS_1_2: readonly string[] = [
  ...FOCUS_1_0,
  ...['InvoiceId', 'PricingCurrency', 'BillingAccountType', 'SubAccountType', 'ServiceSubcategory'],
];

/** Columns that no FOCUS version has, in the middle of those that it has. */
function withStrays(columns: readonly string[]): string[] {
  return columns.flatMap((column) => (column === 'ServiceName' ? ['Id', column, 'x_CostOwner'] : [column]));
}

const STYLES: Readonly<Record<Dialect, Style>> = {
  plain: {
    columns: FOCUS_1_0,
    nothing: '',
    mark: '',
    usageBased: 'Usage-Based',
    time: (epoch) => `${iso(epoch)}Z`,
    cost: fixed,
  },
  'null-words': {
    columns: withStrays(FOCUS_1_0),
    nothing: 'NULL',
    mark: '',
    usageBased: 'Usage-Based',
    time: (epoch) => iso(epoch).replace('T', ' '),
    cost: fixed,
  },
  offsets: {
    columns: FOCUS_1_2,
    nothing: '',
    mark: '\ufeff',
    usageBased: 'Usage-Based',
    // British time in summer: midnight UTC is written as one o'clock.
    time: (epoch) => (isBritishSummer(epoch) ? `${iso(epoch + 3_600_000)}.000+01:00` : `${iso(epoch)}.000+00:00`),
    cost: fixed,
  },
  minutes: {
    columns: FOCUS_1_0.map((column) => (column === 'SkuPriceId' ? 'SkuPriceid' : column)),
    nothing: '(null)',
    mark: '',
    usageBased: 'Usage-based',
    time: (epoch) => `${iso(epoch).slice(0, 16)}Z`,
    cost: (units) => (units !== 0n && magnitude(units) < 10n ** 8n ? scientific(units) : fixed(units)),
  },
};

/** A provider's export as CSV text (RFC 4180, LF). */
export function focusCsv(
  charges: readonly Charge[],
  entity: SampleEntity,
  period: { start: number; end: number },
): string {
  const style = STYLES[entity.dialect];
  const lines = charges.map((charge, index) => {
    const cells = cellsOf(charge, entity, style, period, index);
    return style.columns.map((column) => quoted(cells[column] ?? style.nothing)).join(',');
  });
  return `${style.mark}${style.columns.join(',')}\n${lines.join('\n')}\n`;
}

type Cells = Readonly<Record<string, string | null>>;

function cellsOf(
  charge: Charge,
  entity: SampleEntity,
  style: Style,
  period: { start: number; end: number },
  index: number,
): Cells {
  const short = charge.provider.split(' ')[0] ?? charge.provider;
  const account = `${entity.code}-${short.toUpperCase()}-001`;
  return {
    ...costsOf(charge, style),
    ...commitmentOf(charge),
    BillingAccountId: account,
    BillingAccountName: `${entity.label} ${short}`,
    BillingAccountType: 'Billing Account',
    BillingCurrency: entity.currency,
    BillingPeriodStart: style.time(period.start),
    BillingPeriodEnd: style.time(period.end),
    ChargeCategory: charge.category,
    ChargeClass: charge.correction ? 'Correction' : null,
    ChargeDescription: charge.description,
    ChargeFrequency: charge.frequency === 'Usage-Based' ? style.usageBased : charge.frequency,
    ChargePeriodStart: style.time(charge.start),
    ChargePeriodEnd: style.time(charge.end),
    Id: String(10_000 + index),
    InvoiceId: `INV-${account}-${iso(period.start).slice(0, 7).replace('-', '')}`,
    InvoiceIssuerName: charge.provider,
    PricingCurrency: entity.currency,
    ProviderName: charge.provider,
    PublisherName: charge.provider,
    RegionId: charge.region?.[0] ?? null,
    RegionName: charge.region?.[1] ?? null,
    ResourceId: charge.resource?.id ?? null,
    ResourceName: charge.resource?.id.split('/').at(-1) ?? null,
    ResourceType: charge.resource?.type ?? null,
    ServiceCategory: charge.serviceCategory,
    ServiceName: charge.serviceName,
    SkuId: charge.sku,
    SkuPriceId: charge.sku === null ? null : `${charge.sku}.P1`,
    SkuPriceid: charge.sku === null ? null : `${charge.sku}.P1`,
    SubAccountId: charge.subAccount?.id ?? null,
    SubAccountName: charge.subAccount?.name ?? null,
    SubAccountType: charge.subAccount === null ? null : 'Account',
    Tags: charge.tags,
    x_CostOwner: charge.resource === null ? null : 'cloud-office',
  };
}

function costsOf(charge: Charge, style: Style): Cells {
  const { quantity, priceMicros } = charge;
  const amount = quantity === null ? null : scaled(quantity, 4);
  const reduced = priceMicros === null ? null : (priceMicros * 92n) / 100n || priceMicros;
  return {
    BilledCost: style.cost(charge.billed),
    EffectiveCost: style.cost(charge.effective),
    ListCost: style.cost(charge.list),
    ContractedCost: style.cost(charge.contracted),
    ConsumedQuantity: amount,
    ConsumedUnit: charge.unit,
    PricingQuantity: amount,
    PricingUnit: charge.unit,
    ListUnitPrice: priceMicros === null ? null : scaled(priceMicros, 6),
    ContractedUnitPrice: reduced === null ? null : scaled(reduced, 6),
  };
}

function commitmentOf(charge: Charge): Cells {
  const usage = charge.category === 'Usage';
  return {
    CommitmentDiscountId: charge.commitment?.id ?? null,
    CommitmentDiscountStatus: charge.commitment?.status ?? null,
    PricingCategory: usage ? (charge.commitment === null ? 'Standard' : 'Committed') : null,
  };
}

function iso(epoch: number): string {
  return new Date(epoch).toISOString().slice(0, 19);
}

/** From the last Sunday of March to the last Sunday of October, 01:00 UTC. */
function isBritishSummer(epoch: number): boolean {
  const year = new Date(epoch).getUTCFullYear();
  const lastSunday = (month: number): number => {
    const last = new Date(Date.UTC(year, month + 1, 0));
    return Date.UTC(year, month, last.getUTCDate() - last.getUTCDay(), 1);
  };
  return epoch >= lastSunday(2) && epoch < lastSunday(9);
}

function magnitude(units: bigint): bigint {
  return units < 0n ? -units : units;
}

/** Units of 10⁻ˢᶜᵃˡᵉ as a plain decimal, all places written. */
export function scaled(units: bigint, scale: number): string {
  const digits = magnitude(units)
    .toString()
    .padStart(scale + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function fixed(units: bigint): string {
  return units === 0n ? '0' : scaled(units, COST_SCALE);
}

/** The same value with an exponent, as spreadsheets and some exporters write small numbers: 1.25E-5. */
function scientific(units: bigint): string {
  const digits = magnitude(units).toString();
  const exponent = digits.length - 1 - COST_SCALE;
  const rest = digits.slice(1).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${digits.slice(0, 1)}${rest === '' ? '' : `.${rest}`}E${exponent}`;
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
