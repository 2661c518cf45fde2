/** Money of a part: its exact share rounded down, and the unit of 10^-18 that rounding gave it, if any. */
export interface ExplainedMoney {
  readonly amount: string;
  readonly floor: string;
  readonly rounding: string;
}

/** What a source held and spread, as the run kept it. Decimal texts; null where the source has no such cost. */
export interface SpreadSource {
  readonly source_kind: 'POOL' | 'FACTS' | 'PRODUCT';
  /** Code of the pool, of the rule that chose facts, or of the indirect product. */
  readonly pool: string;
  readonly rule_code: string;
  /** Null for the default rule. */
  readonly rule_version: number | null;
  /** How the weights were found: method, driver and month, or the facts that count, and the digest of the rule. */
  readonly base: Readonly<Record<string, unknown>>;
  readonly product_id: string;
  readonly domain_id: string;
  readonly tax: boolean;
  readonly source_environment: string;
  readonly environment: string;
  readonly currency: string;
  readonly warning: string | null;
  readonly own_effective: string | null;
  readonly own_billed: string | null;
  readonly received_effective: string;
  readonly passed_effective: string;
  /** What applications get of it in `environment`. */
  readonly pool_effective: string | null;
  readonly pool_billed: string | null;
  readonly pool_standard: string | null;
  readonly total_weight: string;
  /** Who gets everything where nothing weighs. */
  readonly fallback: string;
}

/** An application's part of one source, computed again from what the run kept. */
export interface ExplainedPart extends SpreadSource {
  /** Null where the application has none in the base. */
  readonly weight: string | null;
  readonly direct_cost: string | null;
  readonly clamped: boolean;
  /** The share; null where the application got nothing. */
  readonly quantity: string | null;
  readonly cost_effective: string | null;
  readonly cost_billed: string | null;
  readonly cost_standard: string | null;
  /** How the effective cost was rounded; null where there is none. */
  readonly rounding: ExplainedMoney | null;
  /** What other pools passed to this one, and this one to others. */
  readonly flows: readonly PoolFlowRow[];
  readonly words: string;
}

export interface PoolFlowRow {
  readonly from_pool: string;
  readonly to_pool: string;
  readonly share: string;
  readonly rule_code: string;
  readonly cost_effective: string;
  readonly cost_billed: string;
}
