export { assertScale, formatDecimal, MAX_SCALE, parseDecimal } from './arithmetic/decimal.ts';
export { approximate, formatRational, parseRational, type Rational, reduce } from './arithmetic/rational.ts';
export { type CentrePart, type CycleResult, EXACT_CENTRES, type Flow, type Pool, runCycle } from './cycles/cycle.ts';
export type { CycleInput, CycleMethod, ServicesGiven } from './cycles/network.ts';
export { ALLOCATION_PROBLEMS, AllocationError, type AllocationProblemCode } from './problems.ts';
export { DEFAULT_POLICY, distribute, type Policy, type RoundingMode, type TieBreak } from './split/distribute.ts';
export { type Part, readPolicy, type Split, type SplitInput, split, traced } from './split/split.ts';
export { type PreparedWeights, prepareIntegers, prepareWeights, type Weight } from './split/weights.ts';
