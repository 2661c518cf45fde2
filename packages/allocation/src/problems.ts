/**
 * Every way in which the engine refuses, with what to do next. The service that calls the engine gives each code its
 * HTTP status; the engine knows neither HTTP nor a database.
 */
export const ALLOCATION_PROBLEMS = {
  NOT_A_DECIMAL: {
    title: 'The text is not a plain decimal',
    next: 'Write digits with an optional leading minus and a decimal point, without exponent, blank or separator.',
  },
  NOT_A_WEIGHT: {
    title: 'The weight is not a plain decimal or a fraction of two integers',
    next: 'Write the weight as "12.5" or as "1/3".',
  },
  TOO_MANY_DECIMALS: {
    title: 'The amount has more decimals than its scale',
    next: 'Raise the scale (at most 18) or round the amount where it comes from.',
  },
  SCALE_OUT_OF_RANGE: { title: 'The scale is not an integer from 0 to 18', next: 'Give a scale from 0 to 18.' },
  UNIT_OUT_OF_RANGE: {
    title: 'The rounding unit is not a positive number of units of the scale',
    next: 'Give a positive rounding unit that the scale can express, such as 0.05 at scale 2.',
  },
  NO_WEIGHTS: { title: 'There is nothing to split over', next: 'Name at least one key with a positive weight.' },
  DUPLICATE_KEY: { title: 'The same key is named twice', next: 'Name each key once; add its weights before.' },
  NEGATIVE_WEIGHT: {
    title: 'A weight is negative',
    next: 'Give weights of zero or more; a credit is a negative amount.',
  },
  WEIGHTS_TOO_FINE: {
    title: 'The weights have no common denominator of bearable length',
    next: 'Write the weights as decimals, or as fractions of one denominator.',
  },
  ZERO_WEIGHTS: {
    title: 'All weights are zero',
    next: 'Give at least one positive weight, or name a fallback; the amount cannot go to nobody.',
  },
  UNKNOWN_POLICY: {
    title: 'The rounding or tie policy is unknown',
    next: 'Rounding is "largest-remainder" or "floor-to-first"; ties is "key" or "position".',
  },
  RULE_INVALID: {
    title: 'The allocation rule does not compile',
    next: 'Correct the rule at each JSON pointer of `errors`.',
  },
  NOT_CANONICAL: {
    title: 'The value has no canonical JSON form',
    next: 'Use only JSON values: finite numbers, well-formed strings, arrays and plain objects.',
  },
  DRIVER_MISSING: {
    title: 'The driver has no values for the month',
    next: 'Import the driver for the month, or give the axis a fallback dimension.',
  },
  DRIVER_ZERO: {
    title: 'All weights of the driver are zero for the month',
    next: 'Correct the driver for the month, or give the axis a fallback dimension.',
  },
  DRIVER_DIMENSION_UNKNOWN: {
    title: 'The driver has a weight for a dimension that the axis does not have',
    next: 'Create or reactivate the dimension, correct the driver, or list the dimensions in the rule.',
  },
  CROSS_TOO_LARGE: {
    title: 'The combination of the axes has too many parts',
    next: 'Use "parallel", list fewer dimensions, or raise the bound.',
  },
  FIXED_AMOUNT_EXCEEDS_SOURCE: {
    title: 'The fixed amounts are larger than the source amount',
    next: 'Lower the fixed amounts of the rule, or use weights for sources of this size.',
  },
  CYCLE_INVALID: {
    title: 'The cycle is not described completely',
    next: 'Name service and operating centres once each, and give services and costs only for named centres.',
  },
  CYCLE_NOT_DEPLETABLE: {
    title: 'Some service centres can never be emptied',
    next: 'Let at least one of the named centres serve an operating centre, or a service centre that does.',
  },
} as const;

export type AllocationProblemCode = keyof typeof ALLOCATION_PROBLEMS;

/** A refusal of the engine: a stable code, what was wrong with its value, and the members that name the place. */
export class AllocationError extends Error {
  readonly code: AllocationProblemCode;
  readonly title: string;
  readonly detail: string;
  readonly next: string;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(code: AllocationProblemCode, detail: string, extensions: Readonly<Record<string, unknown>> = {}) {
    super(detail);
    this.name = 'AllocationError';
    this.code = code;
    this.title = ALLOCATION_PROBLEMS[code].title;
    this.detail = detail;
    this.next = ALLOCATION_PROBLEMS[code].next;
    this.extensions = extensions;
  }
}

/** A value as it may stand in a message: quoted, and cut where it is long. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
