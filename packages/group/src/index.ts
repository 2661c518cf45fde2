// access
export { ACCESS_RETENTION, accessJobs } from './access/access-jobs.ts';
export { type Access, type AccessLog, accessLogOf } from './access/access-log.ts';
export { grantReader, listGrants, type ReadGrant, revokeReader } from './access/grants.ts';
export { ENTITY_READER_ROLE } from './access/reach.ts';
export {
  ACCESS_RETENTION_DAYS,
  type AccessEntry,
  type AccessPage,
  type AccessQuery,
  listAccesses,
  purgeAccesses,
} from './access/read-accesses.ts';
export { readForShell, type ShellRead } from './access/shell-reads.ts';
// consolidation
export { type Rebuilt, rebuildViews } from './consolidation/rebuild.ts';
export { type Verification, type ViewCheck, verifyViews } from './consolidation/verify.ts';
// discipline
export {
  type Discipline,
  type DisciplineInput,
  type DisciplineRow,
  type EntityDiscipline,
  reportDiscipline,
} from './discipline/discipline.ts';
export { detectLate, type LateMonth } from './discipline/late.ts';
export { changeEntity, deactivateEntity, type EntityChange, reactivateEntity } from './enrolment/change-entity.ts';
export { type EnrolInput, type Enrolled, enrolEntity } from './enrolment/enrol.ts';
export {
  type EntityEntry,
  listEntities,
  revokeKey,
  rotateKey,
  setEntityActivity,
} from './enrolment/entities.ts';
export { entityTokens, PUBLISHER_ROLE } from './enrolment/entity-tokens.ts';
// events
export { GROUP_EVENTS } from './event-catalogue.ts';
export { listRateSets, type RateSetEntry } from './exchange/list-sets.ts';
export { listMultipliers, type MultiplierRow } from './exchange/listing.ts';
export { importRates, type RatesImported, type RatesInput } from './exchange/rate-sets.ts';
export { registerGroupRoutes } from './http/app.ts';
export { dashboardPages } from './http/dashboard.ts';
export { buildGroupApp, type GroupAppOptions } from './http/server.ts';
export type { Receipt } from './intake/accept.ts';
export {
  listPublications,
  type PublicationDifference,
  type PublicationEntry,
  publicationBundle,
  publicationDifference,
  publicationHistory,
} from './intake/publications.ts';
export {
  discardQuarantined,
  listQuarantine,
  type QuarantineEntry,
  type QuarantineFilter,
  type Replayed,
  replayAll,
  replayQuarantined,
  showQuarantined,
} from './intake/quarantined.ts';
export { type Received, type ReceiveInput, receive } from './intake/receive.ts';
export { listRefusals, type RefusalEntry } from './intake/refusal-log.ts';
export { refusalProblem } from './intake/refusals.ts';
export { FolderWatch, startWatch, type Taken, type Watching, type WatchingOptions } from './intake/watched-folder.ts';
export { GROUP_SCHEDULES, groupJobs } from './jobs.ts';
export { GROUP_MIGRATIONS, GROUP_MODULE, type GroupNode, operatorContext } from './node/group-node.ts';
export { foundGroup, type GroupInit, initGroup, openGroup } from './node/open-group.ts';
export { listPeriods, type PeriodEntry } from './periods/list-periods.ts';
export { lockMonth, type PeriodState, reopenMonth } from './periods/period-status.ts';
// policy
export { listContractVersions, setContractVersion } from './policy/contract-versions.ts';
export { changePolicy, type GroupPolicy, type PolicyChange, readPolicy } from './policy/policy.ts';
export { type ComparedPrices, comparePrices, listPricingViews } from './policy/pricing-views.ts';
export {
  importReferencePrices,
  listReferencePrices,
  type PricesImported,
  referencePrices,
} from './policy/reference-prices.ts';
export { groupProblem } from './problems.ts';
export { type Pulled, pullBundles } from './pull/pull.ts';
export { listPullSources, type PullSource, setPullSource } from './pull/sources.ts';
export { listReferenceVersions, placesToday, referencesAt, referencesSince } from './references/listing.ts';
export { importReferences, type ReferencesImported } from './references/references.ts';
export type { Figures, ReportHead } from './reports/aggregate.ts';
export { BRIDGE_LINES, type BridgeLine } from './reports/bridge.ts';
export { type BridgeInput, type BridgeReport, reportBridge } from './reports/bridge-report.ts';
export { type Choices, reportChoices } from './reports/choices.ts';
export { type Completeness, type CompletenessRow, reportCompleteness } from './reports/completeness.ts';
export { HIERARCHIES, type Hierarchy, MEASURES, type Measure } from './reports/dimensions.ts';
export { type Drilldown, type DrilldownInput, type DrilldownRow, drilldown } from './reports/drilldown.ts';
export { compareEntities, type EntityComparison } from './reports/entity-comparison.ts';
export { explainFact, type FactExplanation } from './reports/explain.ts';
export { explainTotal, type TotalExplanation } from './reports/explain-total.ts';
export { listFacts, type PublishedFact } from './reports/facts.ts';
export { ENVIRONMENTS, type Environment, type ReportInput } from './reports/filters.ts';
export { type Kpi, type KpiReport, reportKpi } from './reports/kpi.ts';
export {
  type ApplicationRow,
  type ComparisonRow,
  type DomainRow,
  type EntityRow,
  type FamilyRow,
  type MatrixRow,
  type MonthRow,
  type Page,
  type ProductRow,
  type Report,
  reportApplications,
  reportComparison,
  reportDomains,
  reportEntities,
  reportFamilies,
  reportMatrix,
  reportMonths,
  reportProducts,
} from './reports/reports.ts';
export { type SearchHit, search } from './reports/search.ts';
export { reportSeries, SERIES_BY, type Series, type SeriesBy } from './reports/series.ts';
export { reportUnitCosts, type UnitCosts } from './reports/unit-costs.ts';
export { archiveBundles, type Moved, restoreBundles } from './scale/archive.ts';
export { type DistributedTable, type Distribution, distributeGroup } from './scale/distribute.ts';
export { makePartitionsAhead } from './scale/partitions.ts';
export { type Retired, recallMonth, retireMonths } from './scale/retire.ts';
export { PARTITIONS_AHEAD, scaleJobs } from './scale/scale-jobs.ts';
