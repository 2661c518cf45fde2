import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Two cores: two workers. Long campaigns carry `.long.test.ts` and run through `npm run test:long` only.
const long = process.env.PRORATA_LONG === '1';

/** Scenarios take longest, the browser's most of all: begun last, one worker would wait for them alone. */
class ScenariosFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const path = relative(this.ctx.config.root, moduleId);
      return path.startsWith('tests/browser/') ? 0 : path.startsWith('tests/') ? 1 : 2;
    };
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    include: long ? ['{packages,tests}/**/*.long.test.ts'] : ['{packages,tests}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', ...(long ? [] : ['**/*.long.test.ts'])],
    pool: 'forks',
    // Files of one worker share what they import; each has databases, folders and servers of its own. Campaigns kill processes, so they share nothing.
    isolate: long,
    maxWorkers: 2,
    sequence: { sequencer: ScenariosFirst },
    testTimeout: long ? 1_800_000 : 60_000,
    hookTimeout: 120_000,
    // What is waited for may take its time on a busy machine; the default gives up after a second.
    expect: { poll: { timeout: 20_000 } },
  },
});
