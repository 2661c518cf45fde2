// balance

// references
export { axisById, changeAxis, createAxis, listAxes } from './axes/axes.ts';
export { analyticBalance, balanceCsv } from './balance/balance.ts';
// batch
export { analyticJobs } from './batch/batch.job.ts';
export { batchRefusals, batchRunById, createBatchRun, listBatchRuns, resumeBatchRun, runBatch } from './batch/batch.ts';
// cycles
export { cycleRunById, explainCycleRun, listCycleRuns, reverseCycleRun, runCycle } from './cycles/cycle-runs.ts';
export type { NewCycle } from './cycles/cycles.schema.ts';
export { checkCycleDefinition, createCycle, cycleById, listCycles } from './cycles/cycles.ts';
export { changeDimension, createDimension, dimensionById, listDimensions } from './dimensions/dimensions.ts';
export {
  type DimensionRowGiven,
  type DimensionsImported,
  importDimensionRows,
} from './dimensions/import-dimensions.ts';
// drivers
export { computeMonth } from './drivers/computed.ts';
export { createDriver, driverById, listDrivers } from './drivers/drivers.ts';
export { driverSourcesOf } from './drivers/plugin-sources.ts';
export { type DriverRowGiven, type DriversImported, importDriverRows, valuesOf } from './drivers/values.ts';
// events
export { ANALYTIC_EVENTS } from './event-catalogue.ts';
// migrations, problems
export { ANALYTIC_MIGRATIONS } from './migrations.ts';
export { explainPosting } from './postings/explain.ts';
// postings
export { listPostings, postingById } from './postings/postings.ts';
export { reactToLedger, reversePosting, reversePostingsOfEntry } from './postings/reverse.ts';
export { previewAllocation } from './postings/run.ts';
export { runAllocation } from './postings/run-together.ts';
export { analyticProblem } from './problems.ts';
export { changeRule, createRule, createVersion, listRules, postRule, ruleById } from './rules/rules.ts';
export { type AnalyticServices, analyticServices } from './service/for-plugins.ts';
// service
export { ANALYTIC_MODULE, ANALYTIC_ROLES, type AnalyticNode, type Caller, type DriverSource } from './service/node.ts';
export { registerAnalyticRoutes } from './service/register.ts';
