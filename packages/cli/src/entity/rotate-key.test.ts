import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSigningKey, thumbprint, verifyRotation } from '@prorata/contract';
import { createNode, uuidv7, writeFileWhole } from '@prorata/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rotateEntityKey } from './rotate-key.ts';

const first = generateSigningKey();
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'prorata-rotate-'));
  await createNode(dir, {
    schema: 'prorata.node/1',
    kind: 'entity',
    node_id: uuidv7(),
    deployment: 'prod',
    tenant: { id: uuidv7(), code: 'OWN', label: 'Own' },
    currency: 'EUR',
    entity: { id: uuidv7(), code: 'FR01', label: 'France', country: 'FR' },
  });
  await writeFileWhole(join(dir, 'keys', 'signing.json'), `${JSON.stringify(first.privateJwk)}\n`, 0o600);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it('leaves every hand-over in the folder, so that a group that took none of them can follow', async () => {
  const rotated = [await rotateEntityKey(dir), await rotateEntityKey(dir), await rotateEntityKey(dir)];
  const paths = [rotated[1]?.earlier, rotated[2]?.earlier, rotated[2]?.statement];
  expect(rotated[0]?.earlier).toBeNull();
  let known = first.publicJwk;
  for (const [index, path] of paths.entries()) {
    const kid = thumbprint(known);
    const trusted = { kid, publicJwk: known, entityCode: 'FR01', validFrom: '2025-01-01T00:00:00Z', revokedAt: null };
    const statement = await readFile(path ?? '', 'utf8');
    const taken = await verifyRotation(statement, { resolveKey: async (asked) => (asked === kid ? trusted : null) });
    expect([taken.oldKid, taken.newKid]).toEqual([rotated[index]?.old_kid, rotated[index]?.kid]);
    known = taken.newPublicJwk;
  }
});
