import { defineProblems } from '@prorata/platform';
import { SHELL_FRENCH } from './problems.fr.ts';

/** What only the command line can refuse. docs/errors.md lists these lines. */
export const cliProblem = defineProblems(
  {
    USAGE: {
      status: 400,
      title: 'The command was not written as it has to be',
      next: 'Add --help to the command to see its arguments and an example.',
    },
    REVISION_INVALID: {
      status: 400,
      title: 'This is not a revision',
      next: 'Give a whole number from 1; `prorata group publications` lists the revisions there are.',
    },
    PORT_INVALID: {
      status: 400,
      title: 'This is not a port',
      next: 'Give a whole number from 0 to 65535; 0 takes any free port.',
    },
    OPTION_INVALID: {
      status: 400,
      title: 'The value of an option is not allowed',
      next: 'Use one of the values that the detail and --help name.',
    },
    FILE_NOT_FOUND: {
      status: 404,
      title: 'There is no such file',
      next: 'Check the path; it is taken relative to the current folder.',
    },
    FILE_SYSTEM_REFUSED: {
      status: 500,
      title: 'A file or folder could not be read or written',
      next: 'Look at the path, its permissions and the room on its disk, then run the command again: nothing was left half-done.',
    },
    KEYS_UNREADABLE: {
      status: 400,
      title: 'The file holds no keys that can be read',
      next: 'Give a JWK set whose keys carry the member "entity", or the enrolment.json of an entity.',
    },
    ENTITY_NOT_HERE: {
      status: 404,
      title: 'The node knows no such entity',
      next: 'Check the code; an entity is known to a group once `prorata group enrol` has taken it.',
    },
    NAME_UNKNOWN: {
      status: 404,
      title: 'Nothing of this kind bears the name',
      next: 'List what there is with the same word and `list`; a code, or an id, names one thing.',
    },
    NAME_AMBIGUOUS: {
      status: 409,
      title: 'Several things bear the name',
      next: 'Name one of "candidates" by its id, or say more: a date for an entry, a version for a rule.',
    },
    DRIVER_FILE_UNCLEAR: {
      status: 400,
      title: 'The columns do not say what the driver weighs',
      next: 'Name the column "dimension" for analytic accounting or "application" for FinOps, and only one of them.',
    },
    FILE_NOT_JSON: {
      status: 400,
      title: 'The file is not the JSON document that is expected',
      next: 'Correct the file as the detail says; --help shows an example of the command.',
    },
    PORT_TAKEN: {
      status: 409,
      title: 'Another program listens on this port',
      next: 'Stop it, or choose another port with --port (0 takes any free one).',
    },
    BUNDLE_NOT_CONFORMANT: {
      status: 422,
      title: 'The bundle breaks the contract',
      next: 'Correct what "violations" lists, with file, row and column, and write the bundle again.',
    },
    NODE_UNSOUND: {
      status: 500,
      title: 'The node is not as it should be',
      next: 'Correct each check that failed as its own line says, then run `prorata doctor` again.',
    },
    VIEWS_DIFFER: {
      status: 500,
      title: 'Group views differ from their definitions',
      next: 'Run `prorata group rebuild`, then `prorata group verify` again; report how it came to this.',
    },
    DEMO_FOLDER_TAKEN: {
      status: 409,
      title: 'The folder holds something else than a sample group',
      next: 'Choose an empty or new folder with --dir; nothing was changed.',
    },
    DEMO_NOT_CONSERVED: {
      status: 500,
      title: 'The sample group does not add up',
      next: 'Report this with the figures of the detail: what was imported, the facts and the group must be equal.',
    },
  },
  SHELL_FRENCH,
);
