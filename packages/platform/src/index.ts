// problem

// database
export { administer } from './database/administer.ts';
export {
  type Database,
  type OpenOptions,
  openDatabase,
  type Sql,
  type Statement,
  type TransactionOptions,
  type Tx,
} from './database/database.ts';
export { type MigrationSet, migrationsDigest } from './database/migrate.ts';
export { databaseProblem } from './database/problems.ts';
export type { TenantEntry, TenantMode } from './database/registry.ts';
export { checkRowSecurity, type RlsFinding } from './database/rls-check.ts';
export type { DatabaseRole } from './database/roles.ts';
export { ENTITY_CODE, type Scope } from './database/scope.ts';
export { PLATFORM_MIGRATIONS } from './database/sets.ts';
// http
export { type App, isWrite, type UploadConfig } from './http/app.ts';
export { describedAs } from './http/described-schema.ts';
export { PROBLEM_TYPE, problemOf, REPLAYED_HEADER, varyBy } from './http/errors.ts';
export type { ReadyChecks } from './http/health.routes.ts';
export { textFault } from './http/json-body.ts';
export { type Listening, type ListenOptions, listen } from './http/listen.ts';
export { buildServer, type ServerOptions, styleNonce, type Trust } from './http/server.ts';
export { UPLOAD_TYPES, uploadOf } from './http/uploads.ts';
export { sendWritten, writeRequestOf } from './http/written.ts';
// i18n
export * from './i18n/index.ts';
// identity
export { type Identity, identityOf, type TenantClaims, TenantClaimsSchema } from './identity/claims.ts';
export {
  type BillingStatus,
  type Deployment,
  type RequestContext,
  scopeOf,
} from './identity/context.ts';
export { isCountryCode } from './identity/countries.ts';
export { audienceOf, type Issuer, issuerOf, openIssuer, signDelegatedToken } from './identity/issuer.ts';
export { openKeyFile, type SigningKey } from './identity/key-file.ts';
export type { OidcConfig } from './identity/oidc-config.ts';
export { type IdentityProvider, openIdentityProvider } from './identity/provider.ts';
export { type SignInCodes, signInCodes } from './identity/sign-in-codes.ts';
export { isUuid, NIL_UUID, uuidv7 } from './identity/uuid.ts';
export {
  createVerifier,
  type DelegatedIssuer,
  type DelegatedSubject,
  type VerifiedToken,
  type Verifier,
} from './identity/verifier.ts';
// jobs
export { type Enqueued, type EnqueueOptions, enqueueJob } from './jobs/enqueue.ts';
export { type JobRoutesOptions, registerJobRoutes } from './jobs/jobs.routes.ts';
export { defineJobs, type JobContext, type JobDefinition, type Jobs } from './jobs/jobs.ts';
export { JOB_RETENTION_DAYS, MAINTENANCE, platformJobs } from './jobs/maintenance.ts';
export { jobProblem } from './jobs/problems.ts';
export type { JobFailure } from './jobs/run-job.ts';
export { checkSchedules, type Schedule, type Schedules } from './jobs/schedules.ts';
export { askForJob, cancelJob, getJob, type JobFilter, type JobStatus, type JobView, listJobs } from './jobs/view.ts';
export { type JobWorker, startWorker, type WorkerOptions } from './jobs/worker.ts';
// month
export {
  firstDayOf,
  MONTH_PATTERN,
  monthOf,
  monthsBetween,
  parseMonth,
  parseMonths,
  shiftMonth,
} from './month/month.ts';
// node
export { createNode, type NodeConfig, nodeProblem, readNodeConfig, writeFileWhole } from './node/config.ts';
export { databaseUrlOf } from './node/database-url.ts';
// outbox
export { type AddressRule, addressRule } from './outbox/addresses.ts';
export {
  type DeclaredEvent,
  defineEvents,
  type EventCatalogue,
  type EventDeclaration,
  eventFaults,
} from './outbox/catalogue.ts';
export { type DeadLetter, type DeadLetterFate, deadLetters, settleDeadLetters } from './outbox/dead-letters.ts';
export { type EventEnvelope, eventEnvelope, type OutboxRow } from './outbox/envelope.ts';
export { EventEnvelopeSchema } from './outbox/feed.routes.ts';
export { type EventReach, type FeedPage, type FeedQuery, readFeed } from './outbox/feed.ts';
export { openWebhookNode, registerEvents, relayWhileListening } from './outbox/node.ts';
export { isEventPattern } from './outbox/pattern.ts';
export { payloadOf } from './outbox/payload.ts';
export { eventProblem } from './outbox/problems.ts';
export { publishEvents } from './outbox/publish.ts';
export { EVENT_RETENTION_DAYS, purgeEvents } from './outbox/purge.ts';
export { type Relay, type RelayOptions, type RelayReport, relayOnce, startRelay } from './outbox/relay.ts';
export { newWebhookSecret, openSecretBox, type SecretBox } from './outbox/secrets.ts';
export {
  changeSubscription,
  listSubscriptions,
  type NewSubscription,
  retireSecrets,
  rotateSecret,
  type Subscription,
  subscribe,
  subscriptionOf,
  unsubscribe,
  type WebhookCaller,
  type WebhookNode,
} from './outbox/subscription.ts';
// plugins
export * from './plugins/index.ts';
// problem
export { platformProblem, type ValidationError } from './problem/platform-problems.ts';
export {
  defineProblems,
  Problem,
  type ProblemDefinition,
  type ProblemDocument,
  type ProblemFactory,
  type ProblemTable,
} from './problem/problem.ts';
export { listedProblems, problemLines } from './problem/problem-lines.ts';
export { addProblemWords, type ProblemWords, problemWords } from './problem/problem-words.ts';

// write
export {
  type AuditChainReport,
  type AuditCheckpoint,
  type AuditFault,
  type AuditFaultCode,
  auditHead,
  verifyAuditLog,
} from './write/audit.ts';
export { endsOf, ownerOf } from './write/by-company.ts';
export { canonicalJson, digestOf } from './write/canonical.ts';
export { auditNode, readCheckpoints } from './write/checkpoint-file.ts';
export { type Gathered, gather } from './write/gather.ts';
export { isReplayed, KEY_LIFETIME_SECONDS, wasReplayed } from './write/keyed-write.ts';
export type { AuditEntry, EventEntry, WriteRecord } from './write/record.ts';
export { sealAudit } from './write/seal.ts';
export { soon } from './write/soon.ts';
export {
  purgeIdempotencyKeys,
  type Work,
  type WriteAnswer,
  type WriteRequest,
  type WriteResult,
  writePath,
} from './write/write-path.ts';
export { type Companion, type Fresh, writeTogether } from './write/write-together.ts';
