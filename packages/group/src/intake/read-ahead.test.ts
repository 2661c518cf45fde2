import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAhead } from './read-ahead.ts';

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
