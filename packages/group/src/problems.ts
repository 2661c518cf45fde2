import { defineProblems } from '@prorata/platform';

/** What the group answers when it cannot do what was asked. Refusals of a bundle have their own list in the contract. */
export const groupProblem = defineProblems({
  TENANT_UNKNOWN: {
    status: 403,
    title: 'This group node serves another tenant',
    next: 'Use a token of the tenant whose group this is.',
  },
  BUNDLE_UNREADABLE: {
    status: 400,
    title: 'The file of the bundle cannot be read',
    next: 'Name an existing file that this user may read.',
  },
  ENTITY_UNKNOWN: {
    status: 404,
    title: 'The entity is not enrolled',
    next: 'Enrol the entity first, or correct its code; the report of completeness lists the entities.',
  },
  ENTITY_EXISTS: {
    status: 409,
    title: 'The entity is enrolled already',
    next: 'Rotate its key with a statement signed by the key before, or revoke the key and enrol the new one.',
  },
  FINGERPRINT_MISMATCH: {
    status: 409,
    title: 'The fingerprint is not the one of the enrolled key',
    next: 'Ask the operator of the entity for the fingerprint by another way than the file; never take it from the file.',
  },
  ENROLMENT_REFUSED: {
    status: 422,
    title: 'The enrolment, or key rotation, does not prove what it says',
    next: 'Let the entity write its statement again with its own signing key.',
  },
  DEPLOYMENT_MISMATCH: {
    status: 409,
    title: 'Test and production do not mix',
    next: 'Enrol an entity node of the same deployment as the group.',
  },
  KEY_NOT_FOUND: {
    status: 404,
    title: 'No such key is enrolled',
    next: 'Name the kid (thumbprint) of an enrolled key.',
  },
  REFERENCES_INVALID: {
    status: 400,
    title: 'The references file is not valid',
    next: 'Correct the places listed in "errors"; the README of the group package shows the form.',
  },
  RATES_INVALID: {
    status: 400,
    title: 'The rates file is not valid',
    next: 'Take the file eurofxref-hist.csv of the European Central Bank as it is; "line" is where reading stopped.',
  },
  DRILLDOWN_PATH_INVALID: {
    status: 400,
    title: 'The drill-down skips a level',
    next: 'Go from entity to domain to application: each step needs the ones before it.',
  },
  PUBLICATION_NOT_FOUND: {
    status: 404,
    title: 'There is no such publication',
    next: 'The list of publications names the entities, months and revisions there are.',
  },
  PERIOD_INCOMPLETE: {
    status: 409,
    title: 'Not every active entity has published the month as closed',
    next: 'Wait for the entities listed in "waiting_for", or give a reason for locking without them.',
  },
  PERIOD_STATE_UNCHANGED: {
    status: 409,
    title: 'The month is in that state already',
    next: 'Nothing was changed.',
  },
});
