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
