// node

// batch
export { type ListedBatch, listBatches, type ShownBatch, showBatch } from './batch/batches.ts';
export { finopsRunJobs, RUN_JOB } from './batch/jobs.ts';
export { type BatchMonth, type BatchResult, type BatchRow, runMonths, unfinishedBatch } from './batch/run-months.ts';
export { type ConservedStep, listRuns, type RunRow, type ShownRun, showRun } from './batch/runs.ts';
// closing
export { type AdjustmentChange, type AdjustOptions, adjustMonth, withdrawAdjustments } from './closing/adjust.ts';
export { type Adjustment, type AdjustmentLine, moneyWords, reportAdjustments } from './closing/adjustments.ts';
export { closeMonth, lockMonth, type PeriodChange, type PeriodOptions, reopenMonth } from './closing/close.ts';
export type { PeriodState } from './closing/guard.ts';
export type { LateScope } from './closing/late.ts';
export { listPeriods, type Period, type PeriodChangeRow, periodHistory } from './closing/periods.ts';
// drivers
export {
  type DriverAnswer,
  type DriverImport,
  type DriverInput,
  importDrivers,
  listDrivers,
  type StandingDriver,
} from './drivers/import-drivers.ts';
export type { DriverTotal } from './drivers/judge-drivers.ts';
// events
export { FINOPS_EVENTS } from './event-catalogue.ts';
// facts
export { type ReplacedFacts, type RunOptions, type RunResult, type RunStep, runMonth } from './facts/run-month.ts';
export type { BatchStep, MoneyTotal, MonthKey, MonthRun, RunWarning, StepName, StepOutcome } from './facts/step.ts';
// http
export { registerFinopsRoutes } from './http/finops.routes.ts';
export { ADMINS, ANALYSTS, CONTROLLERS, READERS } from './http/roles.ts';
export { buildEntityApp, type EntityAppOptions } from './http/server.ts';
// import
export type { ChargeCategory, FocusColumn } from './import/columns.ts';
export {
  type ImportAnswer,
  type ImportInput,
  type ImportOptions,
  type ImportResult,
  importFocus,
} from './import/import-focus.ts';
export type { Notice } from './import/layout.ts';
export type { CurrencyTotal, ScopeTotal } from './import/scan.ts';
export type { ExpansionLimits } from './import/source-file.ts';
export { readTableNumber, type TableRow, type TableShape, withTableFile } from './import/table-file.ts';
export type { Violation } from './import/violations.ts';
// indirect
export { type Explanation, explainIndirect } from './indirect/explain.ts';
export type { ExplainedPart } from './indirect/explained-part.ts';
export { type IndirectRule, parseRules } from './indirect/rule-document.ts';
export {
  archiveRule,
  type ImportedRule,
  importRules,
  listRules,
  publishRule,
  type RuleVersion,
  type ShownRule,
  showRule,
} from './indirect/rules.ts';
export { type RulesTest, type TestedEffect, type TestedLine, testRules } from './indirect/test-rules.ts';
// mapping
export { UNALLOCATED } from './mapping/apply.ts';
export { DEFAULT_MAPPING } from './mapping/default-mapping.ts';
export {
  type LoadedMapping,
  loadMapping,
  type MappingDocument,
  type MappingFault,
  parseMapping,
} from './mapping/document.ts';
export {
  type AcceptedSuggestions,
  acceptSuggestions,
  type EditOptions,
  type MappingWritten,
  putMapping,
} from './mapping/edit.ts';
export { TAX } from './mapping/products.ts';
export { type Suggestion, type Suggestions, suggestMappings } from './mapping/suggest.ts';
export { type MappingTrial, type TrialOn, type TrialRow, testMapping, type UncaughtRow } from './mapping/trial.ts';
export {
  type DiffLine,
  type MappingDiff,
  type MappingVersion,
  mappingDiff,
  mappingHistory,
  mappingVersion,
  type StoredMapping,
} from './mapping/versions.ts';
// measured
export {
  importMeasured,
  type MeasuredAnswer,
  type MeasuredImport,
  type MeasuredInput,
  type MeasuredOptions,
} from './measured/import-measured.ts';
export type { QuantityTotal } from './measured/judge-rows.ts';
export {
  type CorrectionRow,
  type CorrectionsReport,
  listMeasured,
  type MeasuredFileRow,
  reportCorrections,
} from './measured/measured-reports.ts';
// the package itself
export { FINOPS_MIGRATIONS } from './migrations.ts';
export {
  type EntityInit,
  type EntityInitResult,
  type EntityNode,
  entityOver,
  FINOPS_MODULE,
  initEntity,
  openEntity,
} from './node/entity.ts';
export { groupIssuer, pullAudience } from './node/group-tokens.ts';
export { type JoinResult, joinGroup, type Membership } from './node/join.ts';
// pricing
export { type ActualPrice, type ActualView, actualView, saveActualView } from './pricing/actual.ts';
export {
  type CalendarChange,
  type CalendarMonth,
  clearCalendar,
  readCalendar,
  setCalendar,
} from './pricing/calendar.ts';
export {
  compareMonths,
  compareViews,
  type MonthComparison,
  type MonthEffect,
  type PriceEffect,
  type ViewComparison,
  whatIf,
} from './pricing/compare.ts';
export { BREAKDOWNS, type Breakdown, type Measure } from './pricing/comparison.sql.ts';
export { type PriceCoverage, reportPriceCoverage } from './pricing/coverage.ts';
export { type ImportedPrices, importPrices, type PriceImport } from './pricing/import-prices.ts';
export {
  archiveView,
  listViews,
  type PriceOfProduct,
  type PricingOptions,
  type PricingView,
  publishView,
  showView,
  type ViewChange,
} from './pricing/views.ts';
export { finopsProblem } from './problems.ts';
export type { Progress, ProgressStep } from './progress.ts';
export { type PublicationPreview, previewPublication } from './publish/preview.ts';
// publish
export {
  listPublications,
  type Publication,
  type PublicationRow,
  type PushRow,
  publicationStatus,
  readPublication,
} from './publish/publications.ts';
export { type PublishOptions, type PublishResult, publishMonth } from './publish/publish-month.ts';
export { type PushOptions, type PushResult, pushPublication, type ResumedPush, resumePushes } from './publish/push.ts';
export { PUSH_JOB, pushJobs, RESUME_JOB, requestPush } from './publish/push-job.ts';
// references
export {
  deactivateReference,
  mapReference,
  type ReferenceName,
  reactivateReference,
} from './references/change-reference.ts';
export {
  importReferences,
  type ReferenceOptions,
  type ReferencesImported,
  type ReferencesInput,
} from './references/import-references.ts';
export { REFERENCE_KINDS, type Reference, type ReferenceKind } from './references/kinds.ts';
export {
  listReferences,
  type ReferenceChange,
  type ReferenceList,
  type ReferenceQuery,
  referenceChanges,
  type UnmappedReference,
  type UnmappedReport,
  unmappedReferences,
} from './references/list-references.ts';
export {
  GroupReferencesSchema,
  type PulledReferences,
  type PullOptions,
  pullReferences,
} from './references/pull-references.ts';
// report
export { exportFacts } from './report/export-facts.ts';
export {
  type CoverageReport,
  type FactsFilter,
  type FactsQuery,
  type FactsReport,
  type ImportRow,
  listImports,
  type ReportedFact,
  reportCoverage,
  reportFacts,
} from './report/reports.ts';
// tieout
export { type TieOutDifference, type TieOutReport, type TieOutRow, tieOut } from './tieout/tie-out.ts';
