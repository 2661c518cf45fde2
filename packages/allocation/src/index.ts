export { assertScale, decimalsOf, formatDecimal, MAX_SCALE, parseDecimal } from './arithmetic/decimal.ts';
export { approximate, formatRational, parseRational, type Rational, reduce } from './arithmetic/rational.ts';
export { type CentrePart, type CycleResult, EXACT_CENTRES, type Flow, type Pool, runCycle } from './cycles/cycle.ts';
export type { CycleInput, CycleMethod, ServicesGiven } from './cycles/network.ts';
export { type ExplainLineOptions, type ExplainOptions, explain, explainLine } from './explain/explain.ts';
export type { Language } from './explain/words.ts';
export { ALLOCATION_PROBLEMS, AllocationError, type AllocationProblemCode } from './problems.ts';
export {
  type AllocatedLine,
  allocateEntry,
  distributeLine,
  type LineSplit,
  type SourceLine,
} from './rules/allocate.ts';
export {
  type BoundAxis,
  type BoundPlan,
  bindPlan,
  type DriverWeights,
  usedWeights,
  type WeightOrigin,
} from './rules/bind.ts';
export {
  type Compiled,
  compileRule,
  compileRuleOrThrow,
  MAX_CROSS_PARTS,
  type RuleContext,
  type RulePlan,
} from './rules/compile.ts';
export { canonicalJson, ruleDigest } from './rules/digest.ts';
export { isPattern, lineAmount, type MatchableLine, type MatchSettings, matchesLine } from './rules/match.ts';
export {
  type AllocationRule,
  type AmountMethod,
  type AxisRule,
  type DriverMethod,
  type EvenMethod,
  type FixedMethod,
  RULE_SCHEMA,
  type RuleError,
  type RuleErrorCode,
  type RuleMatch,
  type RuleRounding,
  type WeightedMethod,
} from './rules/rule.ts';
export { DEFAULT_POLICY, distribute, type Policy, type RoundingMode, type TieBreak } from './split/distribute.ts';
export { type Part, readPolicy, type Split, type SplitInput, split, traced } from './split/split.ts';
export { type PreparedWeights, prepareIntegers, prepareWeights, type Weight } from './split/weights.ts';
