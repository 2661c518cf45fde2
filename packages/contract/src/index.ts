export { diffBundles, type FactDifference } from './comparison/diff-bundles.ts';
export { diffRules, type RuleDifference } from './comparison/diff-rules.ts';
export {
  ACCEPTED_VERSIONS,
  type AcceptedVersion,
  BUNDLE_FILES,
  type BundleFile,
  bundleFileName,
  CONTRACT_NAME,
  CONTRACT_VERSION,
  type Deployment,
} from './format/contract.ts';
export { formatDecimal, normaliseDecimal, parseDecimal, SCALE } from './format/decimal.ts';
export {
  type IndirectRule,
  IndirectRuleSchema,
  IndirectRulesSchema,
  RULE_BASES,
  RULE_MEASURES,
  ruleInconsistency,
  SOURCE_KINDS,
} from './format/indirect-rules.ts';
export type { Manifest, ManifestDraft, ManifestFile, ManifestTotal } from './format/manifest.ts';
export {
  BundleRefused,
  REFUSAL_CODES,
  REFUSALS,
  type RefusalCode,
  type Violation,
  violation,
} from './format/refusals.ts';
export type { ApplicationRow, FactRow, PriceRow, ProductRow } from './format/rows.ts';
export { CONSUMPTION_TYPES, ENVIRONMENTS, FACT_COLUMNS, MEASURES } from './format/tables.ts';
export { type BundleCheck, type CheckOptions, checkBundle } from './reading/check-bundle.ts';
export { BUNDLE_LIMITS, type BundleLimits } from './reading/limits.ts';
export type { DomainUse, ProductUse, ReferenceUse, VerifiedBundle } from './reading/verified-bundle.ts';
export { type BundleTrust, verifyBundle } from './reading/verify-bundle.ts';
export type { ContentScope } from './tables/content-digest.ts';
export { binaryColumns } from './tables/copy-binary.ts';
export { openPrivateFolder, type PrivateFolder } from './tables/private-folder.ts';
export type { FactSums } from './tables/sums.ts';
export {
  type Admission,
  type AdmissionDraft,
  type ReferenceList,
  signAdmission,
  verifyAdmission,
} from './trust/admission.ts';
export { createEnrolment, type Enrolment, type EntityIdentity, verifyEnrolment } from './trust/enrolment.ts';
export { readKeySet } from './trust/key-set.ts';
export {
  fingerprint,
  generateSigningKey,
  type PrivateJwk,
  type PublicJwk,
  publicOf,
  readPrivateJwk,
  readPublicJwk,
  type SigningKey,
  sameFingerprint,
  thumbprint,
} from './trust/keys.ts';
export { type Rotation, signRotation, verifyRotation } from './trust/rotation.ts';
export type { ResolveKey, TrustedKey } from './trust/trusted-key.ts';
export {
  type BundleContent,
  type PreparedBundle,
  prepareBundle,
  type Seal,
  type WrittenBundle,
  writeBundle,
} from './writing/write-bundle.ts';
