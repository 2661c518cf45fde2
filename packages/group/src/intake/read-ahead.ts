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

/** What is being read before somebody asks for it. */
export interface Ahead<Part> extends AsyncIterable<Part> {
  /** Ends the reading, and waits until it has ended; whoever read everything may call it too. */
  stop(): Promise<void>;
}

/** Begins to read at once and keeps up to `most` parts ready. A failure is told to whoever asks for the part that it took. */
export function startAhead<Part>(source: AsyncGenerator<Part>, most: number): Ahead<Part> {
  // A generator answers in the order in which it was asked, however many answers are still owed.
  const asked: Promise<IteratorResult<Part>>[] = [];
  const ask = () => {
    const next = source.next();
    next.catch(() => {});
    asked.push(next);
  };
  for (let part = 0; part < most; part += 1) ask();
  return {
    async *[Symbol.asyncIterator]() {
      for (let next = asked.shift(); next !== undefined; next = asked.shift()) {
        const { done, value } = await next;
        if (done === true) return;
        ask();
        yield value;
      }
    },
    async stop() {
      await source.return(undefined).catch(() => {});
    },
  };
}
