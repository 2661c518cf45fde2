/** Runs work as soon as a slot is free for whoever asks, first come first served. */
export type Slots = <T>(work: () => Promise<T>, sender?: string) => Promise<T>;

/**
 * At most `count` pieces of work at a time, and of one sender at most `each`; the others wait. Work in a slot must not ask for a second
 * one.
 */
export function slots(count: number, each = count): Slots {
  let free = count;
  const running = new Map<string, number>();
  const waiting: { readonly sender: string; readonly start: () => void }[] = [];
  const mayStart = (sender: string) => free > 0 && (running.get(sender) ?? 0) < each;
  const take = (sender: string) => {
    free -= 1;
    running.set(sender, (running.get(sender) ?? 0) + 1);
  };
  const give = (sender: string) => {
    free += 1;
    const left = (running.get(sender) ?? 1) - 1;
    if (left === 0) running.delete(sender);
    else running.set(sender, left);
    // Taken for whoever waits longest and may start, before anybody who comes later can overtake.
    const next = waiting.findIndex((one) => mayStart(one.sender));
    const [started] = next === -1 ? [] : waiting.splice(next, 1);
    if (started === undefined) return;
    take(started.sender);
    started.start();
  };
  return async (work, sender = '') => {
    if (mayStart(sender)) take(sender);
    else await new Promise<void>((start) => waiting.push({ sender, start }));
    try {
      return await work();
    } finally {
      give(sender);
    }
  };
}

/**
 * An open bundle may take a gibibyte of memory (contract, WORKSPACE_LIMITS); more requests than this wait with their file on disk. Bundles
 * of one sender wait for each other where they are of one month, so that one sender has half of the slots: the other half goes on.
 */
export const bundleSlot: Slots = slots(8, 4);
