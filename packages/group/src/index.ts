// access
export { ACCESS_RETENTION, accessJobs } from './access/access-jobs.ts';
export { type Access, type AccessLog, openAccessLog } from './access/access-log.ts';
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
// consolidation
export { type Rebuilt, rebuildViews } from './consolidation/rebuild.ts';
export { type Verification, type ViewCheck, verifyViews } from './consolidation/verify.ts';
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
export { listMultipliers, type MultiplierRow } from './exchange/listing.ts';
export { importRates, type RatesImported } from './exchange/rate-sets.ts';
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
export { type Received, type ReceiveInput, receive } from './intake/receive.ts';
export { listRefusals, type RefusalEntry } from './intake/refusal-log.ts';
export { refusalProblem } from './intake/refusals.ts';
export {
  foundGroup,
  GROUP_MIGRATIONS,
  GROUP_MODULE,
  type GroupInit,
  type GroupNode,
  initGroup,
  openGroup,
  operatorContext,
} from './node/group-node.ts';
export { lockMonth, type PeriodState, reopenMonth } from './periods/period-status.ts';
export { groupProblem } from './problems.ts';
export { importReferences, type ReferencesImported } from './references/references.ts';
export type { Figures, ReportHead } from './reports/aggregate.ts';
export { type Choices, reportChoices } from './reports/choices.ts';
export { type Completeness, type CompletenessRow, reportCompleteness } from './reports/completeness.ts';
export { HIERARCHIES, type Hierarchy, MEASURES, type Measure } from './reports/dimensions.ts';
export { type Drilldown, type DrilldownInput, type DrilldownRow, drilldown } from './reports/drilldown.ts';
export { ENVIRONMENTS, type Environment, type ReportInput } from './reports/filters.ts';
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
