import { ALLOCATION_PROBLEMS, type AllocationError } from '@prorata/allocation';
import { defineProblems, type Problem } from '@prorata/platform';
import { ALLOCATE_FRENCH } from './problems.fr.ts';

type AllocationCode = keyof typeof ALLOCATION_PROBLEMS;
type Definition = { readonly status: number; readonly title: string; readonly next: string };

/** The engine knows no HTTP: whatever it refuses is a well-formed request that cannot be carried out. */
const engineTable = Object.fromEntries(
  Object.entries(ALLOCATION_PROBLEMS).map(([code, definition]) => [code, { ...definition, status: 422 }]),
) as Record<AllocationCode, Definition>;

/** What `prorata allocate` can refuse: its own document, and everything that the engine refuses. */
export const allocateProblem = defineProblems(
  {
    ...engineTable,
    ALLOCATE_NOT_JSON: {
      status: 400,
      title: 'The document is not JSON',
      next: 'Correct the document at the line and column of the detail.',
    },
    ALLOCATE_DOCUMENT_INVALID: {
      status: 400,
      title: 'The document describes neither a split nor a cycle',
      next: 'Correct the member at `pointer`; `prorata allocate --help` shows one document of each kind.',
    },
  },
  ALLOCATE_FRENCH,
);

/** An error of the engine as a problem of the command line, with the place in the document where it is known. */
export function engineProblem(error: AllocationError, pointer: string | undefined): Problem {
  const place = pointer === undefined ? {} : { pointer };
  return allocateProblem(error.code, error.detail, { ...error.extensions, ...place }, error);
}
