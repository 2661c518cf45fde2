import { AllocationError, type AllocationProblemCode } from '@prorata/allocation';
import { ledgerProblem } from '@prorata/ledger';
import type { Problem } from '@prorata/platform';
import { analyticProblem } from '../problems.ts';

const DRIVER_CODES: ReadonlySet<AllocationProblemCode> = new Set([
  'DRIVER_MISSING',
  'DRIVER_ZERO',
  'DRIVER_DIMENSION_UNKNOWN',
]);

const CYCLE_CODES: ReadonlySet<AllocationProblemCode> = new Set(['CYCLE_INVALID', 'CYCLE_NOT_DEPLETABLE']);

const FOREIGN_KEY_VIOLATION = '23503';

/** SQLSTATE of the triggers that keep what is posted (`restrict_violation`). */
const RESTRICT_VIOLATION = '23001';

/** Gives refusals of the engine and of the database's triggers their place in the table of problems; others pass as they are. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof AllocationError) return engineRefusal(error);
  if (error instanceof Error && 'code' in error && error.code === RESTRICT_VIOLATION) {
    if (error.message.startsWith('IMMUTABLE_POSTED: ')) {
      return analyticProblem('IMMUTABLE_POSTED', error.message.slice('IMMUTABLE_POSTED: '.length));
    }
  }
  if (error instanceof Error && 'code' in error && error.code === FOREIGN_KEY_VIOLATION) {
    // The token's legal entity is none of this node: its first row has nothing to refer to.
    if ('detail' in error && String(error.detail).endsWith('in table "legal_entity".')) {
      return ledgerProblem('ENTITY_NOT_SERVED', 'the token names a legal entity of another node');
    }
  }
  return error;
}

function engineRefusal(error: AllocationError): Problem {
  const extensions = { ...error.extensions, reason: error.code };
  if (error.code === 'RULE_INVALID') return analyticProblem('RULE_INVALID', error.detail, error.extensions);
  if (CYCLE_CODES.has(error.code)) return analyticProblem('CYCLE_INVALID', error.detail, extensions);
  if (DRIVER_CODES.has(error.code)) return analyticProblem('DRIVER_UNUSABLE', error.detail, extensions);
  return analyticProblem('ALLOCATION_IMPOSSIBLE', error.detail, extensions);
}
