import { globSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/** One measured figure. `ratio` is value / floor where more is better, floor / value where less is: 1 means as good as the floor. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly floor?: { readonly name: string; readonly value: number; readonly unit: string };
  readonly ratio?: number;
  readonly note?: string;
}

const HELP = `npm run bench -- [--only TEXT] [--json FILE]

Runs every packages/*/bench/*.ts in turn and prints each figure with the floor measured in the same run.

  npm run bench -- --only import      the benches whose path contains "import"
  npm run bench -- --json bench.json  the figures as JSON as well
`;

const { values } = parseArgs({
  options: { only: { type: 'string' }, json: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
});
if (values.help === true) {
  process.stdout.write(HELP);
  process.exit(0);
}

const root = fileURLToPath(new URL('..', import.meta.url));
const files = globSync('packages/*/bench/*.ts', { cwd: root })
  .sort()
  .filter((file) => values.only === undefined || file.includes(values.only));
const results: (BenchResult & { file: string })[] = [];

console.log(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`);
for (const file of files) {
  const bench = (await import(pathToFileURL(`${root}/${file}`).href)) as { run?(): Promise<BenchResult[]> };
  if (bench.run === undefined) continue;
  console.log(`\n${file}`);
  for (const result of await bench.run()) {
    results.push({ file, ...result });
    console.log(line(result));
  }
}
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);

function line(result: BenchResult): string {
  const figure = `${format(result.value)} ${result.unit}`;
  const floor =
    result.floor === undefined
      ? ''
      : `   floor ${format(result.floor.value)} ${result.floor.unit} (${result.floor.name})`;
  const ratio = result.ratio === undefined ? '' : `   ratio ${result.ratio.toFixed(2)}`;
  return `  ${result.name}: ${figure}${floor}${ratio}${result.note === undefined ? '' : `\n      ${result.note}`}`;
}

function format(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 3 : 0 });
}
