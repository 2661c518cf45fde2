import { afterAll, beforeAll, it } from 'vitest';
import { batchEqualsSingles } from '../testing/batch-equality.ts';
import { openTestService, type TestService } from '../testing/test-service.ts';

let test: TestService;
beforeAll(async () => {
  test = await openTestService();
});
afterAll(() => test.close());

it('a batch gives for any rule and entries what single runs give', () => batchEqualsSingles(test, 100), 1_800_000);
