import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAhead, startAhead } from './read-ahead.ts';

async function* each(chunks: readonly Uint8Array[], closed?: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } finally {
    closed?.();
  }
}

describe('reading ahead', () => {
  it('loses, doubles and reorders nothing, whatever the sizes', async () => {
    const sizes = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 100 }), async (chunks, bytes) => {
        const seen: number[] = [];
        for await (const batch of readAhead(each(chunks), bytes)) {
          let length = 0;
          for await (const chunk of batch) {
            seen.push(...chunk);
            length += chunk.length;
          }
          expect(length).toBeLessThan(bytes + 40);
        }
        expect(seen).toEqual(chunks.flatMap((chunk) => [...chunk]));
      }),
    );
  });

  it('closes its source when whoever reads stops early, or fails', async () => {
    let closed = 0;
    const chunks = Array.from({ length: 10 }, () => new Uint8Array(10));
    for await (const _batch of readAhead(
      each(chunks, () => closed++),
      10,
    ))
      break;
    await expect(
      (async () => {
        for await (const _batch of readAhead(
          each(chunks, () => closed++),
          10,
        ))
          throw new Error('stop');
      })(),
    ).rejects.toThrow('stop');
    expect(closed).toBe(2);
  });

  it('tells of a source that fails', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10);
      throw new Error('broken');
    }
    const read = async () => {
      for await (const batch of readAhead(failing(), 10)) for await (const _chunk of batch);
    };
    await expect(read()).rejects.toThrow('broken');
  });
});

describe('what is begun ahead', () => {
  async function* counted(to: number, made: (part: number) => void): AsyncGenerator<number> {
    for (let part = 1; part <= to; part += 1) {
      made(part);
      yield part;
    }
  }

  it('is made before anybody asks, so many at most, and handed out whole in its order', async () => {
    const made: number[] = [];
    const ahead = startAhead(
      counted(10, (part) => made.push(part)),
      3,
    );
    await expect.poll(() => made).toEqual([1, 2, 3]);
    expect(await Array.fromAsync(ahead)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await ahead.stop();
  });

  it('is not made any more when it was stopped, and its source is closed by then', async () => {
    const made: number[] = [];
    let closed = false;
    async function* source(): AsyncGenerator<number> {
      try {
        yield* counted(10, (part) => made.push(part));
      } finally {
        closed = true;
      }
    }
    const ahead = startAhead(source(), 3);
    for await (const _part of ahead) break;
    await ahead.stop();
    expect(closed).toBe(true);
    expect(made.length).toBeLessThan(6);
  });

  it('fails for whoever asks, and for nobody where nobody asks', async () => {
    async function* failing(): AsyncGenerator<number> {
      yield 1;
      throw new Error('broken');
    }
    await expect(Array.fromAsync(startAhead(failing(), 3))).rejects.toThrow('broken');
    await startAhead(failing(), 3).stop();
  });
});
