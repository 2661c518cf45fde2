import { DATABASE_FRENCH } from '../i18n/problems.fr.ts';
import { defineProblems } from '../problem/problem.ts';

/** What can go wrong between a node and its database, before any request is served. */
export const databaseProblem = defineProblems(
  {
    EMBEDDED_DATABASE_UNAVAILABLE: {
      status: 503,
      title: 'The embedded PostgreSQL is not available',
      next: 'Read the log named in the detail, or set DATABASE_URL to a PostgreSQL 15 or newer.',
    },
    DATABASE_TOO_OLD: {
      status: 503,
      title: 'PostgreSQL is too old',
      next: 'Use PostgreSQL 15 or newer.',
    },
    DATABASE_NEWER_THAN_CODE: {
      status: 503,
      title: 'The database was migrated by a newer version',
      next: 'Run the version of Prorata that migrated it, or a newer one; nothing was changed.',
    },
    MIGRATION_CHANGED: {
      status: 503,
      title: 'A migration that already ran was changed',
      next: 'Restore the released file and put the change into a new migration.',
    },
    ROLE_TOO_POWERFUL: {
      status: 503,
      title: 'The application would run as a role that bypasses row-level security',
      next: 'Let the node create its own roles (the URL needs CREATEROLE), or take SUPERUSER and BYPASSRLS from the role.',
    },
    DATABASE_OF_ANOTHER_NODE: {
      status: 503,
      title: 'The database belongs to another node',
      next: 'Give each node a database of its own, in DATABASE_URL or in `database.url` of its prorata.yaml.',
    },
    TENANT_MODE_CHANGED: {
      status: 503,
      title: 'A tenant is kept in another way than the configuration says',
      next: 'Restore the tenant in `database.tenants` of prorata.yaml; to change its mode, move its rows first.',
    },
    SCOPE_INVALID: {
      status: 500,
      title: 'A transaction was asked for with an invalid tenant or entity',
      next: 'Report this: a service passed a scope that is not a UUID or an entity code.',
    },
  },
  DATABASE_FRENCH,
);
