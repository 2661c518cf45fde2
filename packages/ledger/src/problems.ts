import { defineProblems } from '@prorata/platform';
import { LEDGER_FRENCH } from './problems.fr.ts';

/** What the ledger refuses, and what the reader does next. Lines and entries of a FEC file have their own list (`fec/faults.ts`). */
export const ledgerProblem = defineProblems(
  {
    FEC_NOT_FOUND: {
      status: 404,
      title: 'The FEC file does not exist',
      next: 'Check the path; nothing was imported.',
    },
    FEC_EMPTY: {
      status: 400,
      title: 'The FEC file holds no lines',
      next: 'Export the financial year again; a file without entries would not say what it is about.',
    },
    FEC_ENCODING_BROKEN: {
      status: 400,
      title: 'The file is not in the encoding that its mark says',
      next: 'Export the file again as UTF-8 or ISO-8859-15.',
    },
    FEC_HEADER_UNKNOWN: {
      status: 400,
      title: 'The first line does not name the columns of a FEC',
      next: 'Export a flat file whose first line names the fields of article A47 A-1 LPF, separated by tabs or "|".',
    },
    FEC_COLUMNS_MISSING: {
      status: 400,
      title: 'Columns that an entry needs are missing',
      next: 'Export again with the columns listed in "missing" (article A47 A-1 LPF).',
    },
    FEC_COLUMN_TWICE: {
      status: 400,
      title: 'A column stands twice in the file',
      next: 'Remove one of the columns listed in "columns".',
    },
    FEC_DECIMALS_AMBIGUOUS: {
      status: 400,
      title: 'Amounts of the file can be read in two ways',
      next: 'Export amounts with one decimal mark and without thousands separators; "line" shows the first such amount.',
    },
    FEC_DATES_AMBIGUOUS: {
      status: 400,
      title: 'Dates of the file can be read in two ways',
      next: 'Export dates as AAAAMMJJ (article A47 A-1 LPF); "line" shows the first such date.',
    },
    FEC_LINE_TOO_LONG: {
      status: 400,
      title: 'A line of the file does not end',
      next: 'Export a text file whose lines end with CR, LF or CRLF; one line holds at most 1 MiB.',
    },
    FEC_CHANGED: {
      status: 409,
      title: 'The file changed while it was read',
      next: 'Import it again when nothing writes to it any more; nothing was imported.',
    },
    UNBALANCED_ENTRY: {
      status: 400,
      title: 'The debits of an entry do not equal its credits',
      next: 'Correct the entry in the general ledger; "debit" and "credit" show the difference.',
    },
    PERIOD_LOCKED: {
      status: 409,
      title: 'The month is locked',
      next: 'Use an open month, or have it unlocked where it was locked: GET /api/erp/gl/periods tells whether in the general ledger or by hand.',
    },
    ENTRY_NOT_FOUND: {
      status: 404,
      title: 'The ledger holds no such entry',
      next: 'Check the id; entries come in by GL events, by the GL API or by FEC files.',
    },
    ENTRY_CONFLICT: {
      status: 409,
      title: 'The entry contradicts a posted one',
      next: 'A posted entry never changes: correct it in the general ledger by a reversal and a new entry.',
    },
    ENTITY_NOT_SERVED: {
      status: 403,
      title: 'The node does not serve this legal entity',
      next: 'Use a legal entity of this node.',
    },
    CONFIG_INVALID: {
      status: 400,
      title: 'The ledger configuration is not valid',
      next: 'Correct the values listed in "errors"; nothing was changed.',
    },
    EVENT_SIGNATURE_INVALID: {
      status: 401,
      title: 'The event is not signed by a known general ledger',
      next: 'Sign with a current secret (`prorata ledger inbox secret`, Standard Webhooks, HMAC-SHA256) and a clock that is right to five minutes.',
    },
    INBOX_SECRETS_INVALID: {
      status: 500,
      title: 'The file of inbox secrets cannot be used',
      next: 'Restrict keys/gl-inbox.json to its owner (chmod 600) and correct what the detail names.',
    },
    EVENT_INVALID: {
      status: 400,
      title: 'The event does not match its description',
      next: 'Correct the places listed in "errors"; /openapi.json describes the events.',
    },
    EVENT_ID_REUSED: {
      status: 409,
      title: 'The event id was used for another event',
      next: 'Give each event an id of its own, and repeat an event unchanged.',
    },
    REVERSAL_CONFLICT: {
      status: 409,
      title: 'The entry was reversed by another entry already',
      next: 'An entry is reversed once; compare "reversed_by" with the general ledger.',
    },
    PERIOD_STATE_UNCHANGED: {
      status: 409,
      title: 'The month is in that state already',
      next: 'Nothing was changed. What the general ledger locked is unlocked there.',
    },
    GL_API_CONFIG_INVALID: {
      status: 500,
      title: 'The file about the API of the general ledger cannot be used',
      next: 'Restrict keys/gl-api.json to its owner (chmod 600) and correct what the detail names.',
    },
    GL_NOT_CONFIGURED: {
      status: 409,
      title: 'The node knows no API of the general ledger',
      next: 'Say where it answers: `prorata ledger connect URL --token-file FILE`; no restart is needed.',
    },
    CURSOR_INVALID: {
      status: 400,
      title: 'The cursor is not one of this list',
      next: 'Send "next" of the page before as "after", unchanged, or leave it out.',
    },
    GL_UNAVAILABLE: {
      status: 502,
      title: 'The general ledger does not answer',
      next: 'Try again later; nothing was changed. "attempts" says how often it was tried.',
    },
    GL_REFUSED: {
      status: 502,
      title: 'The general ledger refused the request',
      next: 'Check address, token and rights of this node at the general ledger; "status" is its answer.',
    },
    GL_ANSWER_INVALID: {
      status: 502,
      title: 'The answer of the general ledger does not match its description',
      next: 'Compare the versions of the two services; "errors" lists the places.',
    },
  },
  LEDGER_FRENCH,
);
