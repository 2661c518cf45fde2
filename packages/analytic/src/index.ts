export { ANALYTIC_MIGRATIONS } from './migrations.ts';
export { analyticProblem } from './problems.ts';
export { ANALYTIC_MODULE, ANALYTIC_ROLES, type AnalyticNode, type Caller } from './service/node.ts';
export { registerAnalyticRoutes } from './service/register.ts';
