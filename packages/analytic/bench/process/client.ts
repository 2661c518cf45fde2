import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** What a client of its own thread is told: where, and the bodies and tokens to send, over so many connections. */
export interface ClientWork {
  readonly port: number;
  readonly path: string;
  readonly connections: number;
  readonly requests: readonly { readonly token: string; readonly body: string }[];
}

/** Sends the requests as plain bytes over kept connections, because what a client costs is taken from the two cores of the service. */
async function sendAll({ port, path, connections, requests }: ClientWork): Promise<number> {
  let next = 0;
  const started = performance.now();
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      const send = () => {
        const request = requests[next++];
        if (request === undefined) {
          socket.destroy();
          resolve();
          return;
        }
        const { token, body } = request;
        socket.write(
          `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\n` +
            `idempotency-key: ${randomUUID()}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
        );
      };
      let received = '';
      socket.setEncoding('latin1');
      socket.on('connect', send);
      socket.on('error', reject);
      socket.on('data', (text: string) => {
        received += text;
        const head = received.indexOf('\r\n\r\n');
        const length = /content-length: (\d+)/i.exec(received)?.[1];
        if (head < 0 || received.length < head + 4 + Number(length)) return;
        if (!received.startsWith('HTTP/1.1 201')) reject(new Error(received.slice(0, 600)));
        received = '';
        send();
      });
    });
  await Promise.all(Array.from({ length: connections }, one));
  return requests.length / ((performance.now() - started) / 1000);
}

parentPort?.postMessage(await sendAll(workerData as ClientWork));
