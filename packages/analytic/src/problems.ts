import { defineProblems } from '@prorata/platform';
import { ANALYTIC_FRENCH } from './problems.fr.ts';

/** What analytic accounting refuses, and what the reader does next. */
export const analyticProblem = defineProblems(
  {
    IMMUTABLE_POSTED: {
      status: 409,
      title: 'What is posted never changes',
      next: 'Make a new version of a posted rule, and reverse a posting instead of changing it.',
    },
    CODE_TAKEN: {
      status: 409,
      title: 'The code is taken',
      next: 'Use another code, or change what bears it; "id" names it where it is visible.',
    },
    DRAFT_EXISTS: {
      status: 409,
      title: 'The rule has a draft already',
      next: 'Change or post the draft named in "id"; a rule has one draft at a time.',
    },
    CHANGED_MEANWHILE: {
      status: 412,
      title: 'It was changed since it was read',
      next: 'Read it again, and send the change with the new ETag in If-Match.',
    },
    DIMENSION_TREE_INVALID: {
      status: 409,
      title: 'Dimensions of an axis form a tree',
      next: 'Choose a parent on the same axis that does not lie below the dimension.',
    },
    REFERENCE_UNKNOWN: {
      status: 422,
      title: 'The request names something that does not exist',
      next: 'Create it first, or correct the code or id at "pointer".',
    },
    REFERENCE_INACTIVE: {
      status: 409,
      title: 'An axis or dimension is not active',
      next: 'Activate what "inactive" lists, or use a rule that does not name it.',
    },
    RULE_INVALID: {
      status: 422,
      title: 'The allocation rule does not compile',
      next: 'Correct the rule at each JSON pointer of "errors".',
    },
    RULE_NOT_POSTED: {
      status: 409,
      title: 'Only a posted rule allocates',
      next: 'Post the rule first; a draft can be tried with a preview.',
    },
    ENTRY_NOT_POSTED: {
      status: 409,
      title: 'Only a posted entry is allocated',
      next: 'Post the entry in the general ledger; drafts and reversed entries are never allocated.',
    },
    ENTRY_IS_REVERSAL: {
      status: 409,
      title: 'An entry that reverses another is never allocated itself',
      next: "Nothing: the posting of the reversed entry is taken back by its own mirror, at the reversal's date.",
    },
    CURRENCY_DIFFERS: {
      status: 409,
      title: 'The entry is not in the functional currency of the legal entity',
      next: 'Correct the currency of the legal entity or of the import; the analytic balance has one currency.',
    },
    NOTHING_TO_ALLOCATE: {
      status: 409,
      title: 'There is nothing to allocate',
      next: 'Check the accounts and journals of the rule (opening and closing journals are never allocated), or the month of the cycle.',
    },
    ALREADY_ALLOCATED: {
      status: 409,
      title: 'A line of the entry is allocated on this axis already',
      next: 'Reverse the posting named in "posting_id" first; a line is allocated once an axis.',
    },
    ALREADY_REVERSED: {
      status: 409,
      title: 'The posting is reversed already',
      next: 'Nothing: the mirror is named in "reversed_by".',
    },
    POSTING_IS_MIRROR: {
      status: 409,
      title: 'A mirror posting is never reversed',
      next: 'Run the rule on the entry again; the lines are free since the reversal.',
    },
    MIRROR_TOO_EARLY: {
      status: 409,
      title: 'A mirror is never dated before what it takes back',
      next: 'Leave the date out, or give the day of the original or a later one, in an open month.',
    },
    DRIVER_UNUSABLE: {
      status: 409,
      title: 'The driver cannot weigh the axis in this month',
      next: 'Import the driver for the month, correct its dimensions, or give the axis of the rule a fallback.',
    },
    DRIVER_NOT_COMPUTED: {
      status: 409,
      title: 'Nothing computes this driver',
      next: 'Give its weights as values, or make a driver whose "source" names what a plugin of the node computes.',
    },
    ALLOCATION_IMPOSSIBLE: {
      status: 409,
      title: 'The rule cannot be carried out on this entry',
      next: 'Correct what the detail names: the entry in the general ledger, or the rule by a new version.',
    },
    CYCLE_INVALID: {
      status: 422,
      title: 'The cycle cannot be carried out',
      next: 'Correct what the detail names; centres that serve only each other can never be emptied.',
    },
    CYCLE_ALREADY_RUN: {
      status: 409,
      title: 'Another version of the cycle has run on this month',
      next: 'Reverse the run named in "cycle_run_id" first.',
    },
    CYCLE_COSTS_CHANGED: {
      status: 409,
      title: 'Costs reached the service centres after the cycle ran',
      next: 'Reverse the run named in "cycle_run_id", then run the cycle again; "centres" lists what came since.',
    },
    CSV_INVALID: {
      status: 400,
      title: 'The CSV cannot be read',
      next: 'Correct the lines listed in "errors"; nothing was stored.',
    },
    CURSOR_INVALID: {
      status: 400,
      title: 'The cursor is not one of this list',
      next: 'Send "next" of the page before as "after", unchanged, or leave it out.',
    },
  },
  ANALYTIC_FRENCH,
);
