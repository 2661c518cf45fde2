import type { ChildProcess } from 'node:child_process';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buildDemoGroup, type DemoGroup } from '@prorata/cli';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { answer, answerInProcess, refusalInProcess, scratch, start } from './process.ts';

/** `prorata serve` as a process of its own, spoken to over HTTP. */
let folder: Awaited<ReturnType<typeof scratch>>;
let demo: DemoGroup;
let server: Served;

const MONTH = '2025-05';

interface Served {
  readonly child: ChildProcess;
  readonly url: string;
  readonly signIn: string | null;
  readonly ended: Promise<number | null>;
}

async function serve(dir: string): Promise<Served> {
  const child = start(['serve', '--dir', dir, '--port', '0', '--json']);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.endsWith('}\n')) break;
  }
  const { url, sign_in: signIn } = JSON.parse(text) as { url: string; sign_in: string | null };
  return { child, url, signIn, ended };
}

beforeAll(async () => {
  folder = await scratch('serve');
  demo = await buildDemoGroup({ dir: folder.dir, months: [MONTH], entities: ['FR01'], rows: 40 });
  // The receiver of events is on this machine.
  await appendFile(join(demo.group, 'prorata.yaml'), "webhooks: { allow: ['127.0.0.0/8'] }\n");
  server = await serve(demo.group);
});

afterAll(async () => {
  server.child.kill('SIGKILL');
  await folder.remove();
});

describe('prorata serve', () => {
  it('answers on loopback with health, description and pages', async () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    expect(await (await fetch(`${server.url}/openapi.json`)).json()).toMatchObject({ openapi: '3.1.0' });
    expect((await fetch(`${server.url}/api/group/months`)).status).toBe(401);
  });

  it('signs the operator in once with the link that it prints', async () => {
    const code = new URL(String(server.signIn)).searchParams.get('code');
    const signIn = () =>
      fetch(`${server.url}/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: server.url },
        body: JSON.stringify({ code }),
      });
    const first = await signIn();
    expect(first.status).toBe(200);
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
    const months = await fetch(`${server.url}/api/group/months`, { headers: { cookie } });
    expect(await months.json()).toMatchObject({ rows: [{ period_month: MONTH, cost: demo.figures.months[0]?.cost }] });
    expect((await signIn()).status).toBe(401);
  });

  it('answers whoever bears a token of the node', async () => {
    const { token } = await answerInProcess('token', '--dir', demo.group, '--role', 'group.reader');
    const headers = { authorization: `Bearer ${String(token)}` };
    const entities = await fetch(`${server.url}/api/group/entities`, { headers });
    expect(await entities.json()).toMatchObject({ rows: [{ entity: 'FR01', rank: 1 }] });
  });

  it('refuses bad words over HTTP with a problem', async () => {
    const { token } = await answerInProcess('token', '--dir', demo.group, '--role', 'group.reader');
    const headers = { authorization: `Bearer ${String(token)}` };
    for (const path of [
      'months?from=2025-13',
      'publications/FR01/2025-05/diff?from=-1&to=1',
      'publications/XX99/2025-05',
    ]) {
      const response = await fetch(`${server.url}/api/group/${path}`, { headers });
      expect(response.status, path).toBeGreaterThanOrEqual(400);
      expect(response.status, path).toBeLessThan(500);
      expect(await response.json()).toMatchObject({ code: expect.any(String), next: expect.any(String) });
    }
  });

  it('takes a bundle that an entity pushes with a token of its own key', async () => {
    const entity = demo.entities.FR01 ?? '';
    const words = ['entity', 'publish', MONTH, '--dir', entity, '--push', server.url];
    const known = await answer(...words);
    expect(known).toMatchObject({ created: false, pushed: { status: 200, answer: { replayed: true, revision: 1 } } });
  });

  it('does jobs that are asked for elsewhere, and shows them to whoever operates the node', async () => {
    const asked = await answerInProcess('jobs', 'ask', 'platform.maintenance', '--dir', demo.group);
    const bearer = async (role: string) => {
      const { token } = await answerInProcess('token', '--dir', demo.group, '--role', role);
      return { headers: { authorization: `Bearer ${String(token)}` } };
    };
    const operator = await bearer('group.admin');
    await vi.waitFor(async () => {
      const response = await fetch(`${server.url}/api/jobs/${String(asked.job_id)}`, operator);
      expect(await response.json()).toMatchObject({ status: 'COMPLETED', result: { jobs: 0 } });
    }, 10_000);
    expect(await answerInProcess('jobs', 'list', '--dir', demo.group)).toMatchObject({ rows: [{ ...asked }] });
    const cancel = await refusalInProcess('jobs', 'cancel', String(asked.job_id), '--dir', demo.group);
    expect(cancel).toMatchObject({ code: 'JOB_FINISHED' });
    expect(await refusalInProcess('jobs', 'ask', 'group.nothing', '--dir', demo.group)).toMatchObject({
      code: 'JOB_UNKNOWN',
    });
  });

  it('tells subscribers what happens, and shows it in the feed', async () => {
    const told: string[] = [];
    const receiver = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => told.push(String(chunk))).on('end', () => response.writeHead(204).end());
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const node = ['--dir', demo.group];
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    const { id } = await answerInProcess('events', 'subscribe', url, '--event', 'GROUP.PERIOD.*', ...node);
    await answerInProcess('group', 'lock', MONTH, '--reason', 'in a test', ...node);
    await vi.waitFor(() => expect(told).toHaveLength(1), 10_000);
    const { events } = await answerInProcess('events', 'list', '--event', 'GROUP.PERIOD.*', ...node);
    expect(events).toEqual([JSON.parse(told[0] ?? '')]);
    expect(await answerInProcess('events', 'subscriptions', ...node)).toMatchObject({
      rows: [{ id, state: 'ACTIVE' }],
    });
    expect(await answerInProcess('events', 'dead-letters', ...node)).toEqual({ rows: [], next: null });
    expect(await answerInProcess('events', 'replay', '--all', ...node)).toEqual({ settled: 0 });
    expect(await refusalInProcess('events', 'replay', ...node)).toMatchObject({ code: 'USAGE' });
    expect(await refusalInProcess('events', 'discard', 'x', ...node)).toMatchObject({ code: 'OPTION_INVALID' });
    expect(await refusalInProcess('events', 'subscribe', 'https://10.0.0.1/', ...node)).toMatchObject({
      code: 'WEBHOOK_URL_REFUSED',
    });
    const misspelt = await refusalInProcess('events', 'subscribe', url, '--event', 'GROUP.PERIDO.*', ...node);
    expect(misspelt).toMatchObject({
      code: 'WEBHOOK_EVENT_UNKNOWN',
      detail: expect.stringContaining('near it are GROUP.PERIOD.*'),
    });
    expect(await answerInProcess('events', 'unsubscribe', String(id), ...node)).toMatchObject({ removed: true });
    await answerInProcess('group', 'reopen', MONTH, '--reason', 'in a test', ...node);
    receiver.close();
  });

  it('ends with 0 on SIGTERM', async () => {
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });

  it('does not start with a schedule that asks for nothing', async () => {
    const path = join(demo.group, 'prorata.yaml');
    const config = await readFile(path, 'utf8');
    await writeFile(path, `${config}schedules:\n  - { name: pull, job: group.nothing, cron: '0 5 * * *' }\n`);
    const refused = [
      await refusalInProcess('serve', '--dir', demo.group, '--port', '0'),
      await refusalInProcess('jobs', 'work', '--dir', demo.group),
    ];
    await writeFile(path, config);
    expect(refused.map(({ code }) => code)).toEqual(['SCHEDULE_INVALID', 'SCHEDULE_INVALID']);
  });

  it('serves an entity as well, and says when a port is taken', async () => {
    const dir = demo.entities.FR01 ?? '';
    const own = await serve(dir);
    expect(own.signIn).toBeNull();
    expect((await fetch(`${own.url}/api/finops/publications`)).status).toBe(401);
    expect(await refusalInProcess('serve', '--dir', dir, '--port', new URL(own.url).port)).toMatchObject({
      code: 'PORT_TAKEN',
    });
    own.child.kill('SIGTERM');
    expect(await own.ended).toBe(0);
  });
});
