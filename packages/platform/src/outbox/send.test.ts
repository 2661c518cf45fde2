import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addressRule, guardedLookup, isNetwork, requireSendable } from './addresses.ts';
import { eventFaults } from './catalogue.ts';
import type { EventEnvelope } from './envelope.ts';
import { newWebhookSecret, openSecretBox, secretBox } from './secrets.ts';
import { createSender } from './send.ts';

const open = addressRule();
const here = addressRule(['127.0.0.0/8', '::1/128', '10.20.0.0/16']);

describe('the addresses that events are sent to', () => {
  it.each(['https://example.com/hook?key=1', 'https://93.184.216.34/', 'https://[2606:2800:220:1::1]:8443/x'])(
    'take %s',
    (url) => {
      expect(requireSendable(url, open).href).toContain('https://');
    },
  );

  it.each([
    'no url',
    'http://example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'https://user:word@example.com/',
    'https://example.com/#part',
    'http://127.0.0.1/',
    'http://localhost/',
    'https://127.0.0.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://10.20.1.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://192.168.1.1/',
    'https://172.31.255.255/',
    'https://100.64.0.1/',
    'https://0.0.0.0/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[fe80::1]/',
    'https://[fd00::1]/',
    'https://[2002:7f00:1::]/',
  ])('refuse %s', (url) => {
    expect(() => requireSendable(url, open)).toThrow(expect.objectContaining({ code: 'WEBHOOK_URL_REFUSED' }));
  });

  it('are what prorata.yaml lists beside the Internet, and http only on this machine', () => {
    for (const url of ['http://127.0.0.1:9/', 'http://localhost/', 'http://[::1]/', 'https://10.20.255.1/']) {
      expect(requireSendable(url, here).host).not.toBe('');
    }
    for (const url of ['http://10.20.0.1/', 'https://10.21.0.1/']) expect(() => requireSendable(url, here)).toThrow();
    expect(['10.0.0.0/8', '::1/128'].every(isNetwork)).toBe(true);
    expect(['10.0.0.0', '10.0.0.0/33', 'x/8', '::/129', '10.0.0.0/8/8', ''].some(isNetwork)).toBe(false);
    expect(open.allows('fe80::1%eth0')).toBe(false);
  });

  it('are looked up once, by whoever connects: a name that stands for this machine is not connected to', async () => {
    const found = (rule: typeof open, all: boolean) =>
      new Promise((resolve) => {
        guardedLookup(rule)('localhost', { all }, (error, address) =>
          resolve(error === null ? address : error.message),
        );
      });
    expect(await found(open, false)).toContain('stands for no address');
    expect(await found(here, false)).toMatch(/^(127\.0\.0\.1|::1)$/);
    expect(await found(here, true)).toContainEqual(expect.objectContaining({ family: expect.any(Number) }));
  });
});

const event: EventEnvelope = {
  id: randomUUID(),
  event: 'THING.MADE',
  tenant_id: randomUUID(),
  legal_entity_id: null,
  entity_id: 'a',
  timestamp: '2026-01-01T00:00:00.000Z',
  correlation_id: randomUUID(),
  payload: { name: 'é ☃' },
};

describe('a sending', () => {
  it('is bounded in time and size, and tells what was answered', async () => {
    const answers: Record<string, (end: (status: number, headers?: object, body?: string) => void) => void> = {
      '/ok': (end) => end(200, {}, '{}'),
      '/long': (end) => end(200, {}, 'x'.repeat(5_000_000)),
      '/later': (end) => end(503, { 'retry-after': '120' }),
      '/much-later': (end) => end(429, { 'retry-after': '999999' }),
      '/gone': (end) => end(410),
      '/never': () => {},
    };
    const server = createServer((request, response) => {
      request.resume();
      const answer = answers[request.url ?? ''];
      answer?.((status, headers = {}, body = '') => response.writeHead(status, { ...headers }).end(body));
      if (answer === undefined) request.socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const sender = createSender({ rule: here, timeoutMs: 20_000 });
    const hasty = createSender({ rule: here, timeoutMs: 150 });
    const to = (path: string, host = `http://127.0.0.1:${port}`, by = sender) =>
      by.send({ url: `${host}${path}`, secrets: [newWebhookSecret()] }, event);
    try {
      expect(await to('/ok')).toEqual({ kind: 'TAKEN' });
      expect(await to('/long')).toEqual({ kind: 'TAKEN' });
      expect(await to('/later')).toMatchObject({ kind: 'REFUSED', retryAfterSeconds: 120 });
      expect(await to('/much-later')).toMatchObject({ kind: 'REFUSED', retryAfterSeconds: 3600 });
      expect(await to('/gone')).toMatchObject({ kind: 'GONE' });
      expect(await to('/never', undefined, hasty)).toEqual({ kind: 'SILENT', error: 'no answer within 150 ms' });
      expect(await to('/cut')).toMatchObject({ kind: 'SILENT' });
      expect(await to('/ok', 'http://127.0.0.1:1')).toMatchObject({ kind: 'SILENT' });
      const elsewhere = createSender({ rule: open, timeoutMs: 20_000 });
      const url = `http://127.0.0.1:${port}/ok`;
      expect(await elsewhere.send({ url, secrets: [newWebhookSecret()] }, event)).toMatchObject({
        kind: 'SILENT',
        error: expect.stringContaining('WEBHOOK_URL_REFUSED'),
      });
    } finally {
      sender.close();
      hasty.close();
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('the secret of a subscription', () => {
  it('opens for whom it was sealed, with the key of the node, and unchanged only', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'prorata-box-'));
    try {
      const box = await openSecretBox(dir);
      const secret = newWebhookSecret();
      const sealed = box.seal(secret, 'me');
      expect((await openSecretBox(dir)).open(sealed, 'me')).toBe(secret);
      expect((await stat(join(dir, 'keys', 'webhooks.json'))).mode & 0o777).toBe(0o600);
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
      const unreadable = expect.objectContaining({ code: 'WEBHOOK_SECRET_UNREADABLE' });
      for (const broken of [changed, sealed.subarray(0, 20), Buffer.alloc(0)]) {
        expect(() => box.open(broken, 'me')).toThrow(unreadable);
      }
      expect(() => box.open(sealed, 'other')).toThrow(unreadable);
      expect(() => secretBox(randomBytes(32)).open(sealed, 'me')).toThrow(unreadable);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});

describe('a catalogue of events', () => {
  it('finds what is not declared, and what carries something else', () => {
    const payload = {
      type: 'object',
      required: ['n'],
      additionalProperties: false,
      properties: { n: { type: 'integer' } },
    };
    const catalogue = { 'THING.MADE': { summary: 'Made.', about: 'the thing', payload } };
    expect(eventFaults(catalogue, [{ event: 'THING.MADE', payload: { n: 1 } }])).toEqual([]);
    expect(eventFaults(catalogue, [{ event: 'THING.LOST', payload: {} }])).toEqual(['THING.LOST is not declared']);
    expect(eventFaults(catalogue, [{ event: 'THING.MADE', payload: { n: 1, m: 2 } }])).toHaveLength(1);
  });
});
