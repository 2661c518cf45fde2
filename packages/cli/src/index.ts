// What other packages' tests and tools start in-process.
export { buildDemoGroup, type DemoGroup, type DemoOptions } from './demo/build.ts';
export type { DemoFigures } from './demo/figures.ts';
export { type GeneratedFile, type GeneratedInput, type GenerateOptions, generateInput } from './demo/generate.ts';
export { type ServedNode, type ServeOptions, serveNode } from './node/serve-node.ts';
export { cliProblem } from './problems.ts';
export { buildProgram, run } from './program.ts';
