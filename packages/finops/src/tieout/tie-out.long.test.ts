import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { DISCREPANCIES, IN_ORDER } from '../testing/planted.ts';
import { expectPlanted } from '../testing/planted-check.ts';
import { plantedEntity } from '../testing/planted-entity.ts';
import { openTestEntity, type TestEntity } from '../testing/test-entity.ts';
import { tieOut } from './tie-out.ts';

let test: TestEntity;
let root: string;
beforeAll(async () => {
  test = await openTestEntity();
  root = await mkdtemp(join(tmpdir(), 'prorata-tie-out-'));
});
afterAll(async () => {
  await test?.close();
  await rm(root, { recursive: true, force: true });
});

describe('the tie-out of a month', () => {
  it('lists exactly the planted ones of two hundred choices, in any order of bills and books', async () => {
    // One is always there, so that July has a bill to run.
    const choice = fc
      .shuffledSubarray([...IN_ORDER.slice(1), ...DISCREPANCIES])
      .map((plants) => [...plants, ...IN_ORDER.slice(0, 1)]);
    await fc.assert(
      fc.asyncProperty(choice, async (plants) => {
        expectPlanted(await tieOut(await plantedEntity(test.database, root, plants), '2025-07'), plants);
      }),
      { numRuns: 200 },
    );
  }, 600_000);
});
