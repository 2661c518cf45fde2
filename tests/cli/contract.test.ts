import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEnrolment, generateSigningKey } from '@prorata/contract';
import { replaceEntry, rewriteTable, sampleBundle } from '@prorata/contract/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer, answerInProcess, prorata, refusalInProcess, scratch } from './process.ts';

let folder: Awaited<ReturnType<typeof scratch>>;
let bundle: Awaited<ReturnType<typeof sampleBundle>>;

async function stored(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(folder.dir, name);
  await writeFile(path, bytes);
  return path;
}

beforeAll(async () => {
  folder = await scratch('contract');
  bundle = await sampleBundle();
});

afterAll(async () => {
  await folder.remove();
});

describe('prorata contract check', () => {
  it('finds nothing in a conformant bundle, and says whether the signature was looked at', async () => {
    const path = await stored('good.zip', bundle.bytes);
    const check = await answer('contract', 'check', path);
    expect(check).toMatchObject({ violations: [], signature: 'not checked', manifest: { revision: 1 } });
    const shown = await prorata('contract', 'check', path);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toContain('FR01 2025-07, revision 1, OPEN: conformant');
  });

  it('verifies with the keys it is given', async () => {
    const path = await stored('signed.zip', bundle.bytes);
    const { publicJwk } = bundle.key;
    const keys = await stored('keys.json', JSON.stringify({ keys: [{ ...publicJwk, entity: 'FR01' }] }));
    expect(await answerInProcess('contract', 'check', path, '--keys', keys)).toMatchObject({ signature: 'valid' });

    const foreign = await generateSigningKey();
    const identity = { code: 'FR01', label: 'Other', country: 'FR', currency: 'EUR' };
    const enrolment = await createEnrolment({
      entity: identity,
      deployment: 'prod',
      privateJwk: foreign.privateJwk,
    });
    const other = await stored('enrolment.json', enrolment);
    const problem = await refusalInProcess('contract', 'check', path, '--keys', other);
    expect(problem).toMatchObject({ code: 'BUNDLE_NOT_CONFORMANT', violations: [{ code: 'KEY_UNKNOWN' }] });
    expect(await refusalInProcess('contract', 'check', path, '--keys', path)).toMatchObject({
      code: 'KEYS_UNREADABLE',
    });
  });

  it('names every violation with code, file, row, column and message', async () => {
    const twice = await rewriteTable(bundle.bytes, 'facts', 'SELECT * FROM facts UNION ALL SELECT * FROM facts');
    const problem = await refusalInProcess('contract', 'check', await stored('twice.zip', twice));
    const violations = Array.isArray(problem.violations) ? problem.violations : [];
    expect(violations.length).toBeGreaterThan(1);
    for (const violation of violations) {
      for (const member of ['code', 'file', 'row', 'column', 'message']) expect(violation).toHaveProperty(member);
    }
    expect(violations.map(({ code }: { code: string }) => code)).toContain('GRAIN_DUPLICATE');
  });

  it('refuses what is no bundle at all', async () => {
    const none = await refusalInProcess('contract', 'check', await stored('none.zip', 'not a zip'));
    expect(none).toMatchObject({ violations: [{ code: 'ARCHIVE_REFUSED' }] });
    const broken = await replaceEntry(bundle.bytes, 'manifest.jws', Buffer.from('{}'));
    const unreadable = await refusalInProcess('contract', 'check', await stored('broken.zip', broken));
    expect(unreadable).toMatchObject({ violations: [{ code: 'MANIFEST_UNREADABLE' }] });
    expect(await refusalInProcess('contract', 'check', join(folder.dir, 'absent.zip'))).toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
  });
});
