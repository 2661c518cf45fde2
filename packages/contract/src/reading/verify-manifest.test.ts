import { beforeAll, describe, expect, test } from 'vitest';
import {
  entryText,
  manifestOf,
  replaceEntry,
  resign,
  resignWithHeader,
  type SampleBundle,
  sampleBundle,
  verdictOn,
} from '../testing/index.ts';
import { generateSigningKey } from '../trust/keys.ts';
import type { BundleTrust } from './verify-bundle.ts';

let sample: SampleBundle;
beforeAll(async () => {
  sample = await sampleBundle();
});

async function refusal(bytes: Uint8Array, trust: Partial<BundleTrust> = {}) {
  const { refusal, left } = await verdictOn(bytes, { ...sample.trust, ...trust });
  expect(left).toEqual([]);
  return refusal;
}

const withManifestText = (text: string) => replaceEntry(sample.bytes, 'manifest.jws', Buffer.from(text));
const manifestText = async (change: (jws: Record<string, string>) => object) =>
  JSON.stringify(change(JSON.parse(await entryText(sample.bytes, 'manifest.jws')) as Record<string, string>));

describe('MANIFEST_UNREADABLE', () => {
  test.each([
    ['no JSON', async () => 'hello'],
    ['no object', async () => '[]'],
    ['an empty file', async () => ''],
    ['a byte order mark', async () => `\ufeff${await manifestText((jws) => jws)}`],
    ['a member too many', () => manifestText((jws) => ({ ...jws, header: { kid: 'x' } }))],
    ['no payload', () => manifestText(({ payload: _, ...jws }) => jws)],
    ['a payload that is no base64url', () => manifestText((jws) => ({ ...jws, payload: `${jws.payload}=` }))],
    [
      'another spelling of the signature',
      () => manifestText((jws) => ({ ...jws, signature: `${jws.signature}A`.slice(0, -1).replace(/.$/, 'B') })),
    ],
    ['a member that stands twice', async () => (await manifestText((jws) => jws)).replace('{', '{"payload":"e30",')],
    [
      'no kid',
      () => manifestText((jws) => ({ ...jws, protected: Buffer.from('{"alg":"EdDSA"}').toString('base64url') })),
    ],
  ])('%s', async (_, text) => {
    expect((await refusal(await withManifestText(await text())))?.code).toBe('MANIFEST_UNREADABLE');
  });

  test.each([
    ['no JSON', () => 'text', ''],
    ['no contract', ({ contract: _, ...rest }: object & { contract: unknown }) => rest, ''],
    ['a month that is none', (manifest: object) => ({ ...manifest, period_month: '2025-13' }), '/period_month'],
    ['a negative revision', (manifest: object) => ({ ...manifest, revision: -1 }), '/revision'],
    ['an unknown member', (manifest: object) => ({ ...manifest, note: 'x' }), '/note'],
    ['revision 2 that supersedes nothing', (manifest: object) => ({ ...manifest, revision: 2 }), '/supersedes'],
    ['revision 1 that supersedes', (manifest: object) => ({ ...manifest, supersedes: 'a'.repeat(64) }), '/supersedes'],
    [
      'an adjusted month not before',
      (manifest: object) => ({ ...manifest, adjusts_month: '2025-07' }),
      '/adjusts_month',
    ],
    [
      'a path as file name',
      (manifest: { files: object[] }) => ({
        ...manifest,
        files: manifest.files.map((file) => ({ ...file, name: '../x' })),
      }),
      '/files/0/name',
    ],
    [
      'one file named twice',
      (manifest: { files: object[] }) => ({ ...manifest, files: manifest.files.map(() => manifest.files[0]) }),
      '/files',
    ],
  ])('signed, but with %s', async (_, change, column) => {
    const found = await refusal(await resign(sample.bytes, sample.key, change as (manifest: unknown) => unknown));
    expect(found?.code).toBe('MANIFEST_UNREADABLE');
    if (column) expect(found?.violations[0]).toMatchObject({ file: 'manifest.jws', column });
  });
});

describe('keys', () => {
  test('KEY_UNKNOWN for a key that nobody enrolled', async () => {
    expect((await refusal(await resign(sample.bytes, generateSigningKey())))?.code).toBe('KEY_UNKNOWN');
  });

  test.each([
    ['revoked before receipt', { revokedAt: '2025-08-01T00:00:00Z' }, 'KEY_REVOKED'],
    ['revoked at receipt', { revokedAt: '2025-09-01T00:00:00Z' }, 'KEY_REVOKED'],
    ['revoked after receipt', { revokedAt: '2025-09-01T00:00:01Z' }, undefined],
    ['expired', { validUntil: '2025-09-01T00:00:00Z' }, 'KEY_REVOKED'],
    ['not valid yet', { validFrom: '2025-09-02T00:00:00Z' }, 'KEY_REVOKED'],
    ['valid', { validFrom: '2025-09-01T00:00:00Z', validUntil: '2025-09-01T00:00:01Z' }, undefined],
  ])('a key %s', async (_, validity, code) => {
    const key = { publicJwk: sample.key.publicJwk, entityCode: 'FR01', ...validity };
    const found = await refusal(sample.bytes, { resolveKey: () => key, receivedAt: '2025-09-01T00:00:00Z' });
    expect(found?.code).toBe(code);
  });
});

describe('SIGNATURE_INVALID', () => {
  test.each([
    ['alg none', { alg: 'none' }],
    ['alg HS256 with the public key as secret', { alg: 'HS256' }],
    ['a jwk header', { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' } }],
    ['a jku header', { jku: 'https://example.com/keys' }],
    ['an x5c header', { x5c: ['AAAA'] }],
    ['a crit header', { crit: ['exp'], exp: 1 }],
    ['another typ', { typ: 'prorata-admission+jws' }],
    ['an unknown header', { note: 'x' }],
  ])('%s', async (_, header) => {
    const text = await manifestText((jws) => {
      const sealed = JSON.stringify({ alg: 'EdDSA', kid: sample.key.kid, typ: 'prorata-manifest+jws', ...header });
      return { ...jws, protected: Buffer.from(sealed).toString('base64url') };
    });
    expect((await refusal(await withManifestText(text)))?.code).toBe('SIGNATURE_INVALID');
  });

  test.each([
    ['a jwk header', { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' } }],
    ['an unknown header', { note: '1' }],
    ['another typ', { typ: 'JWT' }],
  ])('%s, although the signature holds', async (_, header) => {
    expect((await refusal(await resignWithHeader(sample.bytes, sample.key, header)))?.code).toBe('SIGNATURE_INVALID');
  });

  test('a kid that is not the thumbprint of the key, although the signature holds', async () => {
    const renamed = await resignWithHeader(sample.bytes, sample.key, { kid: 'of-another' });
    const resolveKey = () => ({ publicJwk: sample.key.publicJwk, entityCode: 'FR01' });
    expect((await refusal(renamed, { resolveKey }))?.code).toBe('SIGNATURE_INVALID');
  });

  test('a changed payload', async () => {
    const manifest = await manifestOf(sample.bytes);
    const payload = Buffer.from(JSON.stringify({ ...manifest, status: 'CLOSED' })).toString('base64url');
    expect((await refusal(await withManifestText(await manifestText((jws) => ({ ...jws, payload })))))?.code).toBe(
      'SIGNATURE_INVALID',
    );
  });

  test('a key that is found under the kid of another', async () => {
    const other = generateSigningKey();
    const found = await refusal(sample.bytes, {
      resolveKey: () => ({ publicJwk: other.publicJwk, entityCode: 'FR01' }),
    });
    expect(found?.code).toBe('SIGNATURE_INVALID');
  });
});

describe('who speaks', () => {
  test.each<[string, Partial<BundleTrust>, string]>([
    ['another entity by transport', { entityCode: 'DE02' }, 'ENTITY_MISMATCH'],
    ['another tenant', { tenantId: '018f3a2e-0000-7000-8000-00000000000b' }, 'ENTITY_MISMATCH'],
    ['production, bundle of a production node, at a test group', { deployment: 'test' }, 'ENVIRONMENT_MISMATCH'],
    [
      'a version that ended',
      { acceptedVersions: [{ version: '1.0', until: '2025-01-01T00:00:00Z' }] },
      'CONTRACT_VERSION_UNSUPPORTED',
    ],
    ['a group that has moved on', { acceptedVersions: [{ version: '2.0' }] }, 'CONTRACT_VERSION_UNSUPPORTED'],
  ])('%s', async (_, trust, code) => {
    expect((await refusal(sample.bytes, { receivedAt: '2025-09-01T00:00:00Z', ...trust }))?.code).toBe(code);
  });

  test('a key of another entity', async () => {
    const resolveKey = () => ({ publicJwk: sample.key.publicJwk, entityCode: 'DE02' });
    expect((await refusal(sample.bytes, { resolveKey }))?.code).toBe('ENTITY_MISMATCH');
  });

  test('another legal entity than the one that the key was admitted for, whatever else is wrong', async () => {
    const trusted = { publicJwk: sample.key.publicJwk, entityCode: sample.manifest.entity.code };
    const admitted = (legalEntityId: string) => ({ resolveKey: () => ({ ...trusted, legalEntityId }) });
    expect(await refusal(sample.bytes, admitted(sample.manifest.entity.id))).toBeNull();
    const bytes = await replaceEntry(sample.bytes, 'facts.parquet', Buffer.from('x'));
    const found = await refusal(bytes, admitted('018f3a2e-0000-7000-8000-00000000000c'));
    expect(found?.violations).toMatchObject([{ code: 'ENTITY_MISMATCH', column: '/entity/id' }]);
  });

  test('a version from the future, whatever else it says', async () => {
    const future = await resign(sample.bytes, sample.key, (manifest) => ({
      ...manifest,
      contract: { ...manifest.contract, version: '1.2.0' },
      novelty: true,
    }));
    const found = await refusal(future);
    expect(found?.code).toBe('CONTRACT_VERSION_UNSUPPORTED');
    expect(found?.violations[0]?.value).toBe('1.2.0');
  });

  test('a patch of an accepted version is taken', async () => {
    const patched = await resign(sample.bytes, sample.key, (manifest) => ({
      ...manifest,
      contract: { ...manifest.contract, version: '1.0.7' },
    }));
    expect(await refusal(patched)).toBeNull();
  });
});
