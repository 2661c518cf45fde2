import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildGroupApp } from '../src/http/server.ts';
import { readerToken } from '../src/testing/reader-token.ts';
import { type BenchResult, milliseconds } from './figures.ts';
import { openHistory } from './history.ts';

const MIB = 1024 * 1024;
const SAMPLE_EVERY_MILLISECONDS = 20;

/** The longest lists as files, and the longest page. */
const FILES: readonly (readonly [string, string])[] = [
  ['all facts as CSV', 'facts?format=csv'],
  ['applications of all entities as CSV, one year', 'applications?from=2025-01&to=2025-12&format=csv'],
  ['unit costs of all entities as CSV, three years', 'comparison/units?format=csv'],
  ['a page of 1 000 facts as JSON', 'facts?limit=1000'],
];

/**
 * What the longest lists cost the node in memory, and how soon their first byte comes, with `PRORATA_BENCH_FACTS` facts behind them
 * (1 000 000 unless told). Node and reader share the process, which the figure holds as a whole.
 */
export async function run(): Promise<BenchResult[]> {
  const facts = Number(process.env.PRORATA_BENCH_FACTS ?? 1_000_000);
  const test = await openHistory(facts);
  const app = await buildGroupApp(test.group, { log: false, requestsPerMinute: false });
  try {
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    const authorization = `Bearer ${await readerToken(test)}`;
    const results: BenchResult[] = [];
    for (const [what, path] of FILES) {
      const file = await take(`http://127.0.0.1:${port}/api/group/${path}`, authorization);
      results.push({
        name: `${what}, ${facts.toLocaleString('en')} facts: memory at most`,
        value: file.peak / MIB,
        unit: 'MiB',
        floor: { name: 'before it', value: file.before / MIB, unit: 'MiB' },
        note:
          `${file.lines.toLocaleString('en')} lines, ${(file.bytes / MIB).toFixed(0)} MiB in ${(file.whole / 1000).toFixed(1)} s; ` +
          `first byte after ${file.first.toFixed(0)} ms`,
      });
    }
    return results;
  } finally {
    await app.close();
    await test.close();
  }
}

interface Taken {
  readonly before: number;
  readonly peak: number;
  readonly bytes: number;
  readonly lines: number;
  /** Milliseconds to the first byte of the body, and to the last. */
  readonly first: number;
  readonly whole: number;
}

async function take(url: string, authorization: string): Promise<Taken> {
  const before = process.memoryUsage.rss();
  const start = performance.now();
  let [peak, bytes, lines, first] = [before, 0, 0, 0];
  const look = () => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const sampling = setInterval(look, SAMPLE_EVERY_MILLISECONDS);
  try {
    const whole = await milliseconds(
      () =>
        new Promise<void>((resolve, reject) => {
          const asked = request(url, { headers: { authorization } }, (answer) => {
            if (answer.statusCode !== 200) reject(new Error(`${url}: ${answer.statusCode}`));
            answer.on('data', (chunk: Buffer) => {
              if (bytes === 0) first = performance.now() - start;
              bytes += chunk.length;
              for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
            });
            answer.on('end', resolve);
            answer.on('error', reject);
          });
          asked.on('error', reject);
          asked.end();
        }),
    );
    look();
    return { before, peak, bytes, lines, first, whole };
  } finally {
    clearInterval(sampling);
  }
}
