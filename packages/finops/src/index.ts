export { type RunOptions, type RunResult, runMonth } from './facts/run-month.ts';
export {
  type ImportAnswer,
  type ImportInput,
  type ImportOptions,
  type ImportResult,
  importFocus,
} from './import/import-focus.ts';
export { FINOPS_MIGRATIONS } from './migrations.ts';
export {
  type EntityInit,
  type EntityInitResult,
  type EntityNode,
  entityOver,
  FINOPS_MODULE,
  initEntity,
  openEntity,
} from './node/entity.ts';
export { finopsProblem } from './problems.ts';
