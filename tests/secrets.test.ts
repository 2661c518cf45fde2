import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scanHistory, scanTree } from '../scripts/scan-secrets.ts';
import { secretsIn } from '../scripts/secrets.ts';

const letters = (count: number) => randomBytes(count).toString('hex').slice(0, count);

/** Made here, so that this file holds none. */
function planted(): Record<string, string> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const part = (bytes: number) => randomBytes(bytes).toString('base64url');
  return {
    'private key (PEM)': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'private JWK': JSON.stringify(privateKey.export({ format: 'jwk' }), null, 2),
    'signed token (JWT)': `eyJ${part(20)}.eyJ${part(80)}.${part(64)}`,
    'webhook secret': `whsec${'_'}${randomBytes(24).toString('base64')}`,
    'AWS access key': `AKIA${letters(16).toUpperCase()}`,
    'AWS secret key': `aws_secret_access_key = ${letters(40)}`,
    'Azure storage key': `AccountKey=${randomBytes(64).toString('base64')}`,
    'Google API key': `AIza${letters(35)}`,
    'GitHub token': `ghp${'_'}${letters(36)}`,
    'GitLab token': `glpat-${letters(20)}`,
    'npm token': `npm${'_'}${letters(36)}`,
    'Slack token': `xoxb-${letters(30)}`,
    'Stripe key': `sk_live${'_'}${letters(24)}`,
    'address with a password': `postgres://owner:${letters(12)}@db.example.com/books`,
  };
}

describe('the scan for secrets', () => {
  let root: string;
  const git = (...args: string[]) => {
    const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.com'];
    const done = spawnSync('git', [...who, ...args], { cwd: root, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(done.stderr);
  };
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'prorata-secrets-'));
    git('init', '-q');
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it.each(Object.entries(planted()))('finds a planted %s, with its line', (kind, secret) => {
    const [finding] = secretsIn('config.txt', `first\nkey: ${secret}\nlast`);
    expect(finding).toMatchObject({ kind, place: 'config.txt' });
    expect(finding?.line).toBeGreaterThanOrEqual(2);
    expect(finding?.shown.length).toBeLessThan(16);
    expect(secretsIn('config.txt', secret, new Set([finding?.sha256 ?? '']))).toEqual([]);
  });

  it('takes no word about a secret for one', () => {
    const words = [
      'postgres://owner@db.example.com/books',
      'postgres://$' + '{user}:$' + '{password}@host/db',
      '{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}',
      'Authorization: Bearer <token>',
      'whsec_…, and eyJ…',
    ];
    expect(secretsIn('readme', words.join('\n'))).toEqual([]);
  });

  it('finds what was committed and removed again, and what is not committed yet', async () => {
    const [old, fresh] = [planted()['GitHub token'] ?? '', planted()['private JWK'] ?? ''];
    await writeFile(join(root, 'old.env'), `TOKEN=${old}\n`);
    git('add', '.');
    git('commit', '-q', '-m', 'one');
    git('rm', '-q', 'old.env');
    git('commit', '-q', '-m', 'two');
    await writeFile(join(root, 'fresh.json'), fresh);
    expect((await scanHistory(root)).findings.map(({ kind, place }) => [kind, place.split(' ')[0]])).toEqual([
      ['GitHub token', 'old.env'],
    ]);
    expect(scanTree(root).findings.map(({ kind, place }) => [kind, place])).toEqual([['private JWK', 'fresh.json']]);
  });

  it('looks through an unpacked archive, which has no history', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'prorata-archive-'));
    await writeFile(join(folder, 'a.env'), planted()['npm token'] ?? '');
    expect(scanTree(folder).findings.map(({ kind, place }) => [kind, place])).toEqual([['npm token', 'a.env']]);
    expect(await scanHistory(folder)).toEqual({ findings: [], texts: 0 });
    await rm(folder, { recursive: true });
  });

  it('finds none in this tree', () => {
    const { findings, texts } = scanTree(fileURLToPath(new URL('..', import.meta.url)));
    expect(findings).toEqual([]);
    expect(texts).toBeGreaterThan(500);
  });
});
