/**
 * The FOCUS columns that the import keeps. Other columns are ignored, unread and unjudged: a native export may carry
 * list prices with 20 decimals, and nothing here depends on them.
 */
export const REQUIRED_COLUMNS = [
  'BillingPeriodStart',
  'BillingCurrency',
  'BilledCost',
  'EffectiveCost',
  'ChargeCategory',
  'ProviderName',
  'BillingAccountId',
] as const;

export const OPTIONAL_COLUMNS = [
  'ChargePeriodStart',
  'ChargeClass',
  'CommitmentDiscountStatus',
  'ConsumedQuantity',
  'ConsumedUnit',
  'InvoiceId',
  'RegionId',
  'ServiceCategory',
  'ServiceName',
  'SubAccountId',
  'SubAccountName',
  'Tags',
] as const;

export type FocusColumn = (typeof REQUIRED_COLUMNS)[number] | (typeof OPTIONAL_COLUMNS)[number];

/** ChargeCategory of FOCUS 1.0 to 1.2. */
export const CHARGE_CATEGORIES = ['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment'] as const;

export type ChargeCategory = (typeof CHARGE_CATEGORIES)[number];

/** Texts that exporters write for "no value", besides the empty one; compared without case. */
export const NULL_LITERALS = ['null', '(null)'] as const;

/** Where a column of FOCUS stands in one file. */
export interface ColumnLayout {
  /** Position of each kept column, counted from 0. */
  readonly positions: ReadonlyMap<FocusColumn, number>;
  readonly missing: readonly FocusColumn[];
  readonly duplicated: readonly FocusColumn[];
  /** Names in the file that FOCUS does not know in any version and that do not begin with `x_`. */
  readonly stray: readonly string[];
}

/**
 * Finds the kept columns by name, exactly but for case (an example of the FOCUS authors writes `SkuPriceid`).
 *
 * @param names as they stand in the file
 */
export function layOutColumns(names: readonly string[]): ColumnLayout {
  const kept = new Map<string, FocusColumn>(
    [...REQUIRED_COLUMNS, ...OPTIONAL_COLUMNS].map((column) => [column.toLowerCase(), column]),
  );
  const positions = new Map<FocusColumn, number>();
  const duplicated = new Set<FocusColumn>();
  const stray: string[] = [];
  for (const [position, name] of names.entries()) {
    const folded = name.trim().toLowerCase();
    const column = kept.get(folded);
    if (column === undefined) {
      if (!folded.startsWith('x_') && !KNOWN_TO_FOCUS.has(folded)) stray.push(name);
    } else if (positions.has(column)) {
      duplicated.add(column);
    } else {
      positions.set(column, position);
    }
  }
  const missing = REQUIRED_COLUMNS.filter((column) => !positions.has(column));
  return { positions, missing, duplicated: [...duplicated], stray };
}

/** Columns of FOCUS 1.0 to 1.2 that are not kept. */
const KNOWN_TO_FOCUS = new Set(
  `AvailabilityZone BillingAccountName BillingAccountType BillingPeriodEnd CapacityReservationId
  CapacityReservationStatus ChargeDescription ChargeFrequency ChargePeriodEnd CommitmentDiscountCategory
  CommitmentDiscountId CommitmentDiscountName CommitmentDiscountQuantity CommitmentDiscountType
  CommitmentDiscountUnit ContractedCost ContractedUnitPrice InvoiceIssuerName ListCost
  ListUnitPrice PricingCategory PricingCurrency PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost
  PricingCurrencyListUnitPrice PricingQuantity PricingUnit PublisherName RegionName ResourceId ResourceName
  ResourceType ServiceSubcategory SkuId SkuMeter SkuPriceDetails SkuPriceId SubAccountType`
    .split(/\s+/)
    .map((name) => name.toLowerCase()),
);
