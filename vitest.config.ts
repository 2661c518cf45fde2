import { defineConfig } from 'vitest/config';

// Two cores: two workers. Long campaigns carry `.long.test.ts` and run through `npm run test:long` only.
const long = process.env.PRORATA_LONG === '1';

export default defineConfig({
  test: {
    include: long ? ['{packages,tests}/**/*.long.test.ts'] : ['{packages,tests}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', ...(long ? [] : ['**/*.long.test.ts'])],
    pool: 'forks',
    // Files of one worker share what they import; each has databases, folders and servers of its own. Campaigns kill processes, so they share nothing.
    isolate: long,
    maxWorkers: 2,
    testTimeout: long ? 1_800_000 : 60_000,
    hookTimeout: 120_000,
  },
});
