// problem
export { platformProblem, type ValidationError } from './problem/platform-problems.ts';
export {
  defineProblems,
  Problem,
  type ProblemDefinition,
  type ProblemDocument,
  type ProblemFactory,
  type ProblemTable,
} from './problem/problem.ts';
// database
export { type Database, type OpenOptions, openDatabase, type TransactionOptions, type Tx } from './database/database.ts';
export { type MigrationSet, migrationsDigest } from './database/migrate.ts';
export { databaseProblem } from './database/problems.ts';
export { checkRowSecurity, type RlsFinding } from './database/rls-check.ts';
export type { DatabaseRole } from './database/roles.ts';
export { ENTITY_CODE, type Scope } from './database/scope.ts';
export { PLATFORM_MIGRATIONS } from './database/sets.ts';
// node
export { createNode, type NodeConfig, nodeProblem, readNodeConfig, writeFileWhole } from './node/config.ts';
