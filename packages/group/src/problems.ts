import { addSentences, defineProblems } from '@prorata/platform';
import { GROUP_FRENCH } from './problems.fr.ts';
import { GROUP_SENTENCES } from './sentences.fr.ts';

/** What the group answers when it cannot do what was asked. Refusals of a bundle have their own list in the contract. */
export const groupProblem = defineProblems(
  {
    TENANT_UNKNOWN: {
      status: 403,
      title: 'This group node serves another tenant',
      next: 'Use a token of the tenant whose group this is.',
    },
    ACCESS_LOG_FULL: {
      status: 503,
      title: 'Reads cannot be logged, so none is answered',
      next: 'Look at the database of the node: the access log takes no rows. Reads are answered again once it does.',
    },
    READER_NOT_GRANTED: {
      status: 403,
      title: 'The group has not granted this entity its slice',
      next: 'Ask the group to grant it (prorata group grant <entity> --reader), and use a token with the role entity.reader of that entity.',
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
    CODE_UNKNOWN: {
      status: 404,
      title: 'Nothing in the group has this code',
      next: 'Correct the codes listed in "codes"; the search and the filters of the API name those that there are.',
    },
    CURRENCY_UNKNOWN: {
      status: 400,
      title: 'The group has no rates of this currency',
      next: 'Take one of the currencies that the filters of the API list, or import rates that hold it.',
    },
    CURSOR_INVALID: {
      status: 400,
      title: 'The cursor is not one of this list',
      next: 'Send "next_cursor" of the page before as "cursor", unchanged and with the same filters; leave it out for the first page.',
    },
    BRIDGE_INVALID: {
      status: 400,
      title: 'A bridge needs two different sides',
      next: 'Name two months (from_month, to_month), or two entities and a range of months.',
    },
    FACT_NOT_FOUND: {
      status: 404,
      title: 'No fact has this place',
      next: 'Take month, entity, application, domain, product, unit, environment, type and currency from the list of facts.',
    },
    REFERENCE_PRICES_UNKNOWN: {
      status: 404,
      title: 'There are no such reference prices',
      next: 'Name "average", an entity of the group, or a group reference view that was imported.',
    },
    EXPORTS_BUSY: {
      status: 503,
      title: 'As many exports are running as the node allows',
      next: 'Ask again in a minute, or narrow the export.',
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
    MONTHS_NOT_LOCKED: {
      status: 409,
      title: 'Some of the months are not locked',
      next: 'Lock the months listed in "months", or name an earlier one.',
    },
    MONTHS_NOT_ARCHIVED: {
      status: 409,
      title: 'Some of the months have bundles in the database still',
      next: 'Archive first: prorata group archive --until with the same month.',
    },
    MONTH_RETIRED: {
      status: 409,
      title: 'The facts of the month have left the database',
      next: 'Ask for later months, or bring the month back with prorata group recall.',
    },
    MONTH_NOT_RETIRED: {
      status: 409,
      title: 'The facts of the month are in the database',
      next: 'There is nothing to bring back.',
    },
    PERIOD_STATE_UNCHANGED: {
      status: 409,
      title: 'The month is in that state already',
      next: 'Nothing was changed.',
    },
    REFERENCE_VERSION_UNKNOWN: {
      status: 404,
      title: 'There is no such version of the references',
      next: 'Take a number from the list of versions.',
    },
    MONTHS_TOO_MANY: {
      status: 400,
      title: 'The range has too many months',
      next: 'Ask for a shorter range, and for the rest in another request.',
    },
    RATE_SET_UNKNOWN: {
      status: 404,
      title: 'There is no such rate set',
      next: 'Take a number from the list of rate sets, or import the rates first.',
    },
    CONTRACT_VERSION_UNKNOWN: {
      status: 422,
      title: 'This software does not read that version of the contract',
      next: 'Name a version that it reads; a newer software reads more of them.',
    },
    TIME_INVALID: {
      status: 400,
      title: 'The time is not one',
      next: 'Write it as RFC 3339 in UTC, such as 2027-01-01T00:00:00Z.',
    },
    REFERENCE_PRICES_INVALID: {
      status: 400,
      title: 'The file of reference prices is not valid',
      next: 'Correct the line named in "line": product, unit, currency, unit_price of products that the group references.',
    },
    QUARANTINE_NOT_FOUND: {
      status: 404,
      title: 'The quarantine holds no such bundle',
      next: 'Take an id from the list of the quarantine.',
    },
    QUARANTINE_SETTLED: {
      status: 409,
      title: 'The refused bundle is no longer there to be taken',
      next: 'Ask the entity to send the bundle again; the report says why it was refused.',
    },
    PULL_SOURCE_UNKNOWN: {
      status: 404,
      title: 'The group has no address of this entity',
      next: 'Say where its node answers with `prorata group pull-from`.',
    },
    PULL_ADDRESS_INVALID: {
      status: 400,
      title: 'This is no address of a node',
      next: 'Name http or https, host and port, and nothing secret, such as https://fr01.example',
    },
    PULL_FAILED: {
      status: 502,
      title: "The entity's node gave no publications",
      next: 'The detail says what it answered; the next pull goes on where this one stopped.',
    },
    INTAKE_FOLDER_UNSAFE: {
      status: 409,
      title: 'A folder of the watched intake is not a folder of its own',
      next: 'Replace the link or file named in the detail by a folder.',
    },
    ARCHIVE_DAMAGED: {
      status: 500,
      title: 'An archived bundle is not what was archived',
      next: 'Bring the file back from a backup; its SHA-256 stands in archive/index.json. The facts are not touched by this.',
    },
    CITUS_NOT_READY: {
      status: 409,
      title: 'The database is not a Citus cluster that the group could be spread over',
      next: 'Point the group at a coordinator with the extension citus and add its workers (docs/scaling.md), then distribute again.',
    },
    SHARDS_INVALID: {
      status: 400,
      title: 'The number of shards is out of range',
      next: 'Name a whole number, best a small multiple of the number of workers, or none.',
    },
    SAVED_VIEWS_FULL: {
      status: 409,
      title: 'No more views can be saved',
      next: 'Delete a view that is no longer needed, or save under the name of one that is to be replaced.',
    },
    SAVED_VIEW_UNKNOWN: {
      status: 404,
      title: 'There is no such saved view',
      next: 'List the saved views; whoever saved a view deletes it, and whoever governs the group deletes shared ones.',
    },
  },
  GROUP_FRENCH,
);

addSentences('fr', GROUP_SENTENCES);
