import type { CONSUMPTION_TYPES, ENVIRONMENTS } from './tables.ts';

/** One fact. Decimals are plain decimal strings of at most 18 decimals, the month is `YYYY-MM`. */
export interface FactRow {
  readonly period_month: string;
  readonly entity_id: string;
  readonly application_id: string;
  readonly domain_id: string;
  readonly family_id: string | null;
  readonly product_id: string | null;
  readonly unit: string;
  readonly environment: (typeof ENVIRONMENTS)[number];
  readonly consumption_type: (typeof CONSUMPTION_TYPES)[number];
  readonly currency: string;
  readonly quantity: string;
  readonly cost_effective: string | null;
  readonly cost_billed: string | null;
  readonly cost_standard: string | null;
}

/** One line of the Pricing View that valued the facts. */
export interface PriceRow {
  readonly product_id: string;
  readonly unit: string;
  readonly unit_price: string;
  readonly currency: string;
  readonly view_code: string;
  readonly view_version: number;
}

/** One application that the facts name; `reference_id` is the code in the group's reference, if mapped. */
export interface ApplicationRow {
  readonly application_id: string;
  readonly label: string;
  readonly reference_id: string | null;
}

/** One product that the facts or prices name; `reference_id` is the code in the group's reference, if mapped. */
export interface ProductRow {
  readonly product_id: string;
  readonly label: string;
  readonly reference_id: string | null;
}
