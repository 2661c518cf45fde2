import { type BundleRefused, REFUSALS, type RefusalCode, type Violation } from '@prorata/contract';
import { addSentences, defineProblems, type Problem } from '@prorata/platform';
import { REFUSALS_FRENCH } from './refusals.fr.ts';
import { INTAKE_SENTENCES } from './sentences.fr.ts';

type Table = { [Code in RefusalCode]: { status: number; title: string; next: string } };

/**
 * Conflicts with what stands in the group are 409; a bundle whose key nobody vouches for, or that speaks for someone else, is 403; the
 * rest is wrong in itself. A broken signature is 422: 401 would ask the caller for other credentials, and his are good.
 */
const STATUS: Partial<Record<RefusalCode, number>> = {
  KEY_UNKNOWN: 403,
  KEY_REVOKED: 403,
  ENTITY_MISMATCH: 403,
  ENVIRONMENT_MISMATCH: 403,
  ENTITY_INACTIVE: 409,
  PERIOD_LOCKED: 409,
  REVISION_CONFLICT: 409,
};

const table = Object.fromEntries(
  Object.entries(REFUSALS).map(([code, words]) => [code, { ...words, status: STATUS[code as RefusalCode] ?? 422 }]),
) as Table;

/** The refusals of the contract as problems, code for code. */
export const refusalProblem = defineProblems(table, REFUSALS_FRENCH);
addSentences('fr', INTAKE_SENTENCES);

/** What is told to the sender and kept in the log of refusals. */
export interface RefusalReport {
  readonly outcome: 'REFUSED';
  readonly code: RefusalCode;
  readonly file: string;
  readonly message: string;
  readonly violations: readonly Violation[];
  /** Violations beyond those listed. */
  readonly more: number;
}

export function refusalReport(refused: BundleRefused, file: string): RefusalReport {
  const { code, message, violations, more } = refused;
  return { outcome: 'REFUSED', code, file, message, violations, more };
}

/** The problem that a refused bundle is answered with: its code is the refusal's. */
export function problemOfRefusal(refused: BundleRefused, file: string): Problem {
  const { violations, more } = refused;
  return refusalProblem(refused.code, `${file}: ${violations[0]?.message ?? refused.title}`, {
    file,
    violations,
    more,
  });
}
