import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { newClient, newPool } from './connection.ts';

const message = (type: string, body: string): Buffer => {
  const bytes = Buffer.from(body, 'latin1');
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(bytes.length + 4, 1);
  return Buffer.concat([head, bytes]);
};

const READY = [message('R', '\0\0\0\0'), message('Z', 'I')];
const CUT = message('E', 'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0');

describe('a server that goes away in the bytes that make a connection ready', () => {
  let server: Server;
  afterEach(() => server.close());

  async function dyingServer(): Promise<{ host: string; port: number; user: string }> {
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(Buffer.concat([...READY, CUT])));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { host: '127.0.0.1', port: (server.address() as AddressInfo).port, user: 'anybody' };
  }

  it('fails the statement of who took the connection from a pool, and not the process', async () => {
    const pool = newPool({ ...(await dyingServer()), max: 1 });
    const client = await pool.connect();
    await expect(client.query('SELECT 1')).rejects.toThrow(/not queryable|terminated|closed/);
    client.release(true);
    await pool.end();
  });

  it('fails the statement of a single connection, and not the process', async () => {
    const client = newClient(await dyingServer());
    await client.connect();
    await expect(client.query('SELECT 1')).rejects.toThrow(/not queryable|terminated|closed/);
    await client.end();
  });
});
