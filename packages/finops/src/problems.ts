import { defineProblems } from '@prorata/platform';
import { FINOPS_FRENCH } from './problems.fr.ts';

/** What the FinOps module of an entity refuses, and what the reader does next. docs/errors.md lists all of them. */
export const finopsProblem = defineProblems(
  {
    FILE_NOT_FOUND: {
      status: 404,
      title: 'The file does not exist',
      next: 'Check the path; nothing was imported.',
    },
    FILE_UNREADABLE: {
      status: 400,
      title: 'The file is not a FOCUS file that can be read',
      next: 'Send CSV in UTF-8, gzip of such a CSV, or Parquet.',
    },
    EMPTY_FILE: {
      status: 400,
      title: 'The file holds no rows',
      next: 'Export the billing period again; a file without rows would not say which scope it is about.',
    },
    ARCHIVE_TOO_LARGE: {
      status: 413,
      title: 'The compressed file expands beyond what is allowed',
      next: 'Split the export, or raise the limit of the node if the file is what it should be.',
    },
    CSV_MALFORMED: {
      status: 400,
      title: 'A line of the CSV cannot be read',
      next: 'Correct the line named in the detail (RFC 4180: commas, double quotes, as many values as columns).',
    },
    COLUMNS_MISSING: {
      status: 400,
      title: 'Columns that the import needs are missing',
      next: 'Export again with the columns listed in "missing"; names are those of FOCUS 1.0 to 1.2, in any case.',
    },
    COLUMNS_DUPLICATED: {
      status: 400,
      title: 'A column stands twice in the file',
      next: 'Remove one of the columns listed in "columns".',
    },
    ROWS_REFUSED: {
      status: 400,
      title: 'Rows hold values that cannot be taken exactly',
      next: 'Correct the rows listed in "violations"; nothing of the file was imported.',
    },
    DATES_AMBIGUOUS: {
      status: 400,
      title: 'The dates of the file can be read in two ways',
      next: 'Export dates as ISO 8601 (2025-04-01T00:00:00Z).',
    },
    SCOPE_EXISTS: {
      status: 409,
      title: 'The file holds a scope that was imported already',
      next: 'Import it with --replace if it restates those scopes; only the scopes listed in "scopes" are replaced.',
    },
    SOURCE_INVALID: {
      status: 400,
      title: 'The name of a source is not allowed',
      next: 'Name what measured in 1 to 64 characters, such as vcenter or licence-desk.',
    },
    DISK_FULL: {
      status: 507,
      title: 'There is no room left to write',
      next: "Make room on the disk of the node's folder and of its database, then repeat; nothing was changed.",
    },
    AMOUNT_TOO_LARGE: {
      status: 409,
      title: 'A quantity or a cost adds up to more than 20 digits before the point',
      next: 'Look for a quantity, cost or price that is far too large and correct it at its source; nothing was changed.',
    },
    REFERENCES_FILE_INVALID: {
      status: 400,
      title: 'The file of references is not valid',
      next: 'Correct what "errors" lists, with row or place and column; nothing of the file was taken.',
    },
    REFERENCE_NOT_FOUND: {
      status: 404,
      title: 'The entity has no such reference',
      next: 'prorata entity references list shows the codes; the detail names the nearest one where there is one.',
    },
    REFERENCE_RESERVED: {
      status: 409,
      title: 'The code is reserved',
      next: 'UNALLOCATED and TAX belong to the program: they cannot be imported, deactivated or mapped.',
    },
    GROUP_REFERENCE_UNKNOWN: {
      status: 409,
      title: 'The group has no such active reference',
      next: 'Pull the references of the group (prorata entity references pull) or map to one of the codes that it has.',
    },
    REFERENCES_PULL_REFUSED: {
      status: 502,
      title: 'The group did not give its references',
      next: 'Read the detail; the references that stood before still stand. Try again when the group node answers.',
    },
    MAPPING_CHANGED_MEANWHILE: {
      status: 409,
      title: 'The mapping is no longer the one that was read',
      next: 'Read the mapping again, make the change there, and send it with the digest that was read.',
    },
    MAPPING_VERSION_NOT_FOUND: {
      status: 404,
      title: 'There is no such version of the mapping',
      next: 'prorata entity mapping history lists the versions that there are.',
    },
    SUGGESTION_NOT_FOUND: {
      status: 404,
      title: 'There is no such suggestion',
      next: 'List the suggestions again (prorata entity mapping suggest) and name one of them by its number or id.',
    },
    PRODUCT_AMBIGUOUS: {
      status: 409,
      title: 'A product would have two units, domains or families',
      next: 'Give the charges that differ a product of their own (set: product) in the rules that "products" names.',
    },
    MAPPING_INVALID: {
      status: 400,
      title: 'The mapping file is not valid',
      next: 'Correct mapping.yaml at the places listed in "errors".',
    },
    NO_CONSUMPTION: {
      status: 409,
      title: 'The month has no consumption',
      next: 'Import the bills of the month first (prorata entity import focus).',
    },
    RUN_NOT_CONSERVED: {
      status: 500,
      title: 'The facts do not add up to the consumption',
      next: 'Nothing was changed. Report the figures in the detail: this is a fault of the program.',
    },
    NO_RUN: {
      status: 409,
      title: 'The month has no completed run',
      next: 'Run the month first (prorata entity run).',
    },
    RUN_OUTDATED: {
      status: 409,
      title: 'What the month is computed from changed after its last run',
      next: 'Run the month again and look at its report, then close or publish it; "changed" names what is no longer the same.',
    },
    RANGE_TOO_LONG: {
      status: 400,
      title: 'The range has too many months',
      next: 'Ask for at most 120 months at once.',
    },
    NO_BATCH: {
      status: 404,
      title: 'There is no batch to go on with',
      next: 'Name the months to run: prorata entity run 2025-01..2025-12.',
    },
    BATCH_NOT_FOUND: {
      status: 404,
      title: 'There is no such batch of months',
      next: 'List the batches (prorata entity runs batches) and ask for one of them.',
    },
    RUN_NOT_FOUND: {
      status: 404,
      title: 'There is no such run',
      next: 'prorata entity runs lists the runs and their ids.',
    },
    RULES_INVALID: {
      status: 400,
      title: 'The indirect rules are not valid',
      next: 'Correct the rules at the JSON pointers listed in "errors"; nothing was stored.',
    },
    RULE_NOT_FOUND: {
      status: 404,
      title: 'There is no such indirect rule',
      next: 'prorata entity rules list shows the rules and their versions.',
    },
    RULE_STATUS: {
      status: 409,
      title: 'The version of the rule does not allow that',
      next: 'Only a draft is published, and only a published version is archived; import a changed rule for the next version.',
    },
    CHAIN_LOOPS: {
      status: 409,
      title: 'Pools pass money to each other in a loop',
      next: 'Break the loop listed in "loop", or let all rules on it say loops: step-down or reciprocal, with a way out.',
    },
    CHAIN_BACKWARDS: {
      status: 409,
      title: 'A pool is passed money after it was emptied',
      next: 'Give the rule that empties the receiving pool a higher order than the rule that passes money to it.',
    },
    POOL_UNKNOWN: {
      status: 409,
      title: 'An indirect rule names a pool that the mapping does not have',
      next: 'Add the pool to mapping.yaml, or correct the rule.',
    },
    TARGET_UNKNOWN: {
      status: 409,
      title: 'An indirect rule names applications that the entity does not have',
      next: 'Correct the applications listed in "applications", or import them as references first.',
    },
    INDIRECT_PRODUCT_UNKNOWN: {
      status: 409,
      title: 'An indirect rule spreads a product that the entity does not have, or that has no domain',
      next: 'Import the product with its unit and domain (prorata entity references import), or correct the rule.',
    },
    DRIVER_WITHOUT_WEIGHTS: {
      status: 409,
      title: 'The driver of an indirect rule has no weights in the month',
      next: 'Import the driver for the month (prorata entity import drivers), or give the rule a fallback.',
    },
    COEFFICIENTS_MISS_TOTAL: {
      status: 409,
      title: 'Coefficients do not add up to what their rule says',
      next: 'Import coefficients that do, or leave "total" out of the rule: they are normalised then, and the run says so.',
    },
    DRIVER_EXISTS: {
      status: 409,
      title: 'The file holds months of a driver that were imported already',
      next: 'Import it with --replace if it restates them; only the months listed in "scopes" are replaced.',
    },
    NOT_JOINED: {
      status: 409,
      title: 'The entity has not joined a group',
      next: 'Send enrolment.json to the group, then take its admission (prorata entity join).',
    },
    ADMISSION_REFUSED: {
      status: 400,
      title: 'The admission cannot be taken',
      next: 'Ask the group for the admission that answers enrolment.json of this node; "reason" says what is wrong.',
    },
    ALREADY_JOINED: {
      status: 409,
      title: 'The entity belongs to another group already',
      next: 'An entity node publishes to one group; make another node for another group.',
    },
    DOMAIN_UNMAPPED: {
      status: 409,
      title: 'Domains of the month are not in the references of the group',
      next: 'Rename the domains listed in "domains" in mapping.yaml (domains), run the month again, then publish.',
    },
    BUNDLE_REFUSED: {
      status: 409,
      title: 'The facts do not follow the contract with the group',
      next: 'Correct what "violations" lists at its source or in mapping.yaml, run the month again, then publish.',
    },
    PUSH_REFUSED: {
      status: 502,
      title: 'The group did not take the publication',
      next: 'The publication is kept. Read the answer in "answer", then publish again with --push: the same bytes are sent.',
    },
    PUSH_UNANSWERED: {
      status: 502,
      title: 'The group did not answer',
      next: 'The publication waits and may be sent again at any time: prorata entity publications push, or a job of a node that serves.',
    },
    GROUP_ADDRESS_UNKNOWN: {
      status: 409,
      title: 'The admission names no address of the group node',
      next: 'Push with an address (prorata entity publish MONTH --push URL), or hand the file over another way.',
    },
    TIE_OUT_INVALID: {
      status: 400,
      title: 'The tie-out file is not valid',
      next: 'Correct tie-out.yaml at the places listed in "errors"; without the file the defaults of a new node apply.',
    },
    CURSOR_INVALID: {
      status: 400,
      title: 'The place to go on from was not given by a page',
      next: 'Send "next" of the page before, unchanged, with the same filters; leave it out for the first page.',
    },
    PUBLICATION_NOT_FOUND: {
      status: 404,
      title: 'There is no such publication',
      next: 'GET /api/finops/publications lists what was published.',
    },
    VIEW_INVALID: {
      status: 400,
      title: 'This names no Pricing View, or a view that contradicts itself',
      next: 'Use capitals, digits, - and _ (STANDARD, STANDARD@2), an ISO 4217 currency, and months in their order.',
    },
    VIEW_NOT_FOUND: {
      status: 404,
      title: 'There is no such Pricing View',
      next: 'prorata entity prices list shows the views and versions that there are.',
    },
    VIEW_PUBLISHED: {
      status: 409,
      title: 'A published Pricing View never changes',
      next: 'Import the prices without a version: they become the next one.',
    },
    VIEW_NOT_PUBLISHED: {
      status: 409,
      title: 'The Pricing View is a draft',
      next: 'Publish it first (prorata entity prices publish).',
    },
    VIEW_ARCHIVED: {
      status: 409,
      title: 'The Pricing View is archived',
      next: 'Use another version; an archived view values no new month.',
    },
    VIEW_IN_USE: {
      status: 409,
      title: 'Open months are valued with the Pricing View',
      next: 'Give the months listed in "months" to another view (prorata entity prices calendar set), or close them.',
    },
    CALENDAR_NOT_SET: {
      status: 404,
      title: 'The calendar says nothing about the month',
      next: 'Nothing is to be done: the latest published view valid for the month values it.',
    },
    VERSION_GAP: {
      status: 409,
      title: 'Versions of a Pricing View have no gaps',
      next: 'Leave the version out, or name the one that the detail says.',
    },
    PERIOD_CLOSED: {
      status: 409,
      title: 'The month is closed',
      next: 'Reopen it with a reason (prorata entity reopen), or book the difference in an open month (prorata entity adjust).',
    },
    PERIOD_LOCKED: {
      status: 409,
      title: 'The month is locked',
      next: 'An administrator can reopen it with a reason; otherwise use an open month.',
    },
    PERIOD_OPEN: {
      status: 409,
      title: 'The month is open',
      next: 'Close it first (prorata entity close).',
    },
    REASON_MISSING: {
      status: 400,
      title: 'A reason is required',
      next: 'Say why in a sentence: it is kept with the change and in the audit log.',
    },
    PERIOD_ADJUSTED: {
      status: 409,
      title: 'Corrections of the month are booked in another month',
      next: 'Withdraw them first (prorata entity adjust MONTH --withdraw): they would count twice.',
    },
    NOTHING_WAITING: {
      status: 409,
      title: 'Nothing waits for the month',
      next: 'prorata entity periods shows what waits, and for which month.',
    },
    ADJUSTMENT_BACKWARDS: {
      status: 400,
      title: 'A correction is booked in a later month',
      next: 'Name an open month after the one that is corrected, or none: the first open one is taken.',
    },
    ADJUSTMENT_NOT_FOUND: {
      status: 404,
      title: 'No correction of the month is booked',
      next: 'prorata entity periods shows what is booked, and where.',
    },
    ENTITY_NOT_SERVED: {
      status: 403,
      title: 'The node does not serve the legal entity of the token',
      next: 'Use a token for the legal entity of this node.',
    },
  },
  FINOPS_FRENCH,
);
