/**
 * Gathers chunks into batches of about `bytes`, and fills the next batch while the one before is being used. Each batch is a list of
 * whole chunks that can be iterated as a stream.
 */
export async function* readAhead(
  chunks: AsyncIterable<Uint8Array>,
  bytes: number,
): AsyncGenerator<AsyncIterable<Uint8Array>> {
  const source = chunks[Symbol.asyncIterator]();
  let next = fill(source, bytes);
  try {
    for (;;) {
      const batch = await next;
      if (batch.length === 0) return;
      next = fill(source, bytes);
      // Whoever stops early never waits for this one; its failure is told by the batch that is asked for.
      next.catch(() => {});
      yield streamOf(batch);
    }
  } finally {
    await next.catch(() => {});
    await source.return?.();
  }
}

async function fill(source: AsyncIterator<Uint8Array>, bytes: number): Promise<Uint8Array[]> {
  const batch: Uint8Array[] = [];
  for (let size = 0; size < bytes; ) {
    const { done, value } = await source.next();
    if (done === true) break;
    batch.push(value);
    size += value.length;
  }
  return batch;
}

async function* streamOf(batch: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* batch;
}
