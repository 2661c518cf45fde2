import type { RoundingMode } from '../split/distribute.ts';

/** Names the version of the rule language; a rule without it is not read. */
export const RULE_SCHEMA = 'prorata.allocation-rule/1';

/** A rule as it is written, stored and digested: JSON, described by `schema/allocation-rule-1.schema.json`. */
export interface AllocationRule {
  readonly schema: typeof RULE_SCHEMA;
  readonly match?: RuleMatch;
  readonly axes: readonly AxisRule[];
  /** `parallel` (default): each axis splits the whole amount. `cross`: one part a combination of dimensions. */
  readonly combine?: 'parallel' | 'cross';
  readonly rounding?: RuleRounding;
}

/** Which lines of an entry the rule splits. A pattern is a code, or a beginning of codes followed by `*`. */
export interface RuleMatch {
  readonly accounts?: readonly string[];
  readonly except?: readonly string[];
  readonly journals?: readonly string[];
}

export interface RuleRounding {
  readonly mode?: RoundingMode;
  /** Rounding unit in units of the scale: 5 at scale 2 rounds to 0.05. */
  readonly unit?: number;
  /** Decimals of the parts; by default those of the currency. */
  readonly scale?: number;
}

export type AxisRule = { readonly axis: string } & (WeightedMethod | AmountMethod);

/** The methods that give every dimension a weight. */
export type WeightedMethod = FixedMethod | EvenMethod | DriverMethod;

export interface FixedMethod {
  readonly method: 'fixed';
  readonly shares: readonly { readonly dimension: string; readonly weight: string }[];
  /** What the weights must add up to, such as "100" for percentages. */
  readonly total?: string;
}

export interface EvenMethod {
  readonly method: 'even';
  readonly dimensions: readonly string[] | 'all';
}

export interface DriverMethod {
  readonly method: 'driver';
  readonly driver: string;
  readonly dimensions: readonly string[] | 'all';
  /** Receives everything when the driver has no weight in the month; without it, that is an error. */
  readonly fallback?: string;
}

/** Fixed money of an entry first, in the order written; the rest by another method. */
export interface AmountMethod {
  readonly method: 'amount';
  readonly amounts: readonly { readonly dimension: string; readonly amount: string }[];
  readonly rest: WeightedMethod;
}

/** What a compiler error is about; stable, for programs. */
export type RuleErrorCode =
  | 'SCHEMA_UNKNOWN'
  | 'MEMBER_MISSING'
  | 'MEMBER_UNKNOWN'
  | 'TYPE_WRONG'
  | 'VALUE_NOT_ALLOWED'
  | 'LIST_EMPTY'
  | 'AXIS_UNKNOWN'
  | 'AXIS_DUPLICATE'
  | 'AXIS_EMPTY'
  | 'DIMENSION_UNKNOWN'
  | 'DIMENSION_DUPLICATE'
  | 'DRIVER_UNKNOWN'
  | 'WEIGHT_INVALID'
  | 'WEIGHT_NEGATIVE'
  | 'WEIGHTS_ZERO'
  | 'TOTAL_INVALID'
  | 'TOTAL_NOT_REACHED'
  | 'AMOUNT_INVALID'
  | 'CROSS_WITH_AMOUNT'
  | 'CROSS_TOO_LARGE'
  | 'PATTERN_INVALID'
  | 'MATCHES_EVERY_LINE'
  | 'ACCOUNTS_MISSING';

/** One thing that is wrong with a rule, at its JSON pointer (RFC 6901). */
export interface RuleError {
  readonly pointer: string;
  readonly code: RuleErrorCode;
  readonly message: string;
}
