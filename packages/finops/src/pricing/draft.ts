/** What a version is to say, apart from its lines. Months are first days. */
export interface Draft {
  readonly code: string;
  readonly version: number | null;
  readonly currency: string;
  readonly validFrom: string | null;
  readonly validTo: string | null;
}

export interface DraftLine {
  readonly product: string;
  readonly unit: string;
  readonly unit_price: string;
}
