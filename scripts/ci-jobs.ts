import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Sorts what the tests gave into the jobs of the build (spec 03, "Deliverables of a service"), each test file into one, and prints a
 * heading and a summary for each. A job without a single passed test fails: its tests were lost.
 *
 *   node scripts/ci-jobs.ts REPORT.json …     reports of vitest's `json` reporter
 */
interface FileReport {
  readonly name: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly message: string;
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
}

const root = fileURLToPath(new URL('..', import.meta.url));

const CROSS_TENANT = /(walls|tenancy|cross-tenant|refusals|write-path|plugins?)[^/]*\.test\.ts$/;
const MIGRATIONS =
  /(own-server|database\/database|migrat|manifest|conformance|contract\/src\/documents)[^/]*\.test\.ts$/;
/** A test that opens a database, a server, a browser or another process looks at parts together. */
const TOGETHER =
  /testing\/index|@prorata\/[a-z]+\/testing|open[A-Z]\w*(Database|Service|Node|Group)|buildServer|child_process|playwright|demo/;

type Job = 'unit' | 'integration' | 'cross_tenant' | 'migrations';
const JOBS: readonly Job[] = ['unit', 'integration', 'cross_tenant', 'migrations'];

function jobOf(path: string): Job {
  if (CROSS_TENANT.test(path)) return 'cross_tenant';
  if (MIGRATIONS.test(path)) return 'migrations';
  if (/^tests\/|\.long\.test\.ts$/.test(path)) return 'integration';
  return TOGETHER.test(readFileSync(`${root}/${path}`, 'utf8')) ? 'integration' : 'unit';
}

const files = process.argv.slice(2).flatMap((report) => {
  try {
    return (JSON.parse(readFileSync(report, 'utf8')) as { testResults: FileReport[] }).testResults;
  } catch (error) {
    console.log(`no report in ${report}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
    return [];
  }
});
const byJob = Map.groupBy(files, (file) => jobOf(relative(root, file.name)));

for (const job of JOBS) {
  const own = byJob.get(job) ?? [];
  const tests = own.flatMap((file) => file.assertionResults.map((result) => ({ file, ...result })));
  const failed = tests.filter(({ status }) => status === 'failed');
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const seconds = own.reduce((sum, file) => sum + Math.max(file.endTime - file.startTime, 0), 0) / 1000;
  console.log(`\n## ${job}: ${passed} passed, ${failed.length} failed, ${own.length} files, ${seconds.toFixed(0)} s`);
  for (const { file, fullName } of failed) console.log(`   failed: ${relative(root, file.name)}: ${fullName}`);
  for (const file of own) {
    if (file.assertionResults.length === 0)
      console.log(`   did not run: ${relative(root, file.name)}: ${file.message}`);
  }
  if (passed === 0 || failed.length > 0) process.exitCode = 1;
}
